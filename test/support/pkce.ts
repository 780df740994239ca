import { createHash, randomBytes } from 'node:crypto';

/** BASE64URL(SHA256(text)), computed apart from the code under test. */
export const s256Of = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** A fresh code verifier and its S256 challenge. */
export function pkcePair(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: s256Of(verifier) };
}
