import { Command } from 'commander';
import { explainScope, type ScopeExplanation, scopeDocument } from '../../../shared/apis/explain-scope.ts';
import { type ClientExplanation, explainClient, explanationDocument } from '../../../shared/clients/explain-client.ts';
import { kindOf } from '../../../shared/clients/present-client.ts';
import type { RegisteredClient } from '../../../shared/clients/registered-client.ts';
import { describeRefusal } from '../../../shared/oauth/describe-refusal.ts';
import { mistakeOf } from '../../../shared/oauth/refusal.ts';
import type { Verdict } from '../../../shared/pkce/explain.ts';
import { briefTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { collectWords, dateOption, examples, storeOptions } from '../../options.ts';
import { pairs, table, visible } from '../../output.ts';
import { findAnyClient } from '../../seen-clients.ts';
import { openApis } from '../apis/change-api.ts';

type ExplainFlags = { scope?: string; method?: string | boolean; challenge?: string | boolean; at?: string };

export const explainCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('explain'))
      .description(
        'Explains what the authorization endpoint would decide about the PKCE parameters and the scope of a hypothetical request, and every rule that leads to the decision.',
      )
      .argument('<client-id>')
      .option('--method <method>', 'code_challenge_method of the request (default: S256)')
      .option('--no-method', 'a code_challenge without a method, which means plain')
      .option('--challenge <value>', 'code_challenge of the request (default: a well-formed one)')
      .option('--no-challenge', 'a request without a code_challenge')
      .option(
        '--scope <values>',
        'scope of the request (repeatable): shows which values would be granted, and why others are dropped',
        collectWords,
      )
      .option('--at <date>', 'decide as of then: 2026-12-01, 2026-12-01T09:30:00Z, or 90d from now')
      .action((clientId: string, flags: ExplainFlags) => explainRequest(context, clientId, flags)),
    'pixy policy explain my-app',
    'pixy policy explain legacy --method s256',
    'pixy policy explain https://app.example.com/oauth/client.json',
    'pixy policy explain legacy --no-challenge --at 2026-12-01',
    'pixy policy explain my-app --scope "openid orders:read"',
  );

async function explainRequest(context: Context, clientId: string, flags: ExplainFlags): Promise<void> {
  const at = flags.at === undefined ? context.now() : dateOption('--at', flags.at, context.now());
  const { clients } = await context.open();
  const [client, global] = await Promise.all([findAnyClient(context, clientId), clients.policy()]);
  const asked = { challenge: given(flags.challenge), method: given(flags.method) };
  const explanation = explainClient(client, asked, global, at);
  const scope = await explainScopeOf(context, client, flags.scope);
  context.print({
    json: { ...explanationDocument(explanation), scope: scopeDocument(scope) },
    text: `${explanationText(explanation)}${scopeText(scope)}`,
  });
}

/** By the registered APIs, which the management API tells only in this way. */
async function explainScopeOf(
  context: Context,
  client: RegisteredClient,
  scope: string | undefined,
): Promise<ScopeExplanation> {
  const { explainScopeThere } = await context.open();
  if (explainScopeThere) return explainScopeThere(client.clientId, scope);
  const apis = (await (await openApis(context)).list()).map(({ value }) => value);
  return explainScope(client, scope, apis);
}

function scopeText({ registered, granted, dropped = [] }: ScopeExplanation): string {
  const listed = (values: readonly string[]) => visible(values.join(' ')) || 'nothing';
  if (granted === undefined) return pairs([['scope', `may ask for ${listed(registered)}`]]);
  return pairs([
    ['scope granted', listed(granted)],
    ...dropped.map(({ value, why }) => ['scope dropped', visible(`${value}: ${why}`)] as const),
  ]);
}

/** commander sets a `--no-…` option to `true` when it is not given. */
const given = (flag: string | boolean | undefined): string | false | undefined => (flag === true ? undefined : flag);

const verdictTexts: Record<Verdict, string> = {
  allowed: 'allowed',
  reported: 'allowed only by report mode: enforce would refuse it',
  refused: 'refused',
};

function explanationText({ client, request, at, steps, verdict, refusal, passes }: ClientExplanation): string {
  const { codeChallenge, codeChallengeMethod } = request;
  const sent = [
    ...(codeChallenge === undefined ? [] : ['code_challenge']),
    ...(codeChallengeMethod === undefined ? [] : [`code_challenge_method=${codeChallengeMethod}`]),
  ];
  return [
    pairs([
      ['client', `${client.clientId} (${kindOf(client)})`],
      ['request', sent.length > 0 ? sent.join(', ') : 'no code_challenge'],
      ['at', briefTime(at)],
    ]),
    table(
      ['', 'rule', 'value', 'effect'],
      steps.map(({ rule, value, effect, decides }) => [decides ? '→' : '', rule, value, effect]),
    ),
    pairs([
      ['verdict', verdictTexts[verdict]],
      ['reason', refusal?.reason],
      ['mistake', refusal && mistakeOf(refusal)],
    ]) +
      (refusal ? `\n${visible(describeRefusal(refusal))}\n\n` : '') +
      pairs([['passes', passes.length > 0 ? passes.join(', ') : 'nothing']]),
  ].join('\n');
}
