import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { fromBase64 } from './base64.ts';
import type { HashReader } from './hash-reader.ts';

const derive = promisify(pbkdf2);

const digests = ['sha1', 'sha256', 'sha512'] as const;

/** About a second. */
export const mostIterations = 2_000_000;

/** `$pbkdf2-sha256$i=600000,l=32$salt$hash` (PHC) and `$pbkdf2-sha256$29000$salt$hash` (passlib, where `$pbkdf2$` means SHA-1). */
const dollars = /^\$pbkdf2(?:-([a-z0-9]+))?\$(?:i=)?(\d{1,9})(?:,l=\d{1,3})?\$([^$]*)\$([^$]+)$/;

/** Django, whose salt is text and used as is. */
const django = /^pbkdf2_([a-z0-9]+)\$(\d{1,9})\$([^$]+)\$([^$]+)$/;

/** Reads PBKDF2 with HMAC (RFC 8018 §5.2) in the formats of PHC, passlib and Django. Refuses hashes that take too much work. */
export const readPbkdf2: HashReader = (hash) => {
  const isDjango = hash.startsWith('pbkdf2_');
  if (!isDjango && !hash.startsWith('$pbkdf2')) return undefined;
  const [, digest = 'sha1', count, ...rest] = (isDjango ? django : dollars).exec(hash) ?? [];
  if (count === undefined) return { problem: 'is of no form of PBKDF2 that is known' };
  if (!isDigest(digest)) return { problem: `is of PBKDF2 with another digest than ${digests.join(', ')}` };
  const iterations = Number(count);
  if (iterations < 1) return { problem: 'has parameters of no PBKDF2 hash' };
  if (iterations > mostIterations) return { problem: 'takes more work than 2,000,000 iterations' };
  const salt = isDjango ? Buffer.from(rest[0] ?? '') : rest[0] === '' ? Buffer.alloc(0) : fromBase64(rest[0] ?? '');
  const tag = fromBase64(rest[1] ?? '');
  if (!salt || !tag || salt.length > 128 || tag.length < 16 || tag.length > 128) {
    return { problem: 'does not have a salt of up to 128 bytes and a hash of 16 to 128' };
  }
  return {
    verify: async (password) => timingSafeEqual(await derive(password, salt, iterations, tag.length, digest), tag),
  };
};

const isDigest = (digest: string): digest is (typeof digests)[number] =>
  (digests as readonly string[]).includes(digest);
