import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { ProofAlgorithm } from '../oauth/server-metadata.ts';
import type { ProofKey } from './proof-key.ts';

type Verify = (input: Buffer, key: KeyObject, signature: Buffer) => boolean;

const ecdsa =
  (digest: string): Verify =>
  (input, key, signature) =>
    verify(digest, input, { key, dsaEncoding: 'ieee-p1363' }, signature);

/** RFC 7518 §3.5: the salt is as long as the hash. */
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

const edwards: Verify = (input, key, signature) => verify(null, input, key, signature);

const verifiers: Record<ProofAlgorithm, Verify> = {
  ES256: ecdsa('sha256'),
  ES384: ecdsa('sha384'),
  ES512: ecdsa('sha512'),
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
