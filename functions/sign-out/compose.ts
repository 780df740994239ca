import { clientReader } from '../../shared/clients/client-reader.ts';
import { looksOf } from '../../shared/http/pages/look.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { publishedKeys } from '../../shared/keys/loaded-keys.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import type { Runtime } from '../runtime.ts';
import { backChannelLogout } from './back-channel.ts';
import { signOutHandler } from './handler.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  return signOutHandler({
    ...config,
    clients: clientReader(database, config.tables.clients, now),
    sessions: sessionStore(database, config.tables.people),
    publishedKeys: publishedKeys(keyStore(database, config.tables.keys), now),
    tellClients: backChannelLogout(runtime),
    lookOf: looksOf(config.brand),
    writeLine,
    now,
  });
}
