import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/*
 * argon2id (RFC 9106) with OWASP's first recommendation for 19 MiB, kept in the PHC string format
 * `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`, so that the parameters can be raised without losing anybody.
 */

const parameters = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };

const derive = promisify(argon2);
const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

/**
 * The password that is hashed for what was typed: RFC 8265 §4.2.2 (OpaqueString). Every space becomes the ASCII one, and
 * letters are composed (NFC), so that a password is the same from every keyboard; nothing else is changed or taken away.
 */
export const preparePassword = (typed: string): string => typed.replace(/\p{Zs}/gu, ' ').normalize('NFC');

/** Takes the password as typed. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive('argon2id', { message: preparePassword(password), nonce, ...parameters });
  return `${ownPrefix}${encode(nonce)}$${encode(tag)}`;
}

const { memory, passes, parallelism } = parameters;
const ownPrefix = `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$`;

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Was it made here, with the parameters of today? */
export const isOwnHash = (hash: string): boolean => hash.startsWith(ownPrefix) && phc.test(hash);

/** True when the password makes this hash. A text that is no argon2id hash is an error in our data, not a wrong password: it throws. */
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

/** A hash no password makes: verifying against it costs the same as verifying a real one. */
export const unmatchableHash = `${ownPrefix}${encode(Buffer.alloc(16))}$${encode(Buffer.alloc(32))}`;
