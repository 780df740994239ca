import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';

/** JWS algorithms we sign with (RFC 7518 §3.1). RS256 is the one that AWS verifiers accept. */
export type SigningAlgorithm = 'RS256';

/** A signing key as it is kept: the private part only as ciphertext. Times are epoch seconds. */
export type StoredKey = {
  kid: string;
  algorithm: SigningAlgorithm;
  publicJwk: JWK;
  wrappedPrivateKey: Uint8Array;
  /** Signs from this moment on; published in the JWKS before. */
  signFrom: number;
};

/** A key that can sign, in memory only. */
export type SigningKey = { kid: string; algorithm: SigningAlgorithm; privateKey: KeyObject };

/** Encrypts private keys at rest. `context` is authenticated with the ciphertext, so one key's text cannot pass for another's. */
export type KeyWrapper = {
  wrap(plaintext: Uint8Array, context: string): Promise<Uint8Array>;
  unwrap(ciphertext: Uint8Array, context: string): Promise<Uint8Array>;
};

/** Makes a 2048-bit RSA key whose `kid` is its RFC 7638 thumbprint. */
export async function generateSigningKey(wrapper: KeyWrapper, signFrom: number): Promise<StoredKey> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2_048 });
  const algorithm: SigningAlgorithm = 'RS256';
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const wrappedPrivateKey = await wrapper.wrap(pkcs8, kid);
  return { kid, algorithm, publicJwk: { ...jwk, kid, alg: algorithm, use: 'sig' }, wrappedPrivateKey, signFrom };
}

export async function unwrapSigningKey(stored: StoredKey, wrapper: KeyWrapper): Promise<SigningKey> {
  const pkcs8 = await wrapper.unwrap(stored.wrappedPrivateKey, stored.kid);
  const privateKey = createPrivateKey({ key: Buffer.from(pkcs8), type: 'pkcs8', format: 'der' });
  return { kid: stored.kid, algorithm: stored.algorithm, privateKey };
}
