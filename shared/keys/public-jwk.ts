import type { KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';
import type { SigningAlgorithm } from './signing-key.ts';

/** Describes the public key to verifiers. Its `kid` is the RFC 7638 thumbprint. */
export async function describePublicKey(
  publicKey: KeyObject,
  algorithm: SigningAlgorithm,
): Promise<{ kid: string; algorithm: SigningAlgorithm; publicJwk: JWK }> {
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, algorithm, publicJwk: { ...jwk, kid, alg: algorithm, use: 'sig' } };
}
