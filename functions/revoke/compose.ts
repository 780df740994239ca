import { grantStore } from '../../shared/grants/grant-store.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { publishedKeys, refreshKeys } from '../../shared/keys/loaded-keys.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { clientAuthentication } from '../client-authentication.ts';
import { openClients } from '../open-clients.ts';
import { keyWrapper, type Runtime } from '../runtime.ts';
import { revokeHandler } from './handler.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  const keys = keyStore(database, config.tables.keys);
  return revokeHandler({
    ...clientAuthentication(runtime, openClients(runtime), endpoints.revoke),
    issuer: config.issuer,
    grants: grantStore(database, config.tables.grants),
    publishedKeys: publishedKeys(keys, now, config.keysRemembered),
    refreshKeys: refreshKeys(keys, keyWrapper(config), now, config.keysRemembered),
    writeLine,
  });
}
