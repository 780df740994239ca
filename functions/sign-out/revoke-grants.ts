import type { GrantStore } from '../../shared/grants/grant-store.ts';
import { type SessionStore, sidsOf } from '../../shared/people/session-store.ts';

type Deps = {
  grants: Pick<GrantStore, 'listOf' | 'revoke'>;
  now: () => number;
};

/**
 * Revokes the grants of a person that came from sessions for whose name (`sid`) `isEnding` holds. OpenID Connect Back-Channel
 * Logout §2.7: those with refresh tokens end with the session, those for `offline_access` do not.
 */
export type RevokeGrants = (sub: string, isEnding: (sid: string) => boolean) => Promise<void>;

export const revokeGrants =
  ({ grants, now }: Deps): RevokeGrants =>
  async (sub, isEnding) => {
    const listed = await grants.listOf(sub);
    const ending = listed.filter(
      ({ sid, scope }) => sid !== undefined && isEnding(sid) && !scope.includes('offline_access'),
    );
    await Promise.all(ending.map((grant) => grants.revoke(grant.id, now())));
  };

/**
 * The same for one session by the `id` of the list, to be called before it ends: who is told that it failed can do it again.
 * A session that is over by itself has grants that are not. One that took the place of others answers for the newest of them,
 * see `carryOver`.
 */
export type RevokeGrantsOfSession = (sub: string, id: string) => Promise<void>;

export const revokeGrantsOfSession =
  (sessions: Pick<SessionStore, 'findListed'>, revoke: RevokeGrants): RevokeGrantsOfSession =>
  async (sub, id) => {
    const sids = sidsOf(id, await sessions.findListed(sub, id));
    await revoke(sub, (sid) => sids.includes(sid));
  };
