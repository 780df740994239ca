import { clientReader } from '../../shared/clients/client-reader.ts';
import { looksOf } from '../../shared/http/pages/look.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { publishedKeys } from '../../shared/keys/loaded-keys.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import type { Runtime } from '../runtime.ts';
import { signOutHandler } from './handler.ts';

export const compose = ({ config, database, writeLine, now }: Runtime) =>
  signOutHandler({
    ...config,
    clients: clientReader(database, config.tables.clients, now),
    sessions: sessionStore(database, config.tables.people),
    publishedKeys: publishedKeys(keyStore(database, config.tables.keys), now),
    lookOf: looksOf(config.brand),
    writeLine,
    now,
  });
