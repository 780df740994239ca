import { clientReader } from '../../shared/clients/client-reader.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import type { Runtime } from '../runtime.ts';
import { authorizeHandler } from './handler.ts';

export const compose = ({ config, database, writeLine, now }: Runtime) =>
  authorizeHandler({
    issuer: config.issuer,
    codeLifetime: config.codeLifetime,
    clients: clientReader(database, config.tables.clients, now),
    sessions: sessionStore(database, config.tables.people),
    grants: grantStore(database, config.tables.grants),
    writeLine,
    now,
  });
