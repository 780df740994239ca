import { clientReader } from '../../shared/clients/client-reader.ts';
import { looksOf } from '../../shared/pages/look.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { consentStore } from '../../shared/people/consent-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import type { Runtime } from '../runtime.ts';
import { consentHandler } from './handler.ts';

export const compose = ({ config, database, writeLine, now }: Runtime) =>
  consentHandler({
    issuer: config.issuer,
    clients: clientReader(database, config.tables.clients, now),
    sessions: sessionStore(database, config.tables.people),
    accounts: accountStore(database, config.tables.people),
    consents: consentStore(database, config.tables.people),
    lookOf: looksOf(config.brand),
    writeLine,
    now,
  });
