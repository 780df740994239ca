import packageJson from '../../package.json' with { type: 'json' };
import { apiStore, scopeStore } from '../../shared/apis/api-store.ts';
import { listEveryClient } from '../../shared/clients/all-clients-store.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { subjectStore } from '../../shared/grants/subject-store.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { nonceKey, publishedKeys } from '../../shared/keys/loaded-keys.ts';
import { consoleLook } from '../../shared/pages/console/console-page.ts';
import { looksOf } from '../../shared/pages/look.ts';
import { grantsElsewhere } from '../homes/grants-elsewhere.ts';
import { loggingAccounts } from '../log-account.ts';
import { keyWrapper, type Runtime } from '../runtime.ts';
import { summing } from './figures.ts';
import { consoleHandler } from './handler.ts';
import { openAuditLog } from './open-audit-log.ts';
import { openPeople } from './open-people.ts';
import { consoleClient } from './session/console-client.ts';
import { consoleCookies } from './session/console-cookies.ts';

export const compose = (runtime: Runtime) => {
  const { config, database, writeLine, now } = runtime;
  const { clients } = config.tables;
  const people = openPeople(runtime);
  const keys = keyStore(database, config.tables.keys);
  const key = nonceKey(keys, keyWrapper(config), now);
  return consoleHandler({
    issuer: config.issuer,
    // Never from memory: an operator sees what was changed a moment ago.
    clients: clientStore(database, clients, now),
    allClients: () => listEveryClient(database, clients, now()),
    apis: apiStore(database, clients, now),
    scopes: scopeStore(database, clients, now),
    accounts: people.accounts,
    sessions: people.sessions,
    endListed: people.sessions.endListed,
    logAccount: loggingAccounts(runtime),
    subjects: subjectStore(database, config.tables, grantsElsewhere(runtime)),
    operators: config.operators,
    publishedKeys: publishedKeys(keys, now, config.keysRemembered),
    key,
    keys,
    client: consoleClient(config.issuer, { pushes: config.pushedRequests === 'required' }, now),
    cookies: consoleCookies(config.issuer, key),
    people,
    ...openAuditLog(runtime),
    sumUp: summing(),
    look: consoleLook(config.brand),
    lookOf: looksOf(config.brand),
    version: packageJson.version,
    writeLine,
    now,
  });
};
