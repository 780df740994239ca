import { clientReader } from '../../shared/clients/client-reader.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { publishedKeys } from '../../shared/keys/loaded-keys.ts';
import { looksOf } from '../../shared/pages/look.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import type { Runtime } from '../runtime.ts';
import { backChannelLogout } from './back-channel.ts';
import { signOutHandler } from './handler.ts';
import { revokeGrants, revokeGrantsOfSession } from './revoke-grants.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  const sessions = sessionStore(database, config.tables.people);
  const grants = grantStore(database, config.tables.grants);
  return signOutHandler({
    ...config,
    clients: clientReader(database, config.tables.clients, now),
    sessions,
    revokeGrantsOf: config.revokesAtSignOut
      ? revokeGrantsOfSession(sessions, revokeGrants({ grants, now }))
      : undefined,
    publishedKeys: publishedKeys(keyStore(database, config.tables.keys), now),
    tellClients: backChannelLogout(runtime),
    lookOf: looksOf(config.brand),
    writeLine,
    now,
  });
}
