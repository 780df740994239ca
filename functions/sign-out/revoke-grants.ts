import type { GrantStore } from '../../shared/grants/grant-store.ts';
import { listedIdOf, type SessionStore, sidsOf, subjectOf } from '../../shared/people/session-store.ts';

/*
 * OpenID Connect Back-Channel Logout §2.7: grants with refresh tokens end with the session, those for `offline_access` do not.
 * Those of one session are revoked before it ends: who is told that it failed can do it again.
 */

type Deps = {
  sessions: SessionStore;
  grants: Pick<GrantStore, 'listOf' | 'revoke'>;
  now: () => number;
};

/**
 * Revokes what came from the sessions of these cookies. The person has confirmed it, or a client has shown an ID token of theirs.
 * A session that is over by itself has grants that are not, and its cookie proves whose they are: only who knows the secret
 * in it can name their `sid`. A session that took the place of others answers for the newest of them, see `carryOver`.
 */
export type RevokeGrants = (sessionIds: readonly string[]) => Promise<void>;

export const revokeGrants =
  (deps: Deps): RevokeGrants =>
  async (sessionIds) => {
    await Promise.all(
      sessionIds.map(async (id) => {
        const sub = subjectOf(id);
        if (sub !== '') await revokeOf(sub, listedIdOf(id), deps);
      }),
    );
  };

/** A session store whose sessions take their grants along when their own person ends them from the list. */
export const revokingSessions = (deps: Deps): SessionStore => ({
  ...deps.sessions,
  async endListed(sub, id) {
    await revokeOf(sub, id, deps);
    return deps.sessions.endListed(sub, id);
  },
  // What is not kept ends, whether its session is in the list or over by itself. So it can be done again without the sessions,
  // and those end first: whoever may have the password is out even when the grants cannot be reached.
  async endAll(sub, now, except) {
    const ended = await deps.sessions.endAll(sub, now, except);
    const kept = except === undefined ? [] : await sidsOfListed(sub, except, deps);
    await revoke(sub, (sid) => !kept.includes(sid), deps);
    return ended;
  },
});

async function revokeOf(sub: string, id: string, deps: Deps): Promise<void> {
  const sids = await sidsOfListed(sub, id, deps);
  await revoke(sub, (sid) => sids.includes(sid), deps);
}

const sidsOfListed = async (sub: string, id: string, { sessions }: Deps): Promise<string[]> =>
  sidsOf(id, await sessions.findListed(sub, id));

async function revoke(sub: string, isEnding: (sid: string) => boolean, { grants, now }: Deps): Promise<void> {
  const listed = await grants.listOf(sub);
  const ending = listed.filter(
    ({ sid, scope }) => sid !== undefined && isEnding(sid) && !scope.includes('offline_access'),
  );
  await Promise.all(ending.map((grant) => grants.revoke(grant.id, now())));
}
