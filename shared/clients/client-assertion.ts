import { type JSONWebKeySet, jwtVerify } from 'jose';
import { verifyByAny } from '../keys/verify-by-any.ts';
import { jwtTypeOf } from '../oauth/jwt-type.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { assertionAlgorithms } from '../oauth/server-metadata.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { AssertionStore } from './assertion-store.ts';
import { clientKeys } from './client-keys.ts';
import { isUnderProfile, profileClientAlgorithms } from './profile.ts';
import type { RegisteredClient } from './registered-client.ts';
import type { RemoteJwks } from './remote-jwks.ts';

/** What it takes to verify an assertion. `audiences` are the issuer, which comes first, and the endpoints by which a client may name this server. */
export type AssertionDeps = {
  audiences: readonly [issuer: string, ...endpoints: string[]];
  remoteJwks: RemoteJwks;
  assertions: AssertionStore;
  /** Why the request will be refused although its client is proven, as far as a client may answer that with the same assertion. */
  beforeUse?: ((client: RegisteredClient) => Promise<Refusal | undefined>) | undefined;
  now: () => number;
};

/** The type of assertions of today (draft-ietf-oauth-rfc7523bis). */
const newerType = 'client-authentication+jwt';

/** How long an assertion works at most, how far away its `exp` may be, and the tolerated clock skew, in seconds. */
const limits = { lifetime: 300, exp: 3_600, skew: 30 };

/**
 * Verifies an assertion (RFC 7523 §3): it must be signed with one of the client's keys, and works only once. Refuses with
 * `client_assertion_wrong`, `client_assertion_replayed` or as `beforeUse` says, which uses nothing up; throws when the store is unavailable.
 */
export async function verifyAssertion(
  assertion: string,
  client: RegisteredClient,
  deps: AssertionDeps,
): Promise<Result<undefined, Refusal>> {
  const jwks = await clientKeys(client, assertion, deps.remoteJwks);
  const proved = jwks && (await proveAssertion(assertion, client, jwks, deps));
  if (proved === undefined) return refuse({ reason: 'client_assertion_wrong' });
  const early = await deps.beforeUse?.(client);
  if (early) return refuse(early);
  const isFirst = await deps.assertions.use(client.clientId, proved.jti, proved.end);
  return isFirst ? ok(undefined) : refuse({ reason: 'client_assertion_replayed' });
}

/** What tells an assertion from others, and until when it has to. Undefined where it proves nothing. */
async function proveAssertion(
  assertion: string,
  client: RegisteredClient,
  jwks: JSONWebKeySet,
  deps: AssertionDeps,
): Promise<{ jti: string; end: number } | undefined> {
  const now = deps.now();
  try {
    const rules = {
      issuer: client.clientId,
      subject: client.clientId,
      audience: [...deps.audiences],
      algorithms: [...(isUnderProfile(client) ? profileClientAlgorithms : assertionAlgorithms)],
      requiredClaims: ['exp', 'jti'],
      currentDate: new Date(now * 1_000),
      clockTolerance: limits.skew,
    };
    const { payload, protectedHeader } = await verifyByAny(jwks, (keys) => jwtVerify(assertion, keys, rules));
    const { exp = 0, iat, jti, aud } = payload;
    const type = jwtTypeOf(protectedHeader.typ);
    // Many clients send no type, or the general one. What says that it is something else may have been seen by others, such as a request.
    if (type !== newerType && type !== 'jwt') return undefined;
    const isStrict = isUnderProfile(client) || type === newerType;
    if (!isForUs(aud, isStrict, deps.audiences) || !isTimely({ exp, iat }, now)) return undefined;
    if (typeof jti !== 'string' || jti === '' || jti.length > 255) return undefined;
    return { jti, end: endOf({ exp, iat }) };
  } catch {
    // Keys come from outside, and libraries throw all kinds of errors for malformed ones.
    return undefined;
  }
}

type Times = { exp: number; iat: number | undefined };

/** Whether an assertion works at `now`. That `exp` and `nbf` are in order is known. */
function isTimely({ exp, iat }: Times, now: number): boolean {
  if (exp > now + limits.exp + limits.skew || (iat ?? now) > now + limits.skew) return false;
  const end = endOf({ exp, iat });
  return end >= now - limits.skew && end <= now + limits.lifetime + limits.skew;
}

/** When an assertion ends. Libraries make them for an hour, such as zitadel/oidc: `iat` says when the five minutes of those began. */
const endOf = ({ exp, iat }: Times): number =>
  iat !== undefined && exp > iat + limits.lifetime + limits.skew ? iat + limits.lifetime : exp;

/**
 * Whether an assertion is meant only for this server. Another audience could pass the assertion on to us, or we to it, so none
 * may stand beside ours. The newer type of assertion (draft-ietf-oauth-rfc7523bis) and FAPI 2.0 (§5.3.2.1) require the issuer alone, as a
 * text.
 */
function isForUs(
  aud: string | string[] | undefined,
  isStrict: boolean,
  audiences: AssertionDeps['audiences'],
): boolean {
  if (isStrict) return aud === audiences[0];
  const named = [aud ?? []].flat();
  return named.length > 0 && named.every((value) => audiences.includes(value));
}
