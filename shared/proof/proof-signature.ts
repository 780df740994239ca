import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { derSignature } from '../keys/der-signature.ts';
import type { ProofAlgorithm } from '../oauth/server-metadata.ts';
import type { ProofKey } from './proof-key.ts';

type Verify = (input: Buffer, key: KeyObject, signature: Buffer) => boolean;

/** RFC 7518 §3.4: two integers of `length` bytes each. Node's own way to read that takes half as long as verifying. */
const ecdsa =
  (digest: string, length: number): Verify =>
  (input, key, signature) =>
    signature.length === 2 * length && verify(digest, input, key, derSignature(signature));

/** RFC 7518 §3.5: the salt is as long as the hash. */
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

const edwards: Verify = (input, key, signature) => verify(null, input, key, signature);

const verifiers: Record<ProofAlgorithm, Verify> = {
  ES256: ecdsa('sha256', 32),
  ES384: ecdsa('sha384', 48),
  ES512: ecdsa('sha512', 66),
  EdDSA: edwards,
  Ed25519: edwards,
  PS256: (input, key, signature) => verify('sha256', input, { key, ...pss }, signature),
  RS256: (input, key, signature) => verify('sha256', input, key, signature),
};

/** Opens a key that proof-key.ts has read. Throws for coordinates that are no point of the curve. */
export const openProofKey = (key: ProofKey): KeyObject => createPublicKey({ key, format: 'jwk' });

/**
 * Whether `key`, which fits the algorithm, made the signature of a compact JWS (RFC 7515 §5.2). Synchronous on purpose: handing it to
 * another thread takes half as long as verifying itself.
 */
export function isSignedBy(text: string, algorithm: ProofAlgorithm, key: KeyObject): boolean {
  const end = text.lastIndexOf('.');
  return verifiers[algorithm](Buffer.from(text.slice(0, end)), key, Buffer.from(text.slice(end + 1), 'base64url'));
}
