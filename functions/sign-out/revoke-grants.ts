import { inTurns } from '../../shared/aws/in-turns.ts';
import type { HeldGrantStore } from '../../shared/grants/held-grant-store.ts';
import { outlivesSession } from '../../shared/grants/judge-standing.ts';

/**
 * Revokes the grants of a person that came from the sessions of these names (`sid`). OpenID Connect Back-Channel Logout §2.7: those
 * with refresh tokens end with the session, those for `offline_access` do not.
 */
export async function revokeGrantsOf(
  sub: string,
  sids: readonly string[],
  { grants, now }: { grants: Pick<HeldGrantStore, 'listOf' | 'revoke'>; now: () => number },
): Promise<void> {
  const listed = await grants.listOf(sub);
  const ending = listed.filter(
    (grant) => grant.sid !== undefined && sids.includes(grant.sid) && !outlivesSession(grant),
  );
  await inTurns(ending, ({ id }) => grants.revoke(id, now()));
}
