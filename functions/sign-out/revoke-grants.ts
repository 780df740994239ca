import type { GrantStore } from '../../shared/grants/grant-store.ts';
import { listedIdOf, parseNotice, type SessionStore } from '../../shared/people/session-store.ts';

type Deps = {
  sessions: Pick<SessionStore, 'find'>;
  grants: Pick<GrantStore, 'listOf' | 'revoke'>;
  now: () => number;
};

/** Revokes what came from these sessions, which are still there: who is told that it failed can sign out again. */
export type RevokeGrants = (sessionIds: readonly string[]) => Promise<void>;

/**
 * OpenID Connect Back-Channel Logout §2.7: grants with refresh tokens end with the session, those for `offline_access` do not.
 * A session that took the place of others answers for theirs. A grant of this very moment may be missed, see `listOf`.
 */
export const revokeGrants =
  ({ sessions, grants, now }: Deps): RevokeGrants =>
  async (sessionIds) => {
    await Promise.all(
      sessionIds.map(async (id) => {
        const session = await sessions.find(id, now());
        if (session === undefined) return;
        const sids = [listedIdOf(id), ...(session.notices ?? []).map((notice) => parseNotice(notice).sid)];
        const ending = (await grants.listOf(session.sub)).filter(
          ({ sid, scope }) => sid !== undefined && sids.includes(sid) && !scope.includes('offline_access'),
        );
        await Promise.all(ending.map((grant) => grants.revoke(grant.id, now())));
      }),
    );
  };
