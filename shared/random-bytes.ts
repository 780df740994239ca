import { randomFillSync } from 'node:crypto';

/*
 * Random bytes, of which the generator gives a few kilobytes at a time: asking it takes ten times as long as copying, and a sign-in
 * asks seven times. What was given out is wiped here.
 */

const pool = Buffer.alloc(4_096);
let next = pool.length;

/** Returns bytes of a cryptographic generator, `length` of them: a whole number up to 4,096. Throws for any other. */
export function randomBytes(length: number): Buffer {
  // Less than none would give away again what was wiped.
  if (!Number.isInteger(length) || length < 0 || length > pool.length) {
    throw new RangeError(`0 to ${pool.length} random bytes at once`);
  }
  if (next + length > pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  const bytes = Buffer.from(pool.subarray(next, next + length));
  pool.fill(0, next, next + length);
  next += length;
  return bytes;
}

/** Returns 128 random bits in base64url: 22 characters that nobody guesses, and that are made only once. */
export const randomId = (): string => randomBytes(16).toString('base64url');
