import { grantStore } from '../../shared/grants/grant-store.ts';
import { type SessionStore, sessionStore, sidsOf } from '../../shared/people/session-store.ts';
import type { Runtime } from '../runtime.ts';
import { backChannelLogout, type TellClients } from './back-channel.ts';
import { type RevokeGrants, revokeGrants, revokeGrantsOfSession } from './revoke-grants.ts';

/** Of functions that end sessions of other devices: their clients are told, and their grants end where that is on. */
export type EndingSessions = Omit<SessionStore, 'endAll'> & {
  /** Every session of a person but that with the id `kept` in the list; without one, every session. */
  endAllBut(sub: string, kept: string | undefined, now: number): Promise<void>;
};

type Deps = {
  sessions: SessionStore;
  /** Absent where grants outlive the session. */
  revoke: RevokeGrants | undefined;
  tell: TellClients;
};

export function endingSessions(runtime: Runtime): EndingSessions {
  const { config, database, now } = runtime;
  return whereEndsCount({
    sessions: sessionStore(database, config.tables.people),
    revoke: config.revokesAtSignOut
      ? revokeGrants({ grants: grantStore(database, config.tables.grants), now })
      : undefined,
    tell: backChannelLogout(runtime),
  });
}

const whereEndsCount = ({ sessions, revoke, tell }: Deps): EndingSessions => ({
  ...sessions,

  async endListed(sub, id) {
    if (revoke) await revokeGrantsOfSession(sessions, revoke)(sub, id);
    const ended = await sessions.endListed(sub, id);
    await tell([ended]);
    return ended;
  },

  /**
   * As much of it as can be done, whatever fails: somebody else may know the password. Takes along every grant that did not come
   * from the session that is kept, also those of sessions that are over by themselves, which are in no list.
   */
  async endAllBut(sub, kept, now) {
    const listed = await sessions.list(sub, now);
    const others = listed.filter(({ id }) => id !== kept);
    const own = listed.find(({ id }) => id === kept);
    const staying = kept === undefined ? [] : sidsOf(kept, own);
    const ended = await Promise.allSettled(others.map(({ id }) => sessions.endListed(sub, id)));
    const [revoked] = await Promise.allSettled([revoke?.(sub, (sid) => !staying.includes(sid))]);
    await tell(ended.map((end) => (end.status === 'fulfilled' ? end.value : undefined)));
    const failed = [...ended, revoked].find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  },
});
