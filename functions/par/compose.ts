import { pushedRequestStore } from '../../shared/grants/pushed-request-store.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { nonceKey } from '../../shared/keys/loaded-keys.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import { proofVerifier } from '../../shared/proof/proof-verifier.ts';
import { clientAuthentication } from '../client-authentication.ts';
import { openApis } from '../open-apis.ts';
import { openClients } from '../open-clients.ts';
import { keyWrapper, type Runtime } from '../runtime.ts';
import { countInLots } from './count-in-lots.ts';
import { parHandler } from './handler.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  const keys = keyStore(database, config.tables.keys);
  const clients = openClients(runtime);
  return parHandler({
    ...clientAuthentication(runtime, clients, endpoints.par),
    issuer: config.issuer,
    home: config.home,
    clients,
    apis: openApis(runtime),
    verifyProof: proofVerifier(nonceKey(keys, keyWrapper(config), now), now),
    dpopNonces: config.dpopNonces,
    hasOperators: config.operators !== undefined,
    pushedRequests: pushedRequestStore(database, config.tables.grants),
    count: countInLots(throttleStore(database, config.tables.people, config.home).countPushedRequests),
    writeLine,
  });
}
