import { clientReader } from '../../shared/clients/client-reader.ts';
import { deviceRequestStore } from '../../shared/grants/device-request-store.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import { clientAuthentication } from '../client-authentication.ts';
import { openApis } from '../open-apis.ts';
import type { Runtime } from '../runtime.ts';
import { deviceAuthorizationHandler } from './handler.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine } = runtime;
  const clients = clientReader(database, config.tables.clients, runtime.now, undefined, config.demand);
  return deviceAuthorizationHandler({
    ...clientAuthentication(runtime, clients, endpoints.deviceAuthorization),
    issuer: config.issuer,
    home: config.home,
    deviceAuthorization: config.deviceAuthorization,
    clients,
    apis: openApis(runtime),
    hasOperators: config.operators !== undefined,
    devices: deviceRequestStore(database, config.tables.grants),
    throttle: throttleStore(database, config.tables.people, config.home),
    writeLine,
  });
}
