import { Command } from 'commander';
import type { JSONWebKeySet } from 'jose';
import { jwksFetch } from '../../../shared/clients/remote-jwks.ts';
import { endpoints } from '../../../shared/oauth/endpoints.ts';
import { type Assertion, isSignedBy, readAssertion } from '../../../shared/upstream/assertion.ts';
import { type JudgedRule, judgeAssertion } from '../../../shared/upstream/judge-assertion.ts';
import type { Trust } from '../../../shared/upstream/trust.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { examples, storeOptions } from '../../options.ts';
import { openTrusts } from './open-trusts.ts';

export const checkCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('check'))
      .description(
        'Says, rule by rule, whether an assertion would be taken, and by which trust. It uses nothing up: whether the assertion was used before is not looked at.',
      )
      .argument('<token>', 'the assertion, or "-" for standard input, which keeps it out of the history of the shell')
      .option('--client <client-id>', 'the client that would bring it (default: each that a trust names)')
      .action((token: string, flags: { client?: string }) => check(context, token, flags.client)),
    'pixy trust check - --stage prod < token.txt',
    'pixy trust check - --client deployer --local < token.txt',
  );

type Judged = { trust: string; client: string; taken: boolean; rules: JudgedRule[] };

async function check(context: Context, token: string, client: string | undefined): Promise<void> {
  const text = (token === '-' ? await context.io.readInput() : token).trim();
  const assertion = readAssertion(text);
  if (assertion === undefined) {
    throw new Failure('It is no JWT with an iss and the type of an assertion: JWT or none, or oauth-id-jag+jwt.');
  }
  const { place } = await context.open();
  const issuer = 'issuer' in place ? place.issuer : undefined;
  if (issuer === undefined) throw new Failure('The issuer is not known here: start the local server, or use --stage.');
  const all = (await (await openTrusts(context)).list()).map(({ value }) => value);
  const ofIssuer = all.filter((trust) => trust.issuer === assertion.issuer && trust.kind === assertion.kind);
  const judged = await Promise.all(
    ofIssuer.flatMap((trust) =>
      (client === undefined ? trust.clients : [client]).map((id) => judge(assertion, trust, id, issuer, context)),
    ),
  );
  const isTaken = judged.some(({ taken }) => taken);
  if (!isTaken) context.endWith(1);
  context.print({
    json: { issuer: assertion.issuer, kind: assertion.kind, taken: isTaken, trusts: judged },
    text: `${[head(assertion, all), ...judged.flatMap(inWords)].join('\n')}\n`,
  });
}

async function judge(
  assertion: Assertion,
  trust: Trust,
  clientId: string,
  issuer: string,
  context: Context,
): Promise<Judged> {
  const { place } = await context.open();
  const audiences = [issuer, issuer + endpoints.token] as const;
  const jwks = await keysOf(trust, place.kind === 'local');
  const rules: JudgedRule[] = [
    { rule: 'iss is not this server', isKept: assertion.issuer !== issuer, found: JSON.stringify(assertion.issuer) },
    {
      rule: `the trust is for client ${clientId}`,
      isKept: trust.clients.includes(clientId),
      found: trust.clients.join(', '),
    },
    ...judgeAssertion(assertion, trust, { audiences, clientId, isProved: () => true, now: context.now() }),
    {
      rule: 'a key of the issuer signed it',
      isKept: await isSignedBy(assertion, jwks),
      found: jwks === undefined ? `no keys at ${trust.jwksUri}` : `kid ${assertion.kid ?? 'absent'}`,
    },
  ];
  return { trust: trust.name, client: clientId, taken: rules.every(({ isKept }) => isKept), rules };
}

const keysOf = async ({ jwks, jwksUri }: Trust, callsLoopback: boolean): Promise<JSONWebKeySet | undefined> =>
  jwksUri === undefined ? (jwks as JSONWebKeySet | undefined) : jwksFetch(callsLoopback)(jwksUri);

function head({ issuer, kind }: Assertion, all: readonly Trust[]): string {
  const ofIssuer = all.filter((trust) => trust.issuer === issuer);
  if (ofIssuer.length === 0) return `No trust has the issuer ${issuer}: the assertion is refused, and nobody is asked.`;
  const ofKind = ofIssuer.filter((trust) => trust.kind === kind);
  if (ofKind.length > 0) return `${kind === 'identity' ? 'An identity assertion' : 'A workload'} of ${issuer}`;
  return `No trust takes assertions of the kind ${kind} of ${issuer}.`;
}

const inWords = ({ trust, client, taken, rules }: Judged): string[] => [
  '',
  `Trust ${trust}, client ${client}: ${taken ? 'taken' : 'refused'}`,
  ...rules.map(({ rule, isKept, found }) => `  ${isKept ? 'yes' : 'NO '}  ${rule}${isKept ? '' : `; found: ${found}`}`),
];
