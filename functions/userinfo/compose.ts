import { apiReader } from '../../shared/apis/api-store.ts';
import { clientReader } from '../../shared/clients/client-reader.ts';
import { subjectStore } from '../../shared/grants/subject-store.ts';
import { openHooks } from '../../shared/hooks/open-hooks.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { publishedKeys } from '../../shared/keys/loaded-keys.ts';
import type { Runtime } from '../runtime.ts';
import { userinfoHandler } from './handler.ts';

export const compose = ({ config, database, writeLine, now }: Runtime) =>
  userinfoHandler({
    issuer: config.issuer,
    publishedKeys: publishedKeys(keyStore(database, config.tables.keys), now, config.keysRemembered),
    subjects: subjectStore(database, config.tables),
    clients: clientReader(database, config.tables.clients, now),
    apis: apiReader(database, config.tables.clients, now),
    hooks: openHooks(config.hooks),
    writeLine,
    now,
  });
