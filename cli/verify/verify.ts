import { formatTime } from '../../shared/time.ts';
import { Failure } from '../failure.ts';
import { plural } from '../output.ts';
import { type Check, describeCheck, needOf } from './check.ts';
import type { AuthenticationMethod, Client } from './client.ts';
import { commandUserAgent } from './code-command.ts';
import { type Discovered, discover } from './discovery.ts';
import { firstSignIn } from './first-sign-in.ts';
import { type LoopbackBrowser, openLoopbackBrowser } from './loopback-agent.ts';
import { createProbe, type Flow, type Probe } from './probe.ts';
import type { ProfileName } from './profiles/index.ts';
import { newSecrets, type Secrets } from './secrets.ts';
import { strangerAgent } from './stranger-agent.ts';
import { createTransport, NoAnswer, TooManyRequests, type Transport } from './transport.ts';
import { createUserAgent, type UserAgent, type Watch } from './user-agent.ts';
import { failed, skipped, type Verdict, warned } from './verdict.ts';

/** How the person signs in. */
export type SignIn =
  | { by: 'password'; username: string; password: string }
  | { by: 'cookie'; header: string }
  | { by: 'command'; command: string }
  /** In the person's own browser, which comes back to a loopback redirect URI. */
  | { by: 'browser' };

/** What to verify, and as whom. Checks that need a client or a sign-in are skipped where there is none. */
export type Verification = {
  issuer: string;
  profile: ProfileName;
  checks: readonly Check[];
  client?: Client | undefined;
  signIn?: SignIn | undefined;
  authenticationMethod?: AuthenticationMethod | undefined;
  /** Default: `openid` if the server supports it. */
  scope?: string | undefined;
  maximumRequests: number;
  maximumSignIns: number;
  env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds for one request. @default 10000 */
  timeout?: number | undefined;
};

/** A check that ran. `fix` is there when something is to be done. */
export type CheckResult = Verdict & { id: string; section: string; sends: string; accepts: string; fix?: string };

/** Holds no secret of the client or the person, and no code, verifier or token. */
export type VerifyReport = {
  issuer: string;
  client_id?: string;
  client_type?: 'public' | 'confidential';
  profile: ProfileName;
  /** RFC 3339. */
  at: string;
  checks: CheckResult[];
  summary: Record<Verdict['verdict'], number>;
  requests: number;
  sign_ins: number;
};

/** What happens while it runs. */
export type Watching = {
  /** Receives each result as it arrives. */
  tell?: (result: CheckResult) => void;
  /** Receives what the person at the terminal has to know. */
  ask?: (line: string) => void;
};

/**
 * Sends an authorization server everything that it must refuse. Fails when it cannot be reached, or when a correct request gets
 * no tokens; a wrong response is a result. `now` returns epoch seconds.
 */
export async function verify(
  verification: Verification,
  now: () => number,
  watching: Watching = {},
): Promise<VerifyReport> {
  const { client, signIn } = verification;
  const browser =
    client && signIn?.by === 'browser'
      ? await openLoopbackBrowser({ redirectUri: client.redirectUri, tell: watching.ask ?? (() => {}) })
      : undefined;
  try {
    if (!client || !browser) return await runAll(verification, now, watching);
    watching.ask?.(`Open ${browser.start} in your browser and sign in. Leave its tab open: the checks go on in it.`);
    return await runAll(
      { ...verification, client: { ...client, redirectUri: browser.redirectUri } },
      now,
      watching,
      browser,
    );
  } finally {
    await browser?.close();
  }
}

async function runAll(
  verification: Verification,
  now: () => number,
  { tell = () => {} }: Watching,
  browser?: LoopbackBrowser,
): Promise<VerifyReport> {
  const { issuer, profile, client, maximumRequests, timeout } = verification;
  const transport = createTransport({ issuer, maximumRequests, ...(timeout !== undefined && { timeout }) });
  const secrets = newSecrets();
  const orFail = async <Value>(work: Promise<Value>): Promise<Value> =>
    work.catch((error: unknown) => {
      if (error instanceof Failure) throw new Failure(secrets.redact(error.message));
      if (error instanceof TooManyRequests)
        throw new Failure(`It takes more than ${plural(maximumRequests, 'request')}.`);
      throw error;
    });
  const probe = await orFail(openProbe(verification, { transport, secrets, now, browser }));

  const results: CheckResult[] = [];
  let isSignedIn = false;
  let goneSince: string | undefined;
  for (const check of verification.checks) {
    const missing = goneSince
      ? `the server does not answer any more, see ${goneSince}`
      : whatIsMissing(check, verification);
    if (!isSignedIn && missing === undefined && needOf(check) !== 'issuer' && verification.signIn) {
      await orFail(firstSignIn(probe, verification.authenticationMethod));
      isSignedIn = true;
    }
    const verdict = missing === undefined ? await runCheck(check, probe, maximumRequests) : skipped(missing);
    const isGone = verdict instanceof NoAnswer && !(await answersAnything(transport, probe));
    const result = toResult(
      check,
      redact(verdict instanceof NoAnswer ? unanswered(verdict, isGone) : verdict, secrets),
    );
    results.push(result);
    tell(result);
    if (isGone) goneSince = check.id;
  }

  const count = (verdict: Verdict['verdict']) => results.filter((result) => result.verdict === verdict).length;
  return {
    issuer,
    ...(client && { client_id: client.clientId, client_type: probe.isPublic ? 'public' : 'confidential' }),
    profile,
    at: formatTime(now()),
    checks: results,
    summary: { passed: count('passed'), failed: count('failed'), warning: count('warning'), skipped: count('skipped') },
    requests: transport.count(),
    sign_ins: probe.agent.signIns(),
  };
}

