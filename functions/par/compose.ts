import { pushedRequestStore } from '../../shared/grants/pushed-request-store.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import { clientAuthentication } from '../client-authentication.ts';
import { openApis } from '../open-apis.ts';
import { openClients } from '../open-clients.ts';
import type { Runtime } from '../runtime.ts';
import { parHandler } from './handler.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine } = runtime;
  const clients = openClients(runtime);
  return parHandler({
    ...clientAuthentication(runtime, clients),
    issuer: config.issuer,
    clients,
    apis: openApis(runtime),
    hasOperators: config.operators !== undefined,
    pushedRequests: pushedRequestStore(database, config.tables.grants),
    throttle: throttleStore(database, config.tables.people),
    writeLine,
  });
}
