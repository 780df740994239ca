import { grantStore } from '../../shared/grants/grant-store.ts';
import { openHooks } from '../../shared/hooks/open-hooks.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { nonceKey, refreshKeys, signingKeys } from '../../shared/keys/loaded-keys.ts';
import { deviceCodeGrant, jwtBearer, tokenExchange } from '../../shared/oauth/server-metadata.ts';
import { standingStore } from '../../shared/people/standing-store.ts';
import { proofVerifier } from '../../shared/proof/proof-verifier.ts';
import { clientAuthentication } from '../client-authentication.ts';
import { openApis } from '../open-apis.ts';
import { openClients } from '../open-clients.ts';
import { keyCustody, keyWrapper, type Runtime } from '../runtime.ts';
import { tidyingUp } from '../tidy-up.ts';
import { redeem } from './exchange-code.ts';
import type { TokenDeps } from './grant-flow.ts';
import { tokenHandler } from './handler.ts';
import { lateFlow } from './late-flow.ts';
import { meantClient } from './meant-client.ts';

export function tokenDeps(runtime: Runtime): TokenDeps {
  const { config, database, writeLine, now } = runtime;
  const clients = openClients(runtime);
  const keys = keyStore(database, config.tables.keys);
  return {
    ...config,
    ...clientAuthentication(runtime, clients),
    defaultAlgorithm: config.signingAlgorithms[0],
    clients,
    apis: openApis(runtime),
    grants: grantStore(database, config.tables.grants),
    accounts: standingStore(database, config.tables.people),
    signingKey: signingKeys(keys, keyCustody(config), now, config.keysRemembered),
    refreshKeys: refreshKeys(keys, keyWrapper(config), now, config.keysRemembered),
    verifyProof: proofVerifier(nonceKey(keys, keyWrapper(config), now), now),
    hooks: openHooks(config.hooks),
    lateFlows: {
      [deviceCodeGrant]: lateFlow(async () => (await import('./device-code/compose.ts')).compose(runtime, redeem)),
      [jwtBearer]: lateFlow(async () => (await import('./jwt-bearer/compose.ts')).compose(runtime)),
      [tokenExchange]: lateFlow(async () => (await import('./token-exchange/compose.ts')).compose(runtime)),
    },
    meantClient,
    writeLine,
    tidyUp: tidyingUp(runtime),
  };
}

export const compose = (runtime: Runtime) => tokenHandler(tokenDeps(runtime));
