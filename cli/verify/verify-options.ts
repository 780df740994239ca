import { type Command, Option } from 'commander';
import { wrongUsage } from '../failure.ts';
import { wholeNumber } from '../options.ts';
import { type Check, needOf } from './check.ts';
import { authenticationMethods } from './client.ts';
import { readClientKey } from './client-key.ts';
import { type ProfileName, profileNames, profiles } from './profiles/index.ts';
import { isLoopback } from './transport.ts';
import type { SignIn, Verification } from './verify.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The options of `verify`. `evidence` has the same ones with a prefix. */
const options: readonly (readonly [flags: string, description: string, configure?: (option: Option) => Option])[] = [
  [
    'profile <name>',
    'what to check: PKCE only (the default), OAuth 2.1, the FAPI 2.0 Security Profile, or what MCP clients need',
    (option) => option.choices(profileNames),
  ],
  ['client-id <id>', 'the client to act as'],
  [
    'client-secret <secret>',
    'its secret, if it is confidential (better: set PIXY_VERIFY_CLIENT_SECRET, or write - to read standard input)',
  ],
  ['private-key <file>', 'its private key for private_key_jwt: a PEM file, or a JWK if the key has a kid'],
  [
    'client-auth <method>',
    'how it authenticates (default: what the server supports)',
    (option) => option.choices(authenticationMethods),
  ],
  ['redirect-uri <uri>', 'a redirect URI registered for the client; nothing is ever sent there'],
  ['scope <values>', 'the scope to request (default: openid, if the server supports it)'],
  ['username <name>', 'the account to sign in with, on a page with a simple HTML form'],
  ['password <password>', 'its password (better: set PIXY_VERIFY_PASSWORD)'],
  ['cookie <header>', 'the Cookie header of a signed-in browser (better: set PIXY_VERIFY_COOKIE)'],
  ['code-command <command>', 'a command that signs in; see below'],
  ['interactive', 'sign in with your own browser, at a redirect URI on this machine'],
  [
    'only <checks>',
    'run only these checks, separated by commas (repeatable)',
    (option) => option.argParser(collectList),
  ],
  ['max-requests <n>', 'send at most this many requests', (option) => option.argParser(wholeNumber).default(600)],
  ['max-sign-ins <n>', 'sign in at most this many times', (option) => option.argParser(wholeNumber).default(5)],
];

/** Adds `--client-id` and so on, or `--verify-client-id` and so on with the prefix `verify-`. */
export function verifyOptions(command: Command, prefix: '' | 'verify-' = ''): Command {
  for (const [flags, description, configure = (option: Option) => option] of options) {
    command.addOption(configure(new Option(`--${prefix}${flags}`, description)));
  }
  return command;
}

const collectList = (text: string, earlier: string[] | undefined): string[] => [...(earlier ?? []), ...text.split(',')];

export const verifyHelp = `
How to obtain a code:
  --username and --password fill in the first form that asks for a password, and press the button of a consent page
    (Allow, Accept, Continue, …). The server must work without scripts. A refused password is never sent again.
  --cookie is for servers where that is not enough. Sign in by hand in a browser, open its developer tools, and copy the value
    of the Cookie header of a request to the authorization endpoint. The session must last for the whole run.
  --code-command runs a command in a shell for every code (at least 25 times). The command finds the authorization request in
    PIXY_AUTHORIZATION_URL. As its last line, it prints the whole address that the browser was redirected to. If the server
    showed an error instead of redirecting, it prints nothing.
  --interactive prints an address for your browser. You sign in there once; the tab then goes from check to check by itself. It
    needs a redirect URI like http://127.0.0.1/callback (any port) or http://127.0.0.1:8765/callback (this port).

With --profile, checks that need a client or a sign-in are skipped where there is none.

Requests go to the issuer and to the addresses it leads to, over https (http on a loopback host, if the issuer is on one). Each has
10 seconds, and after the first 20 there are at most 20 a second. The server sees failed attempts: warn the people who watch its alarms. Use a client and an account made for this.`;

/** Where secrets come from that are not on the command line. */
export type Sources = { env: Env; readInput: () => Promise<string> };

