import { createPublicKey, generateKeyPairSync, hash, randomUUID } from 'node:crypto';
import { type JwtChanges, makeJwt, type SigningKey } from './jws.ts';

/** Makes proofs of possession with one key (RFC 9449 §4.2). */
export type Prover = {
  /** The JWK thumbprint of its key, as in `cnf.jkt` and `dpop_jkt`. */
  thumbprint: string;
  prove(
    request: { method: string; url: string; accessToken?: string | undefined; nonce?: string | undefined },
    changes?: JwtChanges,
  ): string;
};

/** `now` is in epoch seconds. */
export function makeProver(now: () => number): Prover {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key: SigningKey = { key: privateKey, alg: 'ES256' };
  const { kty, crv, x, y } = createPublicKey(privateKey as never).export({ format: 'jwk' });
  return {
    // RFC 7638 §3.2: the required members, in this order.
    thumbprint: hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url'),
    prove({ method, url, accessToken, nonce }, changes) {
      const claims = {
        jti: randomUUID(),
        htm: method,
        htu: url.replace(/[?#].*$/, ''),
        iat: now(),
        nonce,
        ath: accessToken === undefined ? undefined : hash('sha256', accessToken, 'base64url'),
      };
      return makeJwt(key, { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } }, claims, changes);
    },
  };
}
