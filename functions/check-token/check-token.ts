import { isInForce } from '../../shared/grants/judge-standing.ts';
import type { SubjectStore } from '../../shared/grants/subject-store.ts';
import type { JwkSet } from '../../shared/keys/loaded-keys.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { type AccessTokenClaims, actorsOf, readAccessToken } from '../../shared/tokens/access-token.ts';
import type { CheckTokenSettings } from './settings.ts';

export type CheckTokenDeps = CheckTokenSettings & {
  issuer: string;
  publishedKeys: () => Promise<JwkSet>;
  subjects: Pick<SubjectStore, 'findStanding'>;
  /** Epoch seconds. */
  now: () => number;
};

/** What was refused, and the client whose token it was, when the token is one of ours. */
export type RefusedToken = { refusal: Refusal; client?: string };

/**
 * RFC 9068 §4 for a resource server: the claims of an access token that is ours, valid now, for this API, still granted, and
 * wide enough. Grant and account are read every time, so what was revoked or taken back is refused from its next request on.
 */
export async function checkToken(
  token: string | undefined,
  deps: CheckTokenDeps,
): Promise<Result<AccessTokenClaims, RefusedToken>> {
  if (token === undefined) return refuse({ refusal: { reason: 'access_token_missing' } });
  const claims = await readAccessToken(token, deps.issuer, await deps.publishedKeys(), deps.now());
  if (claims === undefined) return refuse({ refusal: { reason: 'access_token_invalid' } });
  const client = claims.client_id;
  const audience = [claims.aud].flat();
  if (!deps.audience.some((one) => audience.includes(one))) {
    return refuse({ refusal: { reason: 'access_token_for_another_api' }, client });
  }
  if (!(await isGranted(claims, deps))) return refuse({ refusal: { reason: 'access_token_invalid' }, client });
  const granted = claims.scope?.split(' ') ?? [];
  if (!deps.scope.every((one) => granted.includes(one))) {
    return refuse({ refusal: { reason: 'scope_insufficient', scope: deps.scope.join(' ') }, client });
  }
  return ok(claims);
}

/** A token of a grant is in force as long as its person stands by the grant; a client's own token stands for itself until it expires. */
async function isGranted(claims: AccessTokenClaims, { subjects }: CheckTokenDeps): Promise<boolean> {
  const { grant_id: id, sub } = claims;
  if (id === undefined) return true;
  const { grant, standing } = await subjects.findStanding(id, sub);
  return isInForce(grant, standing, sub, actorsOf(claims));
}
