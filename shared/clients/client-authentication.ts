import { decodeJwt } from 'jose';
import { once } from '../cached.ts';
import { type Parameters, single } from '../oauth/parameters.ts';
import type { Reason, Refusal } from '../oauth/refusal.ts';
import type { ClientAuthenticationMethod } from '../oauth/server-metadata.ts';
import { ok, type Result, refuse } from '../result.ts';
import { basicReadings, type Reading } from './basic-credentials.ts';
import type { AssertionDeps } from './client-assertion.ts';
import { isGuessable, isProvenSecret, verifyClientSecret } from './client-secret.ts';
import { whyOff } from './profile.ts';
import { isPublic, mayAuthenticateBy, type RegisteredClient, type SecretMethod } from './registered-client.ts';
import type { CountedAttempt, SecretThrottle } from './secret-throttle-store.ts';

/** The credentials in a request: the one method it uses, and the readings of id and secret to try in order. */
export type PresentedCredentials =
  | { method: 'none' | SecretMethod; readings: readonly Reading[] }
  | { method: 'private_key_jwt'; clientId: string; assertion: string };

declare const authenticated: unique symbol;

/** A client that authenticated as its registration requires. Only {@link authenticateClient} makes one. */
export type AuthenticatedClient = RegisteredClient & { readonly [authenticated]: true };

/**
 * Reads the credentials from the Authorization header or the form (RFC 6749 §2.3.1). An empty secret is none, in either place.
 * Refuses a malformed header, more than one method (§2.3, even with the same secret twice), and two different client ids.
 */
export function presentedCredentials(
  authorization: string | undefined,
  form: Parameters,
): Result<PresentedCredentials, Refusal> {
  const clientId = single(form, 'client_id');
  const secret = single(form, 'client_secret');
  const assertion = single(form, 'client_assertion');
  if (assertion !== undefined || single(form, 'client_assertion_type') !== undefined) {
    const isAmbiguous = authorization !== undefined || secret !== undefined;
    return isAmbiguous ? refuse({ reason: 'client_authentication_ambiguous' }) : presentedAssertion(assertion, form);
  }
  if (authorization === undefined) {
    return clientId === undefined ? refuse({ reason: 'client_id_missing' }) : ok(inForm([clientId], secret));
  }
  const readings = basicReadings(authorization);
  if (readings === undefined) return refuse({ reason: 'client_authentication_malformed' });
  const agreeing = readings.filter((reading) => clientId === undefined || reading.clientId === clientId);
  const hasSecret = readings.some((reading) => reading.secret !== undefined);
  if (agreeing.length === 0 || (hasSecret && secret !== undefined)) {
    return refuse({ reason: 'client_authentication_ambiguous' });
  }
  if (hasSecret) return ok({ method: 'client_secret_basic', readings: agreeing });
  return ok(
    inForm(
      agreeing.map((reading) => reading.clientId),
      secret,
    ),
  );
}

const inForm = (clientIds: readonly string[], secret: string | undefined): PresentedCredentials =>
  secret === undefined
    ? { method: 'none', readings: clientIds.map((clientId) => ({ clientId })) }
    : { method: 'client_secret_post', readings: clientIds.map((clientId) => ({ clientId, secret })) };

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Reads a client assertion, which names the client (RFC 7523 §2.2). A `client_id` beside it must match (RFC 7521 §4.2). */
function presentedAssertion(assertion: string | undefined, form: Parameters): Result<PresentedCredentials, Refusal> {
  const malformed = refuse({ reason: 'client_assertion_malformed' });
  if (assertion === undefined || assertion.length > 8_192) return malformed;
  if (single(form, 'client_assertion_type') !== assertionType) return malformed;
  const subject = unverifiedSubject(assertion);
  if (subject === undefined) return malformed;
  const clientId = single(form, 'client_id') ?? subject;
  return clientId === subject
    ? ok({ method: 'private_key_jwt', clientId, assertion })
    : refuse({ reason: 'client_authentication_ambiguous' });
}

/** Serves only to find the client whose keys must then verify the assertion. */
function unverifiedSubject(assertion: string): string | undefined {
  try {
    const { sub } = decodeJwt(assertion);
    return typeof sub === 'string' ? sub : undefined;
  } catch {
    return undefined;
  }
}

const loadAssertions = once(() => import('./client-assertion.ts'));

/** What it takes to authenticate a client: finding it, verifying assertions, and counting wrong secrets. */
export type AuthenticationDeps = AssertionDeps & {
  find: (clientId: string) => Promise<RegisteredClient | undefined>;
  guesses: SecretThrottle;
};

/**
 * Authenticates a client by the method it is registered for; a secret in the header and one in the form are the same unless the
 * client is strict. Refuses an unknown or disabled client, another method, a wrong secret and a wrong assertion. After too many guesses from `sourceIp`, refuses before looking at the secret. Assertions are not
 * counted, since a signature cannot be guessed.
 */
