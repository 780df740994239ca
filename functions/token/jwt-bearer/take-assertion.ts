import type { JSONWebKeySet } from 'jose';
import type { Refusal } from '../../../shared/oauth/refusal.ts';
import { ok, type Result, refuse } from '../../../shared/result.ts';
import { type Assertion, isSignedBy } from '../../../shared/upstream/assertion.ts';
import { type Judging, judgeAssertion } from '../../../shared/upstream/judge-assertion.ts';
import type { Trust } from '../../../shared/upstream/trust.ts';
import { trusts } from '../../../shared/upstream/trust-store.ts';
import type { TokenDeps } from '../grant-flow.ts';

/** An assertion that is taken, and by which trust. */
export type Taken = { assertion: Assertion; trust: Trust };

/**
 * Takes an assertion that a trust of its issuer admits for this client, with every rule kept and its signature verified. `jkt`: the
 * thumbprint of the key that the request proves. Keys are fetched last, so a stranger's assertion makes this server ask nobody. One that this server has made itself is never taken.
 */
export async function takeAssertion(
  assertion: Assertion,
  clientId: string,
  jkt: string | undefined,
  deps: Pick<TokenDeps, 'apis' | 'audiences' | 'remoteJwks' | 'now'>,
): Promise<Result<Taken, Refusal>> {
  const ofIssuer = await trustsOf(assertion, deps);
  if (ofIssuer.length === 0 || assertion.issuer === deps.audiences[0]) return refuse({ reason: 'assertion_untrusted' });
  const ofClient = ofIssuer.filter(({ clients }) => clients.includes(clientId));
  if (ofClient.length === 0) return refuse({ reason: 'assertion_not_for_client' });
  const admitting = ofClient.filter((trust) =>
    isAdmitted(assertion, trust, { clientId, isProved: (named) => named === jkt }, deps),
  );
  for (const trust of admitting) {
    if (await isSignedBy(assertion, await keysOf(trust, assertion, deps))) return ok({ assertion, trust });
  }
  return refuse({ reason: 'assertion_invalid' });
}

/** The trusts of the issuer of an assertion, for assertions of its kind. */
export const trustsOf = async ({ issuer, kind }: Assertion, { apis }: Pick<TokenDeps, 'apis'>): Promise<Trust[]> =>
  (await apis.others(trusts)).filter((trust) => trust.issuer === issuer && trust.kind === kind);

/** Whether an assertion keeps every rule of a trust in this request, whoever signed it. */
export const isAdmitted = (
  assertion: Assertion,
  trust: Trust,
  request: Pick<Judging, 'clientId' | 'isProved'>,
  { audiences, now }: Pick<TokenDeps, 'audiences' | 'now'>,
): boolean => judgeAssertion(assertion, trust, { ...request, audiences, now: now() }).every(({ isKept }) => isKept);

const keysOf = async (
  { jwks, jwksUri }: Trust,
  { kid }: Assertion,
  { remoteJwks }: Pick<TokenDeps, 'remoteJwks'>,
): Promise<JSONWebKeySet | undefined> =>
  jwksUri === undefined ? (jwks as JSONWebKeySet | undefined) : remoteJwks(jwksUri, kid);

/**
 * Marks an assertion as used; true for the first of any number of requests. Issuers and clients name theirs independently, so the
 * issuer is part of it, in a form that no client id has.
 */
export const useOnce = (
  { assertion: { issuer, claims } }: Taken,
  { assertions }: Pick<TokenDeps, 'assertions'>,
): Promise<boolean> => assertions.use(`issuer ${issuer}`, String(claims.jti), Math.floor(Number(claims.exp)));
