import { inTurns } from '../../shared/aws/in-turns.ts';
import type { HeldGrantStore } from '../../shared/grants/held-grant-store.ts';
import type { Account } from '../../shared/people/account.ts';
import { type SessionStore, sessionStore } from '../../shared/people/session-store.ts';
import { heldGrants } from '../homes/held-grants.ts';
import type { Runtime } from '../runtime.ts';
import { type TidyUp, tidyingUp } from '../tidy-up.ts';
import { backChannelLogout, type TellClients } from './back-channel.ts';
import { type EndSession, endSession } from './end-session.ts';

/** Of functions that end sessions of other devices: their clients are told, and their grants end where that is on. */
export type EndingSessions = Omit<SessionStore, 'endAll'> & {
  /** Tidies up after a write that raised the epoch of an account: deletes the sessions of before and tells their clients. */
  clearAway(account: Pick<Account, 'sub' | 'epoch'>): Promise<void>;
};

type Deps = {
  sessions: SessionStore;
  end: EndSession;
  /** Absent in functions that may not revoke grants. */
  grants: Pick<HeldGrantStore, 'clearAway'> | undefined;
  tell: TellClients;
  tidyUp: TidyUp;
  now: () => number;
};

/** `mayRevoke`: whether the function may revoke grants although they outlive their sessions. */
export function endingSessions(runtime: Runtime, { mayRevoke }: { mayRevoke: boolean }): EndingSessions {
  const { config, database, now } = runtime;
  return whereEndsCount({
    sessions: sessionStore(database, config.tables.people),
    end: endSession(runtime),
    grants: mayRevoke || config.revokesAtSignOut ? heldGrants(runtime) : undefined,
    tell: backChannelLogout(runtime),
    tidyUp: tidyingUp(runtime),
    now,
  });
}

const whereEndsCount = ({ sessions, end, grants, tell, tidyUp, now }: Deps): EndingSessions => ({
  ...sessions,

  async endListed(sub, id) {
    const ended = await end(sub, id);
    await tell([ended]);
    return ended;
  },

  async clearAway({ sub, epoch }) {
    await Promise.all([
      tidyUp(async () => {
        const listed = await sessions.list(sub, now());
        const over = listed.filter((session) => session.epoch !== epoch);
        await tell(await inTurns(over, ({ id }) => sessions.endListed(sub, id)));
      }),
      tidyUp(async () => grants?.clearAway(sub, { counter: 'epoch', current: epoch }, now())),
    ]);
  },
});
