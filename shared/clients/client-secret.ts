import { hashPassword, verifyPassword } from '../password.ts';
import { equalInConstantTime, hashSecret } from '../secret.ts';

/*
 * How client secrets are kept. One that we generated has 256 bits: its SHA-256 says nothing about it.
 * One that an operator brought along may be a word, so a short one is kept like a password.
 */

const shortestRandomSecret = 32;

/** Returns `sha256$…` for a long secret and an argon2id hash for a short one. */
export async function hashClientSecret(secret: string): Promise<string> {
  return secret.length < shortestRandomSecret ? hashPassword(secret) : `sha256$${hashSecret(secret)}`;
}

/** Short secrets that were proven in this process, by their argon2id hash: only the first call of a client pays for argon2. */
const proven = new Map<string, string>();

export async function verifyClientSecret(secret: string, hash: string): Promise<boolean> {
  const digest = hashSecret(secret);
  if (hash.startsWith('sha256$')) return equalInConstantTime(hash, `sha256$${digest}`);
  const known = proven.get(hash);
  if (known !== undefined && equalInConstantTime(known, digest)) return true;
  if (!(await verifyPassword(secret, hash))) return false;
  if (proven.size >= 1_000) proven.clear();
  proven.set(hash, digest);
  return true;
}
