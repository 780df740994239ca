import { decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import type { RegisteredClient } from './registered-client.ts';
import type { RemoteJwks } from './remote-jwks.ts';

/** The keys of a client that may have signed this JWT, registered or fetched from where it publishes them. Undefined: it has none. */
export async function clientKeys(
  { jwks, jwksUri }: Pick<RegisteredClient, 'jwks' | 'jwksUri'>,
  jwt: string,
  remoteJwks: RemoteJwks,
): Promise<JSONWebKeySet | undefined> {
  const keys = jwksUri === undefined ? jwks : await remoteJwks(jwksUri, kidOf(jwt));
  return keys && usable(keys as JSONWebKeySet);
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

/** Drops keys that would only cost time: RSA moduli above 4096 bits and symmetric keys. */
const usable = ({ keys }: JSONWebKeySet): JSONWebKeySet => ({
  keys: keys.filter((key) => key.kty !== 'oct' && (key.n === undefined || key.n.length <= 683)),
});
