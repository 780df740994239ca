import { argon2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { randomBytes } from './random-bytes.ts';

/*
 * Argon2id (RFC 9106) with OWASP's first recommendation for 19 MiB. Hashes are stored in the PHC string format
 * `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`, so that the parameters can be raised while existing hashes still verify.
 */

const parameters = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };

const derive = promisify(argon2);
const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

/**
 * Prepares a typed password for hashing (RFC 8265 §4.2.2, OpaqueString): turns every space into the ASCII one and composes
 * letters (NFC), so that a password is the same on every keyboard. Changes and removes nothing else.
 */
export const preparePassword = (typed: string): string => typed.replace(/\p{Zs}/gu, ' ').normalize('NFC');

/** Hashes a password as typed. Returns a PHC string. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive('argon2id', { message: preparePassword(password), nonce, ...parameters });
  return `${ownPrefix}${encode(nonce)}$${encode(tag)}`;
}

const { memory, passes, parallelism } = parameters;
const ownPrefix = `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$`;

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Whether Pixy made this hash, with its current parameters. */
export const isOwnHash = (hash: string): boolean => hash.startsWith(ownPrefix) && phc.test(hash);

/**
 * Whether a password, as typed, matches a hash. Throws when `hash` is not an argon2id PHC string: that is corrupt data, not a
 * wrong password.
 */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt = '', tag = ''] = phc.exec(hash) ?? [];
  if (memory === undefined) throw new Error('a stored password hash is not in the PHC format of argon2id');
  const kept = Buffer.from(tag, 'base64');
  const made = await derive('argon2id', {
    message: preparePassword(password),
    nonce: Buffer.from(salt, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: kept.length,
  });
  return timingSafeEqual(made, kept);
}

/** A hash that no password matches. Verifying against it costs the same as verifying against a real one. */
export const unmatchableHash = `${ownPrefix}${encode(Buffer.alloc(16))}$${encode(Buffer.alloc(32))}`;
