import { decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import { usableKeys } from '../keys/usable-keys.ts';
import type { RegisteredClient } from './registered-client.ts';
import type { RemoteJwks } from './remote-jwks.ts';

/** The keys of a client that may have signed this JWT, registered or fetched from where it publishes them. Undefined: it has none. */
export async function clientKeys(
  { jwks, jwksUri }: Pick<RegisteredClient, 'jwks' | 'jwksUri'>,
  jwt: string,
  remoteJwks: RemoteJwks,
): Promise<JSONWebKeySet | undefined> {
  const keys = jwksUri === undefined ? jwks : await remoteJwks(jwksUri, kidOf(jwt));
  return keys && usableKeys(keys as JSONWebKeySet);
}

/** Returns the unverified `kid` of a JWT. */
function kidOf(jwt: string): string | undefined {
  try {
    const { kid } = decodeProtectedHeader(jwt);
    return typeof kid === 'string' ? kid : undefined;
  } catch {
    return undefined; // verification refuses what is not a JWS
  }
}
