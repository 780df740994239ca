import { Command } from 'commander';
import { jwtBearer } from '../../../shared/oauth/server-metadata.ts';
import { parseTrust, type Trust, trustDocument } from '../../../shared/upstream/trust.ts';
import { mustWin } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { Failure, wrongUsage } from '../../failure.ts';
import { changeOptions, collect, collectWords, examples } from '../../options.ts';
import { readText } from '../../read-text.ts';
import { discoverKeys } from './discover-keys.ts';
import { nameOf, openTrusts } from './open-trusts.ts';

type Flags = {
  issuer: string;
  client: string[];
  claim?: string[];
  scope?: string;
  identity?: true;
  reusable?: true;
  jwksUri?: string;
  jwks?: string;
};

export const addCommand = (context: Context): Command =>
  examples(
    changeOptions(new Command('add'))
      .description(
        'Trusts assertions of an issuer that keep every rule given here. Anything else of this issuer stays refused.',
      )
      .argument('<name>', 'what you call it: a-z, 0-9 and -')
      .requiredOption('--issuer <url>', 'the iss of its assertions, exactly')
      .requiredOption(
        '--client <client-id>',
        'the client that the workload becomes; with --identity, a client that may bring assertions (repeatable)',
        collect,
      )
      .option(
        '--claim <name=value>',
        'what a claim must be (repeatable; several values of one claim: any of them). A value may end in /* or :*, and a name may be a JSON pointer such as /kubernetes.io/namespace',
        collect,
      )
      .option('--scope <values>', 'no more than these scope values of the client (repeatable)', collectWords)
      .option('--identity', 'the issuer is an identity provider that speaks for people (ID-JAG), not for a workload')
      .option('--reusable', 'take an assertion again, as a token in a file is sent until its platform renews it')
      .option('--jwks-uri <url>', 'where its keys are (default: where its metadata says)')
      .option('--jwks <file>', 'a JWK Set with its keys, for an issuer that cannot be reached; "-" for standard input')
      .action((name: string, flags: Flags) => add(context, name, flags)),
    'pixy trust add github-deploy --issuer https://token.actions.githubusercontent.com --client deployer --claim repository=octo-org/octo-repo --claim ref=refs/heads/main',
    'pixy trust add shop-pods --issuer https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE --client orders --claim sub=system:serviceaccount:shop:orders --reusable',
    'pixy trust add acme --identity --issuer https://acme.idp.example --client wiki',
  );

async function add(context: Context, name: string, flags: Flags): Promise<void> {
  const trust = mustParse(name, { ...(await documentOf(name, flags, context)) });
  await mustFit(context, trust);
  const trusts = await openTrusts(context);
  if (await trusts.find(name)) throw new Failure(`There is already a trust ${name}: remove it with pixy trust remove.`);
  const version = mustWin(await trusts.put(trust, await context.author(), 0), nameOf(name));
  context.print({
    json: { ...trustDocument(trust), version },
    text: `Added trust ${name} (version ${version}).\n  keys: ${trust.jwksUri ?? `${trust.jwks?.keys.length} given`}\n`,
  });
}

async function documentOf(name: string, flags: Flags, { io }: Context): Promise<Record<string, unknown>> {
  const { issuer, client, claim = [], scope, identity, reusable, jwksUri, jwks } = flags;
  const given = {
    name,
    kind: identity ? 'identity' : 'workload',
    issuer,
    clients: client,
    claims: claimsOf(claim),
    ...(scope !== undefined && { scope }),
    ...(reusable && { reusable }),
  };
  if (jwks !== undefined)
    return { ...given, jwks: parseKeys(await readText(jwks, io)), ...(jwksUri && { jwks_uri: jwksUri }) };
  // What is wrong otherwise is said before anybody is asked.
  mustParse(name, { ...given, jwks_uri: jwksUri ?? issuer });
  return { ...given, jwks_uri: jwksUri ?? (await discoverKeys(issuer)) };
}

function mustParse(name: string, document: Record<string, unknown>): Trust {
  const parsed = parseTrust(document);
  if (parsed.ok) return parsed.value;
  const problems = parsed.refusal.map(({ member, problem }) => `${member} ${problem}`);
  throw new Failure(`${nameOf(name)}: ${problems.join('; ')}.`);
}

function parseKeys(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure('The keys are not JSON.');
  }
}

function claimsOf(pairs: readonly string[]): Record<string, string[]> {
  const claims: Record<string, string[]> = {};
  for (const pair of pairs) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined)
      throw wrongUsage(`--claim ${pair}: write it like ref=refs/heads/main.`);
    claims[name] = [...(claims[name] ?? []), value];
  }
  return claims;
}

/** Fails for a client that could never bring an assertion: it would be looked for in the wrong place. */
async function mustFit(context: Context, { name, kind, clients: named }: Trust): Promise<void> {
  const { clients } = await context.open();
  for (const id of named) {
    const client = await clients.find(id);
    if (client === undefined) throw new Failure(`${nameOf(name)}: there is no client ${id}.`);
    if (!client.grantTypes.includes(jwtBearer)) {
      throw new Failure(`${nameOf(name)}: client ${id} is not registered for the grant type ${jwtBearer}.`);
    }
    if (kind === 'identity' && client.tokenEndpointAuthMethod === 'none') {
      throw new Failure(`${nameOf(name)}: client ${id} is public, and must authenticate to speak for people.`);
    }
  }
}
