import { decodeJwt } from 'jose';
import { type Parameters, single } from '../oauth/parameters.ts';
import type { Reason, Refusal } from '../oauth/refusal.ts';
import type { ClientAuthenticationMethod } from '../oauth/server-metadata.ts';
import { ok, type Result, refuse } from '../result.ts';
import { type AssertionDeps, assertionType, verifyAssertion } from './client-assertion.ts';
import { isGuessable, isProvenSecret, verifyClientSecret } from './client-secret.ts';
import type { RegisteredClient } from './registered-client.ts';
import type { CountedAttempt, SecretThrottle } from './secret-throttle-store.ts';

/** What a request shows of its client: the one way it authenticates, with the readings of id and secret to try in order. */
export type PresentedCredentials =
  | { method: 'none' | 'client_secret_basic' | 'client_secret_post'; readings: readonly Reading[] }
  | { method: 'private_key_jwt'; clientId: string; assertion: string };

type Reading = { clientId: string; secret?: string };

declare const authenticated: unique symbol;

/** A client that proved who it is, as far as its registration asks for it. Made by {@link authenticateClient} alone. */
export type AuthenticatedClient = RegisteredClient & { readonly [authenticated]: true };

/**
 * RFC 6749 §2.3.1: reads the credentials from the Authorization header or the form.
 * Refuses a malformed header, more than one way, and two different client ids (OAuth 2.1 §2.4).
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
    if (clientId === undefined) return refuse({ reason: 'client_id_missing' });
    return ok(
      secret === undefined
        ? { method: 'none', readings: [{ clientId }] }
        : { method: 'client_secret_post', readings: [{ clientId, secret }] },
    );
  }
  const readings = basicReadings(authorization);
  if (readings === undefined) return refuse({ reason: 'client_authentication_malformed' });
  const agreeing = readings.filter((reading) => clientId === undefined || reading.clientId === clientId);
  if (secret !== undefined || agreeing.length === 0) return refuse({ reason: 'client_authentication_ambiguous' });
  return ok({ method: 'client_secret_basic', readings: agreeing });
}

/** RFC 7523 §2.2: the assertion names the client; a `client_id` beside it must be the same one (RFC 7521 §4.2). */
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

/** Only to find the client whose keys then have to prove it. */
function unverifiedSubject(assertion: string): string | undefined {
  try {
    const { sub } = decodeJwt(assertion);
    return typeof sub === 'string' ? sub : undefined;
  } catch {
    return undefined;
  }
}

/**
 * HTTP Basic (RFC 7617). RFC 6749 wants id and secret form-encoded first; many clients send them as they are.
 * Both readings are returned where they differ: form-decoded first, then raw.
 */
function basicReadings(authorization: string): Reading[] | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  const raw = { clientId: text.slice(0, colon), secret: text.slice(colon + 1) };
  const decoded = { clientId: formDecode(raw.clientId), secret: formDecode(raw.secret) };
  const differ = decoded.clientId !== raw.clientId || decoded.secret !== raw.secret;
  return differ ? [decoded, raw] : [raw];
}

/** Text that is not form-encoded stands for itself. */
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** How the caller proves who it is: the way to find clients, what private_key_jwt takes, and what counts wrong secrets. */
export type AuthenticationDeps = AssertionDeps & {
  find: (clientId: string) => Promise<RegisteredClient | undefined>;
  guesses: SecretThrottle;
};

/**
 * Who is calling? The registered method is the only one accepted.
 * Refuses an unknown or disabled client, another method than the registered one, a wrong secret and a wrong assertion; and who
 * guessed too often from `sourceIp`, before the secret is looked at. Assertions are not counted: a signature cannot be guessed.
 */
export async function authenticateClient(
  presented: PresentedCredentials,
  sourceIp: string,
  deps: AuthenticationDeps,
): Promise<Result<AuthenticatedClient, Refusal>> {
  if (presented.method === 'private_key_jwt') {
    return proven(await deps.find(presented.clientId), presented.method, (client) =>
      verifyAssertion(presented.assertion, client, deps),
    );
  }
  return authenticateBySecret(presented, sourceIp, deps);
}