export async function authenticateClient(
  presented: PresentedCredentials,
  sourceIp: string,
  deps: AuthenticationDeps,
): Promise<Result<AuthenticatedClient, Refusal>> {
  if (presented.method === 'private_key_jwt') {
    return proven(await deps.find(presented.clientId), presented.method, async (client) => {
      const { verifyAssertion } = await loadAssertions();
      return verifyAssertion(presented.assertion, client, deps);
    });
  }
  return authenticateBySecret(presented, sourceIp, deps);
}

async function authenticateBySecret(
  { method: used, readings }: Extract<PresentedCredentials, { readings: unknown }>,
  sourceIp: string,
  { find, guesses }: Pick<AuthenticationDeps, 'find' | 'guesses'>,
): Promise<Result<AuthenticatedClient, Refusal>> {
  let outcome: Result<AuthenticatedClient, Refusal> = refuse({ reason: 'client_unknown' });
  let guessed: string | undefined;
  const attempts = new Map<string, CountedAttempt>();
  for (const { clientId, secret: sent } of readings) {
    const client = await find(clientId);
    if (client === undefined) continue;
    guessed = clientId;
    const isIgnored = isPublic(client) && client.ignorePublicClientSecret;
    const [method, secret] = isIgnored ? (['none', undefined] as const) : [used, sent];
    const retryAfter = secret === undefined ? undefined : guesses.retryAfter(clientId, sourceIp);
    if (retryAfter !== undefined) return throttled(retryAfter);
    // A secret that could be a word is counted before it is compared, once for all readings; a longer one only when it is wrong.
    if (mayAuthenticateBy(method, client) && secret !== undefined && mayBeGuess(secret, client)) {
      const attempt = attempts.get(clientId) ?? (await guesses.countAttempt(clientId, sourceIp));
      if (attempt.retryAfter !== undefined) return throttled(attempt.retryAfter);
      attempts.set(clientId, attempt);
    }
    outcome = await proven(client, method, (found) => verifySecret(secret, found));
    if (!outcome.ok) continue;
    await Promise.all(Array.from(attempts.values(), ({ takeBack }) => takeBack()));
    return outcome;
  }
  const isGuess = readings.some(({ secret }) => secret !== undefined) && guessReasons.has(outcome.refusal.reason);
  await Promise.all(Array.from(attempts.values(), ({ takeBack, noteWrong }) => (isGuess ? noteWrong() : takeBack())));
  if (!isGuess || attempts.size > 0) return outcome;
  const retryAfter = await guesses.countWrong(guessed, sourceIp);
  return retryAfter === undefined ? outcome : throttled(retryAfter);
}

const throttled = (retryAfter: number) => refuse({ reason: 'client_authentication_throttled', retryAfter } as const);

/** Whether one of the client's secrets could be a word, and this one is neither proven before nor another, random one. */
const mayBeGuess = (secret: string, { secretHashes }: RegisteredClient): boolean =>
  secretHashes.some(isGuessable) && !secretHashes.some((hash) => isProvenSecret(secret, hash));

/** The refusals that count as guesses. A secret sent by an unregistered method is not compared, so it is not one. */
const guessReasons: ReadonlySet<string> = new Set<Reason>(['client_secret_wrong', 'client_unknown']);

/** Runs the steps that all methods share: the client is known, registered for the method, proven, and not disabled. */
async function proven(
  client: RegisteredClient | undefined,
  method: ClientAuthenticationMethod,
  prove: (client: RegisteredClient) => Promise<Result<undefined, Refusal>>,
): Promise<Result<AuthenticatedClient, Refusal>> {
  if (client === undefined) return refuse({ reason: 'client_unknown' });
  if (!mayAuthenticateBy(method, client)) {
    const reason = method === 'none' ? 'client_authentication_missing' : 'client_authentication_method_not_registered';
    return refuse({ reason, registered: client.tokenEndpointAuthMethod });
  }
  const proof = await prove(client);
  if (!proof.ok) return proof;
  return client.disabled ? refuse(whyOff(client)) : ok(client as AuthenticatedClient);
}

/** Verifies a secret. A public client sends none, and none is required. */
async function verifySecret(secret: string | undefined, client: RegisteredClient): Promise<Result<undefined, Refusal>> {
  if (secret === undefined || (await matchesAny(secret, client.secretHashes))) return ok(undefined);
  return refuse({ reason: 'client_secret_wrong' });
}

/**
 * Tries all hashes, so that timing does not reveal which of two secrets is older, and one after the other, because one of another server
 * may take 256 MiB. A secret that one proves at once needs no other: beside the hash of another server, every request with a new secret
 * would take as long as a guess, and count as one while it does.
 */
async function matchesAny(secret: string, hashes: readonly string[]): Promise<boolean> {
  if (hashes.some((hash) => isProvenSecret(secret, hash))) return true;
  let doesMatch = false;
  for (const hash of hashes) doesMatch = (await verifyClientSecret(secret, hash)) || doesMatch;
  return doesMatch;
}
