import { assertionStore } from '../shared/clients/assertion-store.ts';
import type { AuthenticationDeps } from '../shared/clients/client-authentication.ts';
import type { ClientReader } from '../shared/clients/client-reader.ts';
import { jwksFetch, remoteJwks } from '../shared/clients/remote-jwks.ts';
import { secretThrottle } from '../shared/clients/secret-throttle-store.ts';
import { endpoints } from '../shared/oauth/endpoints.ts';
import type { Runtime } from './runtime.ts';

/** What every endpoint needs that clients authenticate at. */
export const clientAuthentication = (
  { config, database, now }: Runtime,
  clients: Pick<ClientReader, 'find'>,
): AuthenticationDeps => ({
  find: clients.find,
  audiences: [config.issuer, config.issuer + endpoints.token],
  remoteJwks: remoteJwks(now, jwksFetch(config.callsLoopback)),
  assertions: assertionStore(database, config.tables.grants),
  guesses: secretThrottle(database, config.tables.grants, now),
  now,
});
