import type { GrantStore } from '../../shared/grants/grant-store.ts';
import { listedIdOf, parseNotice, type SessionStore, subjectOf } from '../../shared/people/session-store.ts';

type Deps = {
  sessions: Pick<SessionStore, 'findEvenOver'>;
  grants: Pick<GrantStore, 'listOf' | 'revoke'>;
  now: () => number;
};

/**
 * Revokes what came from the sessions of these cookies. They have not been ended yet: who is told that it failed can sign out
 * again. The person has confirmed it, or a client has shown an ID token of theirs.
 */
export type RevokeGrants = (sessionIds: readonly string[]) => Promise<void>;

/**
 * OpenID Connect Back-Channel Logout §2.7: grants with refresh tokens end with the session, those for `offline_access` do not.
 * A session that is over by itself has grants that are not, and its cookie proves whose they are: only who knows the secret
 * in it can name their `sid`. A session that took the place of others answers for the newest of them, see `carryOver`.
 */
export const revokeGrants =
  ({ sessions, grants, now }: Deps): RevokeGrants =>
  async (sessionIds) => {
    await Promise.all(
      sessionIds.map(async (id) => {
        const sub = subjectOf(id);
        if (sub === '') return;
        const [session, listed] = await Promise.all([sessions.findEvenOver(id), grants.listOf(sub)]);
        const sids = [listedIdOf(id), ...(session?.notices ?? []).map((notice) => parseNotice(notice).sid)];
        const ending = listed.filter(
          ({ sid, scope }) => sid !== undefined && sids.includes(sid) && !scope.includes('offline_access'),
        );
        await Promise.all(ending.map((grant) => grants.revoke(grant.id, now())));
      }),
    );
  };
