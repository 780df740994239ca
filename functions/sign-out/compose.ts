import { clientReader } from '../../shared/clients/client-reader.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { publishedKeys } from '../../shared/keys/loaded-keys.ts';
import { looksOf } from '../../shared/pages/look.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { standingStore } from '../../shared/people/standing-store.ts';
import type { Runtime } from '../runtime.ts';
import { subjectsOf } from '../subjects-of.ts';
import { backChannelLogout } from './back-channel.ts';
import { endSession } from './end-session.ts';
import { signOutHandler } from './handler.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  const sessions = sessionStore(database, config.tables.people);
  return signOutHandler({
    ...config,
    clients: clientReader(database, config.tables.clients, now, undefined, config.demand),
    sessions,
    accounts: standingStore(database, config.tables.people),
    subjectsOf: subjectsOf(runtime),
    endSession: endSession(runtime),
    publishedKeys: publishedKeys(keyStore(database, config.tables.keys), now, config.keysRemembered),
    tellClients: backChannelLogout(runtime),
    lookOf: looksOf(config.brand),
    writeLine,
    now,
  });
}
