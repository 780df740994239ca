import { apiReader } from '../../shared/apis/api-store.ts';
import { once } from '../../shared/cached.ts';
import { clientReader } from '../../shared/clients/client-reader.ts';
import { subjectStore } from '../../shared/grants/subject-store.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { publishedKeys } from '../../shared/keys/loaded-keys.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { clientAuthentication } from '../client-authentication.ts';
import type { Runtime } from '../runtime.ts';
import { introspectHandler } from './handler.ts';
import type { SignIntrospection } from './signed/sign-introspection.ts';

export function compose(runtime: Runtime) {
  const { config, database, writeLine, now } = runtime;
  const clients = clientReader(database, config.tables.clients, now, undefined, config.demand);
  return introspectHandler({
    ...clientAuthentication(runtime, clients, endpoints.introspect),
    issuer: config.issuer,
    audience: config.audience,
    apis: apiReader(database, config.tables.clients, now),
    clients,
    subjects: subjectStore(database, config.tables),
    publishedKeys: publishedKeys(keyStore(database, config.tables.keys), now, config.keysRemembered),
    sign: config.signedIntrospection ? signedLater(runtime) : undefined,
    writeLine,
  });
}

function signedLater(runtime: Runtime): SignIntrospection {
  const loaded = once(async () => (await import('./signed/compose.ts')).compose(runtime));
  return async (...response) => (await loaded())(...response);
}
