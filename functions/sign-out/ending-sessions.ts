import { grantStore } from '../../shared/grants/grant-store.ts';
import { type SessionStore, sessionStore } from '../../shared/people/session-store.ts';
import type { Runtime } from '../runtime.ts';
import { backChannelLogout, tellingSessions } from './back-channel.ts';
import { revokingSessions } from './revoke-grants.ts';

/** The session store of functions that end sessions on other devices: clients are told, and grants end where the operator wants that. */
export function endingSessions(runtime: Runtime): SessionStore {
  const { config, database, now } = runtime;
  const sessions = tellingSessions(sessionStore(database, config.tables.people), backChannelLogout(runtime));
  if (!config.revokesAtSignOut) return sessions;
  return revokingSessions({ sessions, grants: grantStore(database, config.tables.grants), now });
}
