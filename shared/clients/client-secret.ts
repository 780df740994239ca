import { hash as digestOf } from 'node:crypto';
import { hashPassword, verifyPassword } from '../password.ts';
import { equalInConstantTime, hashSecret } from '../secret.ts';

/*
 * How client secrets are kept. One that we generated has 256 bits: its SHA-256 says nothing about it.
 * One that an operator brought along may be a word, so a short one is kept like a password.
 * Of one that came from another server as a hash nothing else is known: the hash is kept, under the name of how it was made.
 */

const shortestRandomSecret = 32;

/** Returns `sha256$…` for a long secret and an argon2id hash for a short one. */
export async function hashClientSecret(secret: string): Promise<string> {
  return secret.length < shortestRandomSecret ? hashPassword(secret) : `sha256$${hashSecret(secret)}`;
}

/** Hashes of other servers: standard base64 of an unsalted digest. */
const importedHashes = [
  { name: 'sha256-base64', algorithm: 'sha256', bytes: 32 },
  { name: 'sha512-base64', algorithm: 'sha512', bytes: 64 },
] as const;

/** Takes the base64 of a SHA-256 or SHA-512, told apart by length; returns `sha256-base64$…`, `sha512-base64$…`, or undefined. */
export function importedSecretHash(base64: string): string | undefined {
  const digest = Buffer.from(base64, 'base64');
  if (digest.toString('base64') !== base64) return undefined;
  const format = importedHashes.find(({ bytes }) => bytes === digest.length);
  return format && `${format.name}$${base64}`;
}

/** Secrets that were proven in this process, by the hash: only the first call of a client pays for argon2, and for being counted. */
const proven = new Map<string, string>();

/** Could the secret behind this hash be a word? Then guesses have to be counted before they are compared. */
export const isGuessable = (hash: string): boolean => !hash.startsWith('sha256$');

/** Whether this process has seen this secret proven against this hash. Costs next to nothing. */
export function isProvenSecret(secret: string, hash: string): boolean {
  const known = proven.get(hash);
  return known !== undefined && equalInConstantTime(known, hashSecret(secret));
}

/** Does the secret make this hash? */
export async function verifyClientSecret(secret: string, hash: string): Promise<boolean> {
  const digest = hashSecret(secret);
  if (!isGuessable(hash)) return equalInConstantTime(hash, `sha256$${digest}`);
  if (isProvenSecret(secret, hash)) return true;
  if (!(await verifyGuessable(secret, hash))) return false;
  if (proven.size >= 1_000) proven.clear();
  proven.set(hash, digest);
  return true;
}

async function verifyGuessable(secret: string, hash: string): Promise<boolean> {
  const imported = importedHashes.find(({ name }) => hash.startsWith(`${name}$`));
  if (imported === undefined) return verifyPassword(secret, hash);
  return equalInConstantTime(hash, `${imported.name}$${digestOf(imported.algorithm, secret, 'base64')}`);
}
