import type { MarkReader } from '../../shared/clients/mark-reader.ts';
import { isOwnToken } from '../../shared/clients/since.ts';
import { isInForce, isOfClients } from '../../shared/grants/judge-standing.ts';
import type { SubjectStore } from '../../shared/grants/subject-store.ts';
import type { PresentedToken } from '../../shared/http/bearer.ts';
import type { JwkSet } from '../../shared/keys/loaded-keys.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { VerifyProof } from '../../shared/proof/proof-verifier.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { type AccessTokenClaims, actorsOf, readAccessToken } from '../../shared/tokens/access-token.ts';
import { proveToken, type ResourceRequest } from '../../shared/tokens/prove-token.ts';
import type { CheckTokenSettings } from './settings.ts';

export type CheckTokenDeps = CheckTokenSettings & {
  verifyProof: VerifyProof;
  issuer: string;
  publishedKeys: () => Promise<JwkSet>;
  subjects: Pick<SubjectStore, 'findStanding'>;
  /** Which client has an id now. Remembered, so that it is no read for every request. */
  findMark: MarkReader;
  /** Epoch seconds. */
  now: () => number;
};

/** What was refused, and the client whose token it was, when the token is one of ours. */
export type RefusedToken = { refusal: Refusal; client?: string };

/**
 * RFC 9068 §4 for a resource server: the claims of an access token that is ours, valid now, for this API, still granted, and
 * wide enough; and, where it is bound to a key, proved for this `request` (RFC 9449 §7.1). Without a request no proof can be
 * judged, so a bound token is refused. Grant and account are read every time, so what was revoked or taken back is refused from its next
 * request on; and what is of a removed client, within 30 s.
 */
export async function checkToken(
  token: PresentedToken | undefined,
  request: ResourceRequest | undefined,
  deps: CheckTokenDeps,
): Promise<Result<AccessTokenClaims, RefusedToken>> {
  if (token === undefined) return refuse({ refusal: { reason: 'access_token_missing' } });
  const claims = await readAccessToken(token.token, deps.issuer, await deps.publishedKeys(), deps.now());
  if (claims === undefined) return refuse({ refusal: { reason: 'access_token_invalid' } });
  const client = claims.client_id;
  const audience = [claims.aud].flat();
  if (!deps.audience.some((one) => audience.includes(one))) {
    return refuse({ refusal: { reason: 'access_token_for_another_api' }, client });
  }
  if (!(await isGranted(claims, deps))) return refuse({ refusal: { reason: 'access_token_invalid' }, client });
  const unproved = await refuseUnproved(token, claims, request, deps);
  if (unproved) return refuse({ refusal: unproved, client });
  const granted = claims.scope?.split(' ') ?? [];
  if (!deps.scope.every((one) => granted.includes(one))) {
    return refuse({ refusal: { reason: 'scope_insufficient', scope: deps.scope.join(' ') }, client });
  }
  return ok(claims);
}

async function refuseUnproved(
  token: PresentedToken,
  claims: AccessTokenClaims,
  request: ResourceRequest | undefined,
  { verifyProof, dpop }: CheckTokenDeps,
): Promise<Refusal | undefined> {
  if (dpop === 'required' && claims.cnf === undefined) return { reason: 'access_token_not_bound' };
  if (claims.cnf !== undefined && request === undefined) return { reason: 'access_token_bound' };
  const { method, urls, proof } = request ?? { method: '', urls: [], proof: undefined };
  // An authorizer cannot send a nonce along with its 401, so none is asked for.
  const proved = await proveToken(token, claims, { method, urls, proof }, { verifyProof, dpopNonces: false });
  return proved.ok ? undefined : proved.refusal;
}

/**
 * A token of a grant is in force as long as its person stands by the grant and its clients are the ones that they gave it to; a client's own
 * token as long as that client is there.
 */
async function isGranted(claims: AccessTokenClaims, { subjects, findMark }: CheckTokenDeps): Promise<boolean> {
  const { grant_id: id, sub, iat, client_id: clientId } = claims;
  if (id === undefined) return isOwnToken(iat, await findMark(clientId));
  const { grant, standing } = await subjects.findStanding(id, sub);
  const actors = actorsOf(claims);
  return isInForce(grant, standing, sub, actors) && isOfClients(grant, { iat, actors }, findMark);
}
