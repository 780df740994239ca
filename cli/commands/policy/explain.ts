import { Command } from 'commander';
import { isPublic, policySettings, type RegisteredClient } from '../../../shared/clients/registered-client.ts';
import { mistakeOf, type Refusal } from '../../../shared/oauth/refusal.ts';
import { describeRefusal } from '../../../shared/oauth/refusal-catalogue.ts';
import type { ChallengeParameters } from '../../../shared/pkce/code-challenge.ts';
import { type Explanation, explain, sampleChallenge, type Verdict } from '../../../shared/pkce/explain.ts';
import { briefTime, formatTime } from '../../../shared/time.ts';
import { findClient } from '../../change-client.ts';
import type { Answer, Context } from '../../context.ts';
import { dateOption, examples, storeOptions } from '../../options.ts';
import { pairs, table, visible } from '../../output.ts';

type ExplainFlags = { method?: string | false; challenge?: string | false; at?: string };

export const explainCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('explain'))
      .description(
        'Explains what the authorization endpoint would decide about the PKCE of a request that nobody made, and every rule that leads to it.',
      )
      .argument('<client-id>')
      .option('--method <method>', 'code_challenge_method of the request (default: S256)')
      .option('--no-method', 'a code_challenge without a method, which means plain')
      .option('--challenge <value>', 'code_challenge of the request (default: a well-formed one)')
      .option('--no-challenge', 'a request without a code_challenge')
      .option('--at <date>', 'as decided then: 2026-12-01, 2026-12-01T09:30:00Z, or 90d from now')
      .action((clientId: string, flags: ExplainFlags) => explainRequest(context, clientId, flags)),
    'pixy policy explain my-app',
    'pixy policy explain legacy --method s256',
    'pixy policy explain legacy --no-challenge --at 2026-12-01',
  );

async function explainRequest(context: Context, clientId: string, flags: ExplainFlags): Promise<void> {
  const at = flags.at === undefined ? context.now() : dateOption('--at', flags.at, context.now());
  const { clients } = await context.open();
  const [{ value: client }, global] = await Promise.all([findClient(context, clientId), clients.policy()]);
  const request = requestOf(flags);
  const explanation = explain(request, policySettings(client), global, at);
  context.print(answer(client, request, at, explanation, earlierRefusal(client)));
}

/** A method alone is only asked for when somebody says so. */
function requestOf({ method, challenge }: ExplainFlags): ChallengeParameters {
  const codeChallenge = typeof challenge === 'string' ? challenge : challenge === false ? undefined : sampleChallenge;
  const usual = codeChallenge === undefined ? undefined : 'S256';
  // commander says `true` for the `--no-…` half of a pair that was not given.
  const codeChallengeMethod = typeof method === 'string' ? method : method === false ? undefined : usual;
  return {
    ...(codeChallenge !== undefined && { codeChallenge }),
    ...(codeChallengeMethod !== undefined && { codeChallengeMethod }),
  };
}

/** What the authorization endpoint refuses before it looks at PKCE. */
function earlierRefusal({ disabled, grantTypes }: RegisteredClient): Refusal | undefined {
  if (disabled) return { reason: 'client_disabled' };
  return grantTypes.includes('authorization_code') ? undefined : { reason: 'grant_type_not_registered' };
}

const verdictTexts: Record<Verdict, string> = {
  allowed: 'allowed',
  reported: 'allowed, in report mode only: it would be refused',
  refused: 'refused',
};

function answer(
  client: RegisteredClient,
  { codeChallenge, codeChallengeMethod }: ChallengeParameters,
  at: number,
  explanation: Explanation,
  earlier: Refusal | undefined,
): Answer {
  const { rules, steps, samples } = explanation;
  const verdict = earlier ? 'refused' : explanation.verdict;
  const refusal = earlier ?? explanation.refusal;
  const passes = earlier ? [] : samples.filter((sample) => sample.verdict !== 'refused').map(({ request }) => request);
  const mistake = refusal && mistakeOf(refusal);
  const request = [
    ...(codeChallenge === undefined ? [] : ['code_challenge']),
    ...(codeChallengeMethod === undefined ? [] : [`code_challenge_method=${codeChallengeMethod}`]),
  ];
  return {
    json: {
      client_id: client.clientId,
      at: formatTime(at),
      request: { code_challenge: codeChallenge !== undefined, code_challenge_method: codeChallengeMethod ?? null },
      rules: steps.map(({ rule, value, effect, decides }) => ({ rule, value, effect, decides })),
      policy: rules.policy,
      origin: rules.origin,
      mode: rules.mode,
      enforced: rules.enforced,
      verdict,
      ...(refusal && { reason: refusal.reason, ...(mistake && { mistake }), description: describeRefusal(refusal) }),
      passes,
    },
    text: [
      pairs([
        ['client', `${client.clientId} (${isPublic(client) ? 'public' : 'confidential'})`],
        ['request', request.length > 0 ? request.join(', ') : 'no code_challenge'],
        ['at', briefTime(at)],
      ]),
      table(
        ['', 'rule', 'value', 'effect'],
        steps.map(({ rule, value, effect, decides }) => [decides ? '→' : '', rule, value, effect]),
      ),
      pairs([
        ['verdict', verdictTexts[verdict]],
        ['reason', refusal?.reason],
        ['mistake', mistake],
      ]) +
        (refusal ? `\n${visible(describeRefusal(refusal))}\n\n` : '') +
        pairs([['passes', passes.length > 0 ? passes.join(', ') : 'nothing']]),
    ].join('\n'),
  };
}
