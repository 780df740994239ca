import { grantStore } from '../../shared/grants/grant-store.ts';
import { type SessionStore, sessionStore, sidsOf } from '../../shared/people/session-store.ts';
import type { Runtime } from '../runtime.ts';
import { backChannelLogout, type TellClients } from './back-channel.ts';
import { type RevokeGrants, revokeGrants, revokeGrantsOfSession } from './revoke-grants.ts';

type Deps = {
  sessions: SessionStore;
  /** Absent where grants outlive the session. */
  revoke: RevokeGrants | undefined;
  tell: TellClients;
};

/** The session store of functions that end sessions of other devices: their clients are told, and their grants end where that is on. */
export function endingSessions(runtime: Runtime): SessionStore {
  const { config, database, now } = runtime;
  return whereEndsCount({
    sessions: sessionStore(database, config.tables.people),
    revoke: config.revokesAtSignOut
      ? revokeGrants({ grants: grantStore(database, config.tables.grants), now })
      : undefined,
    tell: backChannelLogout(runtime),
  });
}

function whereEndsCount({ sessions, revoke, tell }: Deps): SessionStore {
  async function revokeAllBut(sub: string, kept: string | undefined): Promise<void> {
    if (revoke === undefined) return;
    const sids = kept === undefined ? [] : sidsOf(kept, await sessions.findListed(sub, kept));
    await revoke(sub, (sid) => !sids.includes(sid));
  }

  return {
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
    async endAll(sub, now, except) {
      const listed = (await sessions.list(sub, now)).filter(({ id }) => id !== except);
      const ended = await Promise.allSettled(listed.map(({ id }) => sessions.endListed(sub, id)));
      const [revoked] = await Promise.allSettled([revokeAllBut(sub, except)]);
      await tell(ended.map((end) => (end.status === 'fulfilled' ? end.value : undefined)));
      const failed = [...ended, revoked].find((outcome) => outcome.status === 'rejected');
      if (failed) throw failed.reason;
      return listed.length;
    },
  };
}
