import { markReader } from '../../shared/clients/mark-reader.ts';
import { subjectStore } from '../../shared/grants/subject-store.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { publishedKeys } from '../../shared/keys/loaded-keys.ts';
import { proofVerifier } from '../../shared/proof/proof-verifier.ts';
import { grantsElsewhere } from '../homes/grants-elsewhere.ts';
import type { Runtime } from '../runtime.ts';
import { checkTokenHandler } from './handler.ts';
import type { CheckTokenSettings } from './settings.ts';

const noNonces = () => Promise.reject(new Error('an authorizer asks for no nonces'));

export function compose(runtime: Runtime, settings: CheckTokenSettings) {
  const { config, database, writeLine, now } = runtime;
  return checkTokenHandler({
    ...settings,
    issuer: config.issuer,
    publishedKeys: publishedKeys(keyStore(database, config.tables.keys), now, config.keysRemembered),
    verifyProof: proofVerifier(noNonces, now),
    findMark: markReader(database, config.tables.clients, now),
    subjects: subjectStore(database, config.tables, grantsElsewhere(runtime)),
    writeLine,
    now,
  });
}
