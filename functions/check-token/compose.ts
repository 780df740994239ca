import { subjectStore } from '../../shared/grants/subject-store.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { publishedKeys } from '../../shared/keys/loaded-keys.ts';
import { proofVerifier } from '../../shared/proof/proof-verifier.ts';
import type { Runtime } from '../runtime.ts';
import { checkTokenHandler } from './handler.ts';
import type { CheckTokenSettings } from './settings.ts';

const noNonces = () => Promise.reject(new Error('an authorizer asks for no nonces'));

export const compose = ({ config, database, writeLine, now }: Runtime, settings: CheckTokenSettings) =>
  checkTokenHandler({
    ...settings,
    issuer: config.issuer,
    publishedKeys: publishedKeys(keyStore(database, config.tables.keys), now, config.keysRemembered),
    verifyProof: proofVerifier(noNonces, now),
    subjects: subjectStore(database, config.tables),
    writeLine,
    now,
  });
