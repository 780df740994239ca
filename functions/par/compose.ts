import { apiReader } from '../../shared/apis/api-store.ts';
import { pushedRequestStore } from '../../shared/grants/pushed-request-store.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import { clientAuthentication } from '../client-authentication.ts';
import { openClients } from '../open-clients.ts';
import type { Runtime } from '../runtime.ts';
import { parHandler } from './handler.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  const clients = openClients(runtime);
  return parHandler({
    ...clientAuthentication(runtime, clients),
    issuer: config.issuer,
    clients,
    apis: apiReader(database, config.tables.clients, now),
    pushedRequests: pushedRequestStore(database, config.tables.grants),
    throttle: throttleStore(database, config.tables.people),
    writeLine,
  });
}