/** Reads the options. Fails with one sentence about what is missing or contradictory. */
export async function readVerification(
  given: Readonly<Record<string, unknown>>,
  issuer: string | undefined,
  { env, readInput }: Sources,
  prefix: '' | 'verify-' = '',
): Promise<Verification> {
  const option = (name: string): string => `--${prefix}${name}`;
  const value = (name: string): unknown => given[camelCase(`${prefix}${name}`)];
  const text = (name: string): string | undefined => value(name) as string | undefined;

  if (issuer === undefined) {
    const how = prefix === '' ? 'its issuer' : option('issuer');
    throw wrongUsage(`Say which server to verify: ${how}, like https://auth.example.com.`);
  }
  checkIssuer(issuer);
  const wanted = text('profile') as ProfileName | undefined;
  const profile = wanted ?? 'pkce';
  const chosen = chooseChecks(value('only') as string[] | undefined, option('only'), profile);
  const signIn = readSignIn(text, option, env, value('interactive') === true);
  const [clientId, redirectUri] = [text('client-id'), text('redirect-uri')];
  const verification: Verification = {
    issuer,
    profile,
    checks: chosen,
    env,
    maximumRequests: value('max-requests') as number,
    maximumSignIns: value('max-sign-ins') as number,
  };
  const needsNothing = chosen.every((check) => needOf(check) === 'issuer');
  const isStranger = clientId === undefined && redirectUri === undefined && signIn === undefined;
  if (needsNothing || (wanted !== undefined && isStranger)) return verification;

  if (clientId === undefined) {
    const without =
      wanted === undefined ? `, or take ${option('profile')} oauth21, of which about 30 checks need none` : '';
    throw wrongUsage(`Say which client to act as: ${option('client-id')}${without}.`);
  }
  if (redirectUri === undefined)
    throw wrongUsage(`Say where the client receives its codes: ${option('redirect-uri')}.`);
  if (!/^[a-z][a-z0-9+.-]*:[^#\s]+$/i.test(redirectUri)) {
    throw wrongUsage(`${option('redirect-uri')} is not an absolute URI without a fragment.`);
  }
  if (signIn === undefined && wanted === undefined) {
    throw wrongUsage(
      `Say how to obtain a code: ${option('username')} and ${option('password')}, ${option('cookie')}, ${option('code-command')} or ${option('interactive')}.`,
    );
  }
  return {
    ...verification,
    client: {
      clientId,
      redirectUri,
      clientSecret: await readSecret(text('client-secret'), { env, readInput }),
      key: text('private-key') === undefined ? undefined : await readClientKey(text('private-key') ?? ''),
    },
    signIn,
    authenticationMethod: text('client-auth') as Verification['authenticationMethod'],
    scope: text('scope'),
  };
}

async function readSecret(given: string | undefined, { env, readInput }: Sources): Promise<string | undefined> {
  if (given === '-') return (await readInput()).replace(/\r?\n$/, '') || undefined;
  return given ?? (env['PIXY_VERIFY_CLIENT_SECRET'] || undefined);
}

function checkIssuer(issuer: string): void {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (!url || (url.protocol !== 'https:' && !isLoopback(issuer))) {
    throw wrongUsage('The issuer is not an https URL (http is only for loopback hosts).');
  }
  if (url.search !== '' || url.hash !== '' || url.username !== '' || issuer.includes('?') || issuer.includes('#')) {
    throw wrongUsage('An issuer has no query, fragment or user name.');
  }
}

function chooseChecks(only: readonly string[] | undefined, option: string, profile: ProfileName): readonly Check[] {
  const checks: readonly Check[] = profiles[profile];
  if (only === undefined) return checks;
  const wanted = only.map((id) => id.trim()).filter((id) => id !== '');
  const unknown = wanted.filter((id) => !checks.some((check) => check.id === id));
  if (unknown.length > 0 || wanted.length === 0) {
    throw wrongUsage(
      `${option}: ${unknown.join(', ') || 'nothing'} is not a check. Run pixy verify --list --profile ${profile} to see them all.`,
    );
  }
  return checks.filter(({ id }) => wanted.includes(id));
}

/** A secret from the environment counts only when the command line asks for no other way. */
function readSignIn(
  text: (name: string) => string | undefined,
  option: (name: string) => string,
  env: Env,
  interactive: boolean,
): SignIn | undefined {
  const [username, command] = [text('username'), text('code-command')];
  const isOther = username !== undefined || command !== undefined || interactive;
  const cookie = text('cookie') ?? (isOther ? undefined : env['PIXY_VERIFY_COOKIE']);
  if ([username, cookie, command, interactive || undefined].filter((way) => way !== undefined).length > 1) {
    throw wrongUsage(
      `Use only one of ${['username', 'cookie', 'code-command', 'interactive'].map(option).join(', ')}.`,
    );
  }
  if (interactive) return { by: 'browser' };
  if (cookie !== undefined) return { by: 'cookie', header: cookie.replace(/^cookie:\s*/i, '') };
  if (command !== undefined) return { by: 'command', command };
  const password = text('password') ?? env['PIXY_VERIFY_PASSWORD'];
  if (username === undefined) {
    if (text('password') === undefined) return undefined;
    throw wrongUsage(`${option('password')} needs ${option('username')}.`);
  }
  if (password === undefined) throw wrongUsage(`${option('username')} needs ${option('password')}.`);
  return { by: 'password', username, password };
}

const camelCase = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
