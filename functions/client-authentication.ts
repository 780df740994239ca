import { assertionStore } from '../shared/clients/assertion-store.ts';
import type { AuthenticationDeps } from '../shared/clients/client-authentication.ts';
import type { ClientReader } from '../shared/clients/client-reader.ts';
import { jwksFetch, remoteJwks } from '../shared/clients/remote-jwks.ts';
import { secretThrottle } from '../shared/clients/secret-throttle-store.ts';
import { endpoints } from '../shared/oauth/endpoints.ts';
import type { Runtime } from './runtime.ts';

/**
 * What every endpoint needs that clients authenticate at. An assertion may name the issuer and the token endpoint, and at another
 * endpoint its own path: RFC 9126 §2 requires that of /par, and libraries do it at the others.
 */
export const clientAuthentication = (
  { config, database, now }: Runtime,
  clients: Pick<ClientReader, 'find'>,
  ...paths: readonly string[]
): AuthenticationDeps => ({
  find: clients.find,
  audiences: [config.issuer, ...[endpoints.token, ...paths].map((path) => config.issuer + path)],
  remoteJwks: remoteJwks(now, jwksFetch(config.callsLoopback)),
  assertions: assertionStore(database, config.tables.grants),
  guesses: secretThrottle(database, config.tables.grants, now),
  now,
});
