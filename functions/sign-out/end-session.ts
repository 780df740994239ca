import type { HeldGrantStore } from '../../shared/grants/held-grant-store.ts';
import { type AccountStore, accountStore } from '../../shared/people/account-store.ts';
import type { Session } from '../../shared/people/session.ts';
import { type SessionStore, sessionStore, sidsOf } from '../../shared/people/session-store.ts';
import { parseEnded } from '../../shared/people/still-valid.ts';
import { heldGrants } from '../homes/held-grants.ts';
import type { Runtime } from '../runtime.ts';
import { type TidyUp, tidyingUp } from '../tidy-up.ts';
import { revokeGrantsOf } from './revoke-grants.ts';

/** Ends a session by the `id` of the list. Answers with the session as it was, for its clients to be told; undefined when there was none. */
export type EndSession = (sub: string, id: string) => Promise<Session | undefined>;

export function endSession(runtime: Runtime): EndSession {
  const { config, database, now } = runtime;
  const sessions = sessionStore(database, config.tables.people);
  if (!config.revokesAtSignOut) return sessions.endListed;
  return endSessionWithGrants({
    sessions,
    accounts: accountStore(database, config.tables.people),
    grants: heldGrants(runtime),
    tidyUp: tidyingUp(runtime),
    now,
  });
}

type Deps = {
  sessions: Pick<SessionStore, 'findListed' | 'endListed'>;
  accounts: Pick<AccountStore, 'endWithGrants' | 'findStanding' | 'forgetEnded'>;
  grants: Pick<HeldGrantStore, 'listOf' | 'revoke'>;
  tidyUp: TidyUp;
  now: () => number;
};

/**
 * Where grants end with the session: one write on the account says so for the session, for those whose place it took (see
 * `carryOver`), and for whatever they gave to clients, spent or not. What follows only tidies up. An id that no item confirms writes
 * nothing there: anybody can send a cookie in the name of somebody else. The grants that it names, if it is real, are revoked one by
 * one: its session was purged after its end.
 */
const endSessionWithGrants =
  (deps: Deps): EndSession =>
  async (sub, id) => {
    const session = await deps.sessions.findListed(sub, id);
    if (session === undefined) {
      await revokeGrantsOf(sub, [id], deps);
      return undefined;
    }
    await deps.accounts.endWithGrants(sub, sidsOf(id, session), deps.now());
    // A session that could not be deleted is over all the same. Its clients are rather told twice than never.
    let ended: Session | undefined = session;
    await Promise.all([
      deps.tidyUp(async () => {
        ended = await deps.sessions.endListed(sub, id);
      }),
      deps.tidyUp(() => revokeAndForget(sub, deps)),
    ]);
    return ended;
  };

/** Seconds after which no code is left and every grant is in the index: then those that could not be revoked before are found. */
const settledAfter = 3_600;

/** Revokes what ended sessions gave, also where that failed before, and forgets those of which nothing can be left. */
async function revokeAndForget(sub: string, deps: Deps): Promise<void> {
  const { endedSessions = [] } = (await deps.accounts.findStanding(sub)) ?? {};
  await revokeGrantsOf(
    sub,
    endedSessions.map((ended) => parseEnded(ended).sid),
    deps,
  );
  const settled = endedSessions.filter((ended) => parseEnded(ended).at <= deps.now() - settledAfter);
  if (settled.length > 0) await deps.accounts.forgetEnded(sub, settled);
}
