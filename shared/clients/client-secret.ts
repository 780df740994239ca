import { hash as digestOf } from 'node:crypto';
import { once } from '../cached.ts';
import { hashPassword, isOwnHash, verifyPassword } from '../password.ts';
import { equalInConstantTime, hashSecret } from '../secret.ts';

/*
 * How client secrets are stored. A secret that Pixy generated has 256 bits, so its SHA-256 reveals nothing. A short secret that
 * an operator chose may be a word, so it is hashed like a password. A secret imported as a hash is known in no other form, so the
 * hash is stored as it came, and a bare digest under the name of its format; secret-hash.ts says which are taken.
 */

const shortestRandomSecret = 32;

/** Returns `sha256$…` for a long secret and an argon2id hash for a short one. */
export async function hashClientSecret(secret: string): Promise<string> {
  return secret.length < shortestRandomSecret ? hashPassword(secret) : `sha256$${hashSecret(secret)}`;
}

/** Hashes from other servers: the standard base64 of an unsalted digest. */
const importedHashes = [
  { name: 'sha256-base64', algorithm: 'sha256', bytes: 32 },
  { name: 'sha512-base64', algorithm: 'sha512', bytes: 64 },
] as const;

/**
 * Takes the base64 of a SHA-256 or SHA-512 digest, told apart by length. Returns `sha256-base64$…` or `sha512-base64$…`, or
 * undefined for anything else.
 */
export function importedSecretHash(base64: string): string | undefined {
  const digest = Buffer.from(base64, 'base64');
  if (digest.toString('base64') !== base64) return undefined;
  const format = importedHashes.find(({ bytes }) => bytes === digest.length);
  return format && `${format.name}$${base64}`;
}

/**
 * SHA-256 of the secrets proven in this process, by stored hash: only the first call of a client pays for argon2 and for being
 * counted.
 */
const proven = new Map<string, string>();

/** Whether the secret behind this hash could be a word. Guesses at it must then be counted before they are compared. */
export const isGuessable = (hash: string): boolean => !hash.startsWith('sha256$');

/** Whether this secret matches this hash as far as that costs next to nothing: it is a random one, or was proven in this process. */
export function isProvenSecret(secret: string, hash: string): boolean {
  const digest = hashSecret(secret);
  if (!isGuessable(hash)) return equalInConstantTime(hash, `sha256$${digest}`);
  const known = proven.get(hash);
  return known !== undefined && equalInConstantTime(known, digest);
}

/** Whether the secret matches this hash. */
export async function verifyClientSecret(secret: string, hash: string): Promise<boolean> {
  if (isProvenSecret(secret, hash)) return true;
  if (!isGuessable(hash) || !(await verifyGuessable(secret, hash))) return false;
  if (proven.size >= 1_000) proven.clear();
  proven.set(hash, hashSecret(secret));
  return true;
}

async function verifyGuessable(secret: string, hash: string): Promise<boolean> {
  const imported = importedHashes.find(({ name }) => hash.startsWith(`${name}$`));
  if (imported === undefined) return isOwnHash(hash) ? verifyPassword(secret, hash) : verifyForeign(secret, hash);
  return equalInConstantTime(hash, `${imported.name}$${digestOf(imported.algorithm, secret, 'base64')}`);
}

/** Few clients have a hash of another server, so what reads it is loaded for the first of them. */
const loadForeign = once(() => import('../foreign-hashes/stored-password.ts'));

async function verifyForeign(secret: string, hash: string): Promise<boolean> {
  const { verifyStoredPassword } = await loadForeign();
  return verifyStoredPassword(secret, hash, withoutPepper);
}

const withoutPepper = (): Promise<string> => Promise.reject(new Error('secrets of clients have no pepper'));