/** Says what a check needs that this run has not. */
function whatIsMissing(check: Check, { client, signIn }: Verification): string | undefined {
  const need = needOf(check);
  if (need === 'issuer' || (client && (need === 'client' || signIn))) return undefined;
  if (need === 'client') return 'it takes a client: --client-id and --redirect-uri';
  return client ? 'it takes a sign-in, for example --interactive' : 'it takes a client and a sign-in';
}

function toResult(check: Check, verdict: Verdict): CheckResult {
  const { id, section, sends, accepts, fix } = describeCheck(check);
  const isOpen = verdict.verdict === 'failed' || verdict.verdict === 'warning';
  return { id, section, sends, accepts, ...verdict, ...(isOpen && { fix }) };
}

type Tools = { transport: Transport; secrets: Secrets; now: () => number; browser: LoopbackBrowser | undefined };

async function openProbe(verification: Verification, tools: Tools): Promise<Probe> {
  const { issuer, client, signIn, scope } = verification;
  const { transport, secrets, now } = tools;
  secrets.keep(client?.clientSecret, signIn?.by === 'password' ? signIn.password : undefined);
  const discovered = await discover(issuer, transport);
  const { metadata } = discovered.documents[0];
  const knowsOpenid = discovered.documents.some(({ metadata: { scopes_supported: known } }) =>
    known?.includes('openid'),
  );
  return createProbe({
    discovered,
    client: forServer(client ?? { clientId: '', redirectUri: '' }, discovered),
    flow: flowOf(verification, discovered),
    scope: scope ?? (knowsOpenid ? 'openid' : undefined),
    agent: (watch) => makeAgent(verification, { ...tools, watch, url: metadata.authorization_endpoint }),
    transport,
    secrets,
    now,
  });
}

/** Requests are pushed, and tokens bound, where the server demands it, or the profile does and the server can. */
function flowOf({ profile }: Verification, { documents: [{ metadata }] }: Discovered): Flow {
  const isFapi = profile === 'fapi2';
  const hasPar = metadata.pushed_authorization_request_endpoint !== undefined;
  return {
    par: hasPar && (isFapi || metadata.require_pushed_authorization_requests === true),
    dpop: isFapi && metadata.dpop_signing_alg_values_supported !== undefined,
  };
}

/** An RSA key signs with RS256 where the server takes nothing better. */
function forServer(client: Client, { documents: [{ metadata }] }: Discovered): Client {
  const announced = metadata.token_endpoint_auth_signing_alg_values_supported ?? ['RS256'];
  if (client.key?.alg !== 'PS256' || announced.includes('PS256')) return client;
  return { ...client, key: { ...client.key, alg: 'RS256' } };
}

function makeAgent(
  { signIn, maximumSignIns, env }: Verification,
  { url, browser, ...tools }: Tools & { watch: Watch; url: string },
): UserAgent {
  if (browser) return browser.agent(tools);
  if (signIn === undefined || signIn.by === 'browser') return strangerAgent(tools);
  if (signIn.by === 'command') return commandUserAgent({ ...tools, command: signIn.command, env });
  return createUserAgent({
    ...tools,
    credentials: signIn.by === 'password' ? signIn : undefined,
    cookie: signIn.by === 'cookie' ? { url, header: signIn.header } : undefined,
    maximumSignIns,
  });
}

/** Runs a check, and once more when there was no answer: a connection that breaks once says nothing of the server. */
async function runCheck(check: Check, probe: Probe, maximumRequests: number): Promise<Verdict | NoAnswer> {
  const first = await tryCheck(check, probe, maximumRequests);
  if (!(first instanceof NoAnswer)) return first;
  const second = await tryCheck(check, probe, maximumRequests);
  return second instanceof NoAnswer ? first : second;
}

async function tryCheck(check: Check, probe: Probe, maximumRequests: number): Promise<Verdict | NoAnswer> {
  probe.begin(check.id);
  try {
    const verdict = await check.run(probe);
    return verdict.verdict === 'failed' && check.level === 'warning' ? warned(verdict.because) : verdict;
  } catch (error) {
    if (error instanceof TooManyRequests) return skipped(`the limit of ${maximumRequests} requests is reached`);
    if (error instanceof NoAnswer) return error;
    throw error;
  }
}

/** A server that answers others is to blame for what it does not answer; of one that is gone, no more is known. */
const unanswered = ({ message }: NoAnswer, isGone: boolean): Verdict =>
  failed(isGone ? `${message}, and the server does not answer any more` : message);

const answersAnything = (transport: Transport, probe: Probe): Promise<boolean> =>
  transport.send(probe.discovered.documents[0].address).then(
    () => true,
    (error: unknown) => !(error instanceof NoAnswer),
  );

const redact = (verdict: Verdict, secrets: Secrets): Verdict =>
  'because' in verdict ? { ...verdict, because: secrets.redact(verdict.because) } : verdict;