async function authenticateBySecret(
  { method, readings }: Extract<PresentedCredentials, { readings: unknown }>,
  sourceIp: string,
  { find, guesses }: Pick<AuthenticationDeps, 'find' | 'guesses'>,
): Promise<Result<AuthenticatedClient, Refusal>> {
  let outcome: Result<AuthenticatedClient, Refusal> = refuse({ reason: 'client_unknown' });
  let guessed: string | undefined;
  let counted: string | undefined;
  let attempt: CountedAttempt | undefined;
  for (const { clientId, secret } of readings) {
    const client = await find(clientId);
    if (client === undefined) continue;
    guessed = clientId;
    const retryAfter = secret === undefined ? undefined : guesses.retryAfter(clientId, sourceIp);
    if (retryAfter !== undefined) return throttled(retryAfter);
    // A secret that could be a word is counted before it is compared, once for its readings; a longer one when it was wrong.
    if (method === client.tokenEndpointAuthMethod && secret !== undefined && mayBeGuess(secret, client)) {
      if (counted !== clientId) attempt = await guesses.countAttempt(clientId, sourceIp);
      counted = clientId;
      if (attempt?.retryAfter !== undefined) return throttled(attempt.retryAfter);
    }
    outcome = await proven(client, method, (found) => verifySecret(secret, found));
    if (!outcome.ok) continue;
    await attempt?.takeBack();
    return outcome;
  }
  const isGuess = readings.some(({ secret }) => secret !== undefined) && guessReasons.has(outcome.refusal.reason);
  if (!isGuess || attempt) return outcome;
  const retryAfter = await guesses.countWrong(guessed, sourceIp);
  return retryAfter === undefined ? outcome : throttled(retryAfter);
}

const throttled = (retryAfter: number) => refuse({ reason: 'client_authentication_throttled', retryAfter } as const);

/** Could the secret behind one of the client's hashes be a word, and was this one not proven before? */
const mayBeGuess = (secret: string, { secretHashes }: RegisteredClient): boolean =>
  secretHashes.some(isGuessable) && !secretHashes.some((hash) => isProvenSecret(secret, hash));

/** What somebody who guesses is told. A secret that was sent in another way than the registered one was not compared. */
const guessReasons: ReadonlySet<string> = new Set<Reason>(['client_secret_wrong', 'client_unknown']);

/** The steps all methods share: known, registered for this method, proof, not disabled. */
async function proven(
  client: RegisteredClient | undefined,
  method: ClientAuthenticationMethod,
  prove: (client: RegisteredClient) => Promise<Result<undefined, Refusal>>,
): Promise<Result<AuthenticatedClient, Refusal>> {
  if (client === undefined) return refuse({ reason: 'client_unknown' });
  if (method !== client.tokenEndpointAuthMethod) {
    const reason = method === 'none' ? 'client_authentication_missing' : 'client_authentication_method_not_registered';
    return refuse({ reason });
  }
  const proof = await prove(client);
  if (!proof.ok) return proof;
  return client.disabled ? refuse({ reason: 'client_disabled' }) : ok(client as AuthenticatedClient);
}

/** A public client has no secret to show, and none is asked for. */
async function verifySecret(secret: string | undefined, client: RegisteredClient): Promise<Result<undefined, Refusal>> {
  if (secret === undefined || (await matchesAny(secret, client.secretHashes))) return ok(undefined);
  return refuse({ reason: 'client_secret_wrong' });
}

/** Tries all hashes, so that the time does not tell which of two secrets is the older one. */
async function matchesAny(secret: string, hashes: readonly string[]): Promise<boolean> {
  const results = await Promise.all(hashes.map((hash) => verifyClientSecret(secret, hash)));
  return results.includes(true);
}
