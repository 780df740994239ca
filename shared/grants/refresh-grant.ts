import type { Refusal } from '../oauth/refusal.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { Grant } from './grant.ts';
import { type GrantStore, isWithin, type Within } from './grant-store.ts';
import { type RefreshToken, refreshHash, successor } from './refresh-token.ts';

/** Lifetimes in seconds. */
export type RefreshSettings = {
  /** How long a token may lie unused. */
  refreshIdleLifetime: number;
  /** How long a grant can be refreshed at all. */
  refreshLifetime: number;
  /** How long after a rotation the old token still returns the same successor: lost answers and parallel tabs just work. */
  refreshGrace: number;
};

/**
 * The grant that {@link refreshGrant} would refresh, as far as a look can tell; undefined for whatever it would refuse. Changes
 * nothing: what may fail for other reasons can be done after it, while the token is still good.
 */
export async function findRefreshable(
  token: RefreshToken,
  clientId: string,
  grants: Pick<GrantStore, 'find'>,
  { refreshGrace }: Pick<RefreshSettings, 'refreshGrace'>,
  now: number,
  within: Within = {},
): Promise<Grant | undefined> {
  const grant = await grants.find(token.grantId);
  return judgeRefresh(token, grant, clientId, refreshGrace, now, within) === undefined ? grant : undefined;
}

/**
 * RFC 6749 §6, OAuth 2.1 §4.3: one conditional write moves the grant to the token's only successor. If that write is refused the
 * grant tells why; a token that was replaced longer ago than the grace period is a replay, and revokes everything.
 */
export async function refreshGrant(
  token: RefreshToken,
  clientId: string,
  grants: Pick<GrantStore, 'rotate' | 'revoke'>,
  settings: RefreshSettings,
  now: number,
  within: Within = {},
): Promise<Result<{ grant: Grant; next: RefreshToken }, Refusal>> {
  const next = successor(token);
  const { won, grant } = await grants.rotate(token.grantId, clientId, {
    presented: refreshHash(token),
    next: refreshHash(next),
    generation: next.generation,
    now,
    idleUntil: now + settings.refreshIdleLifetime,
    within,
  });
  if (won) return ok({ grant, next: { ...next, sub: grant.sub } });
  const refusal = judgeRefresh(token, grant, clientId, settings.refreshGrace, now, within);
  if (refusal === undefined && grant) return ok({ grant, next: { ...next, sub: grant.sub } });
  if (grant && refusal?.reason === 'refresh_token_replayed') await grants.revoke(grant.id, now);
  return refuse(refusal ?? { reason: 'refresh_token_unknown' });
}

/** Why the token is worth nothing; undefined when it is the current one, or the one before and still within the grace period. Pure. */
function judgeRefresh(
  token: RefreshToken,
  grant: Grant | undefined,
  clientId: string,
  grace: number,
  now: number,
  within: Within,
): Refusal | undefined {
  if (!grant?.refresh) return { reason: 'refresh_token_unknown' };
  if (grant.clientId !== clientId) return { reason: 'refresh_token_of_another_client' };
  if (grant.state !== 'redeemed') return { reason: 'grant_revoked' };
  const { hash, previousHash, rotatedAt, idleUntil, endsAt } = grant.refresh;
  if (now >= idleUntil || now >= endsAt) return { reason: 'refresh_token_expired' };
  const isCurrent = refreshHash(token) === hash;
  const isPrevious = refreshHash(token) === previousHash && rotatedAt !== undefined && now <= rotatedAt + grace;
  if (!isCurrent && !isPrevious) return { reason: 'refresh_token_replayed' };
  if (!isWithin({ scope: within.scope ?? [] }, grant)) return { reason: 'scope_wider_than_granted' };
  if (!isWithin({ someScope: within.someScope }, grant)) return { reason: 'scope_not_registered' };
  return isWithin(within, grant) ? undefined : { reason: 'resource_not_granted' };
}
