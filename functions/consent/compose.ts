import { apiReader } from '../../shared/apis/api-store.ts';
import { clientReader } from '../../shared/clients/client-reader.ts';
import { looksOf } from '../../shared/pages/look.ts';
import { consentStore } from '../../shared/people/consent-store.ts';
import { signedInStore } from '../../shared/people/signed-in-store.ts';
import { standingStore } from '../../shared/people/standing-store.ts';
import type { Runtime } from '../runtime.ts';
import { consentHandler } from './handler.ts';

export const compose = ({ config, database, writeLine, now }: Runtime) =>
  consentHandler({
    issuer: config.issuer,
    clients: clientReader(database, config.tables.clients, now),
    apis: apiReader(database, config.tables.clients, now),
    signedIn: signedInStore(database, config.tables.people),
    accounts: standingStore(database, config.tables.people),
    consents: consentStore(database, config.tables.people),
    lookOf: looksOf(config.brand),
    writeLine,
    now,
  });
