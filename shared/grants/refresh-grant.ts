import type { Refusal } from '../oauth/refusal.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { GrantStore, RefreshKeyProof } from './grant-store.ts';
import { type Judged, judgeRefresh } from './judge-refresh.ts';
import { type RefreshToken, refreshHash, successor } from './refresh-token.ts';
import type { Within } from './within.ts';

/** Lifetimes in seconds. */
export type RefreshSettings = {
  /** How long a token may stay unused. */
  refreshIdleLifetime: number;
  /** How long a grant can be refreshed in total. */
  refreshLifetime: number;
  /** How long an old token still works after its successor was first used, so that parallel tabs just work. */
  refreshGrace: number;
};

/** The settings for one client, which may keep its token instead of getting a new one at every use. */
export type RefreshRules = RefreshSettings & { rotates: boolean };

/** Returns a client's own settings, completed by the server's. */
export const refreshRules = (
  client: {
    refreshTokenIdleLifetime?: number | undefined;
    refreshTokenLifetime?: number | undefined;
    refreshTokenGrace?: number | undefined;
    rotateRefreshTokens?: boolean | undefined;
  },
  server: RefreshSettings,
): RefreshRules => ({
  refreshIdleLifetime: client.refreshTokenIdleLifetime ?? server.refreshIdleLifetime,
  refreshLifetime: client.refreshTokenLifetime ?? server.refreshLifetime,
  refreshGrace: client.refreshTokenGrace ?? server.refreshGrace,
  rotates: client.rotateRefreshTokens ?? true,
});

/**
 * Returns the grant that {@link refreshGrant} would refresh, as far as a read can tell, or undefined when it would refuse.
 * Changes nothing, so steps that may fail for other reasons can run first, while the token is still good.
 */
export async function findRefreshable(
  token: RefreshToken,
  clientId: string,
  grants: Pick<GrantStore, 'find'>,
  { refreshGrace }: Pick<RefreshRules, 'refreshGrace'>,
  now: number,
  within: Within = {},
  { jkt }: RefreshKeyProof = {},
): Promise<Judged['grant'] | undefined> {
  const judged = judgeRefresh(token, await grants.find(token.grantId), clientId, refreshGrace, now, within, jkt);
  return judged.ok ? judged.value.grant : undefined;
}

/**
 * Refreshes a grant (RFC 6749 §6, OAuth 2.1 §4.3). One conditional write moves it to the token's only successor, or records the use
 * of a token that the client keeps, and counts it against the budget of the grant. If that write fails, the grant tells why, and a
 * replay revokes it. Returns the token that the
 * client should use next.
 */
export async function refreshGrant(
  token: RefreshToken,
  clientId: string,
  grants: Pick<GrantStore, 'rotate' | 'keepUsing' | 'countUse' | 'revoke'>,
  { refreshIdleLifetime, refreshGrace, rotates }: Omit<RefreshRules, 'refreshLifetime'>,
  now: number,
  within: Within = {},
  proof: RefreshKeyProof = {},
): Promise<Result<Judged, Refusal>> {
  const use = { presented: refreshHash(token), now, idleUntil: now + refreshIdleLifetime, within, proof };
  const next = successor(token);
  const { won, grant } = rotates
    ? await grants.rotate(token.grantId, clientId, {
        ...use,
        next: { hash: refreshHash(next), generation: next.generation },
      })
    : await grants.keepUsing(token.grantId, clientId, use);
  if (won && grant.refresh) return ok({ grant, state: grant.refresh, current: rotates ? named(next, grant) : token });
  const judged = judgeRefresh(token, grant, clientId, refreshGrace, now, within, proof.jkt);
  if (judged.ok) {
    // The same successor again is one more use: otherwise any number could be had at once. With none left, nothing is counted.
    const isCounted = judged.value.grant.maxUses === undefined || (await grants.countUse(token.grantId, clientId)).won;
    if (!isCounted) return refuse({ reason: 'grant_used_up' });
    return ok({ ...judged.value, current: named(judged.value.current, judged.value.grant) });
  }
  if (grant && judged.refusal.reason === 'refresh_token_replayed') await grants.revoke(grant.id, now);
  return judged;
}

/** Adds the subject, which tokens of the previous version do not have. */
const named = (token: RefreshToken, { sub }: Judged['grant']): RefreshToken => ({ ...token, sub });
