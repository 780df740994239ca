import { documentStore } from '../../shared/clients/document-store.ts';
import { looksOf } from '../../shared/pages/look.ts';
import { consentStore } from '../../shared/people/consent-store.ts';
import { signedInStore } from '../../shared/people/signed-in-store.ts';
import { standingStore } from '../../shared/people/standing-store.ts';
import { openApis } from '../open-apis.ts';
import { openClients } from '../open-clients.ts';
import { openPushedRequests } from '../open-pushed-requests.ts';
import type { Runtime } from '../runtime.ts';
import { consentHandler } from './handler.ts';

export const compose = (runtime: Runtime) => {
  const { config, database, writeLine, now } = runtime;
  return consentHandler({
    issuer: config.issuer,
    clients: openClients(runtime),
    pushedRequests: openPushedRequests(runtime),
    requiresPushedRequests: config.pushedRequests === 'required',
    apis: openApis(runtime),
    hasOperators: config.operators !== undefined,
    signedIn: signedInStore(database, config.tables.people),
    accounts: standingStore(database, config.tables.people),
    consents: consentStore(database, config.tables.people),
    documents: config.metadataDocuments === 'off' ? undefined : documentStore(database, config.tables.clients),
    lookOf: looksOf(config.brand),
    writeLine,
    now,
  });
};
