import { formatTime } from '../../shared/time.ts';
import { Failure } from '../failure.ts';
import { plural } from '../output.ts';
import { type Check, type CheckDescription, describeCheck } from './check.ts';
import { isMetadataCheck } from './checks/index.ts';
import type { AuthenticationMethod, Client } from './client.ts';
import { commandUserAgent } from './code-command.ts';
import { discover } from './discovery.ts';
import { firstSignIn } from './first-sign-in.ts';
import { createProbe, type Probe } from './probe.ts';
import { newSecrets, type Secrets } from './secrets.ts';
import { createTransport, NoAnswer, TooManyRequests, type Transport } from './transport.ts';
import { createUserAgent, type UserAgent, type Watch } from './user-agent.ts';
import { failed, skipped, type Verdict } from './verdict.ts';

/** How the person signs in. */
export type SignIn =
  | { by: 'password'; username: string; password: string }
  | { by: 'cookie'; header: string }
  | { by: 'command'; command: string };

/** What to verify, and as whom. Checks of the metadata need neither a client nor a sign-in. */
export type Verification = {
  issuer: string;
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

export type CheckResult = CheckDescription & Verdict;

/** Holds no secret of the client or the person, and no code, verifier or token. */
export type VerifyReport = {
  issuer: string;
  client_id?: string;
  client_type?: 'public' | 'confidential';
  /** RFC 3339. */
  at: string;
  checks: CheckResult[];
  summary: Record<Verdict['verdict'], number>;
  requests: number;
  sign_ins: number;
};

/**
 * Sends an authorization server everything that it must refuse. Fails when it cannot be reached, or when a correct request gets
 * no tokens; a wrong response is a result. `now` is in epoch seconds. `tell` receives each result as it arrives.
 */
export async function verify(
  verification: Verification,
  now: number,
  tell: (result: CheckResult) => void = () => {},
): Promise<VerifyReport> {
  const { issuer, client, maximumRequests, timeout } = verification;
  const transport = createTransport({ issuer, maximumRequests, ...(timeout !== undefined && { timeout }) });
  const secrets = newSecrets();
  const orFail = async <Value>(work: Promise<Value>): Promise<Value> =>
    work.catch((error: unknown) => {
      if (error instanceof Failure) throw new Failure(secrets.redact(error.message));
      if (error instanceof TooManyRequests)
        throw new Failure(`It takes more than ${plural(maximumRequests, 'request')}.`);
      throw error;
    });
  const probe = await orFail(openProbe(verification, transport, secrets));

  const results: CheckResult[] = [];
  let isSignedIn = false;
  for (const check of verification.checks) {
    if (!isSignedIn && !isMetadataCheck(check)) {
      await orFail(firstSignIn(probe, verification.authenticationMethod));
      isSignedIn = true;
    }
    const verdict = redact(await runCheck(check, probe, maximumRequests), secrets);
    const result = { ...describeCheck(check), ...verdict };
    results.push(result);
    tell(result);
  }

  const count = (verdict: Verdict['verdict']) => results.filter((result) => result.verdict === verdict).length;
  return {
    issuer,
    ...(client && { client_id: client.clientId, client_type: probe.isPublic ? 'public' : 'confidential' }),
    at: formatTime(now),
    checks: results,
    summary: { passed: count('passed'), failed: count('failed'), skipped: count('skipped') },
    requests: transport.count(),
    sign_ins: probe.agent.signIns(),
  };
}

async function openProbe(verification: Verification, transport: Transport, secrets: Secrets): Promise<Probe> {
  const { issuer, client, signIn, scope } = verification;
  secrets.keep(client?.clientSecret, signIn?.by === 'password' ? signIn.password : undefined);
  const discovered = await discover(issuer, transport);
  const { metadata } = discovered.documents[0];
  const knowsOpenid = discovered.documents.some(({ metadata: { scopes_supported: known } }) =>
    known?.includes('openid'),
  );
  return createProbe({
    discovered,
    client: client ?? { clientId: '', redirectUri: '' },
    scope: scope ?? (knowsOpenid ? 'openid' : undefined),
    agent: (watch) => makeAgent(verification, { transport, secrets, watch, url: metadata.authorization_endpoint }),
    transport,
    secrets,
  });
}

function makeAgent(
  { signIn, maximumSignIns, env }: Verification,
  { url, ...tools }: { transport: Transport; secrets: Secrets; watch: Watch; url: string },
): UserAgent {
  if (signIn?.by === 'command') return commandUserAgent({ ...tools, command: signIn.command, env });
  return createUserAgent({
    ...tools,
    credentials: signIn?.by === 'password' ? signIn : undefined,
    cookie: signIn?.by === 'cookie' ? { url, header: signIn.header } : undefined,
    maximumSignIns,
  });
}

async function runCheck(check: Check, probe: Probe, maximumRequests: number): Promise<Verdict> {
  probe.begin(check.id);
  try {
    return await check.run(probe);
  } catch (error) {
    if (error instanceof TooManyRequests) return skipped(`the limit of ${maximumRequests} requests is reached`);
    if (error instanceof NoAnswer) return failed(error.message);
    throw error;
  }
}

const redact = (verdict: Verdict, secrets: Secrets): Verdict =>
  'because' in verdict ? { ...verdict, because: secrets.redact(verdict.because) } : verdict;
