import { apiStore, scopeStore } from '../../shared/apis/api-store.ts';
import { assertionStore } from '../../shared/clients/assertion-store.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { subjectStore } from '../../shared/grants/subject-store.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { nonceKey, publishedKeys } from '../../shared/keys/loaded-keys.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { proofVerifier } from '../../shared/proof/proof-verifier.ts';
import { grantsElsewhere } from '../homes/grants-elsewhere.ts';
import { loggingAccounts } from '../log-account.ts';
import { keyWrapper, type Runtime } from '../runtime.ts';
import { endingSessions } from '../sign-out/ending-sessions.ts';
import { adminHandler } from './handler.ts';

export const compose = (runtime: Runtime) => {
  const { config, database, writeLine, now } = runtime;
  const keys = keyStore(database, config.tables.keys);
  return adminHandler({
    issuer: config.issuer,
    // Never from memory: who was disabled a moment ago must not manage anything.
    clients: clientStore(database, config.tables.clients, now),
    apis: apiStore(database, config.tables.clients, now),
    scopes: scopeStore(database, config.tables.clients, now),
    subjects: subjectStore(database, config.tables, grantsElsewhere(runtime)),
    operators: config.operators,
    accounts: accountStore(database, config.tables.people),
    sessions: sessionStore(database, config.tables.people),
    endListed: endingSessions(runtime, { mayRevoke: false }).endListed,
    logAccount: loggingAccounts(runtime),
    publishedKeys: publishedKeys(keys, now, config.keysRemembered),
    verifyProof: proofVerifier(nonceKey(keys, keyWrapper(config), now), now),
    dpopNonces: config.dpopNonces,
    assertions: assertionStore(database, config.tables.grants),
    writeLine,
    now,
  });
};
