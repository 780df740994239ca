import { apiReader } from '../../shared/apis/api-store.ts';
import { subjectStore } from '../../shared/grants/subject-store.ts';
import { openHooks } from '../../shared/hooks/open-hooks.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { nonceKey, publishedKeys } from '../../shared/keys/loaded-keys.ts';
import { proofVerifier } from '../../shared/proof/proof-verifier.ts';
import { openClients } from '../open-clients.ts';
import { keyWrapper, type Runtime } from '../runtime.ts';
import { userinfoHandler } from './handler.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  const keys = keyStore(database, config.tables.keys);
  return userinfoHandler({
    issuer: config.issuer,
    publishedKeys: publishedKeys(keys, now, config.keysRemembered),
    verifyProof: proofVerifier(nonceKey(keys, keyWrapper(config), now), now),
    dpopNonces: config.dpopNonces,
    subjects: subjectStore(database, config.tables),
    clients: openClients(runtime),
    apis: apiReader(database, config.tables.clients, now),
    hooks: openHooks(config.hooks),
    writeLine,
    now,
  });
}
