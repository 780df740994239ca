import { apiReader } from '../../shared/apis/api-store.ts';
import { clientReader } from '../../shared/clients/client-reader.ts';
import { deviceRequestStore } from '../../shared/grants/device-request-store.ts';
import { looksOf } from '../../shared/pages/look.ts';
import { signedInStore } from '../../shared/people/signed-in-store.ts';
import { standingStore } from '../../shared/people/standing-store.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import type { Runtime } from '../runtime.ts';
import { subjectsOf } from '../subjects-of.ts';
import { deviceHandler } from './handler.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  return deviceHandler({
    issuer: config.issuer,
    home: config.home,
    deviceAuthorization: config.deviceAuthorization,
    clients: clientReader(database, config.tables.clients, now, undefined, config.demand),
    apis: apiReader(database, config.tables.clients, now),
    signedIn: signedInStore(database, config.tables.people),
    accounts: standingStore(database, config.tables.people),
    devices: deviceRequestStore(database, config.tables.grants),
    throttle: throttleStore(database, config.tables.people, config.home),
    subjectsOf: subjectsOf(runtime),
    lookOf: looksOf(config.brand),
    writeLine,
    now,
  });
}
