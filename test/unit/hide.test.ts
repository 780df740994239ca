import { createCipheriv, createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hide } from '../../shared/grants/hide.ts';

const secret = randomBytes(32);
const key = createSecretKey(secret);

/** The same by the counter mode of OpenSSL. */
const expected = (random: Buffer, bytes: Buffer): Buffer =>
  createCipheriv('aes-256-ctr', createHmac('sha256', key).update('hide').digest(), random.subarray(0, 16)).update(
    bytes,
  );

describe('hiding', () => {
  it.each([0, 15])(
    'is refused with a start of %i bytes, which would be filled up with what was in memory',
    (length) => {
      expect(() => hide(key, randomBytes(length), randomBytes(40))).toThrow(RangeError);
    },
  );

  it('is AES in counter mode, for every length that a code or a refresh token has', () => {
    for (let length = 0; length <= 300; length += 1) {
      const [random, bytes] = [randomBytes(32), randomBytes(length)];
      expect(hide(key, random, bytes).equals(expected(random, bytes))).toBe(true);
    }
  });

  it.each(Array.from({ length: 17 }, (_, count) => count))(
    'carries when the last %i bytes of the counter are full',
    (count) => {
      const random = Buffer.concat([randomBytes(16 - count), Buffer.alloc(count, 255)]);
      const bytes = randomBytes(80);
      expect(hide(key, random, bytes).equals(expected(random, bytes))).toBe(true);
    },
  );

  it('carries from the second block to the third', () => {
    const random = Buffer.concat([randomBytes(15), Buffer.of(254)]);
    const bytes = randomBytes(80);
    expect(hide(key, random, bytes).equals(expected(random, bytes))).toBe(true);
  });

  it('gives the bytes back, and others with another key or another start', () => {
    const [random, bytes] = [randomBytes(32), randomBytes(40)];
    const hidden = hide(key, random, bytes);
    expect(hide(key, random, hidden).equals(bytes)).toBe(true);
    expect(hide(secret, random, hidden).equals(bytes)).toBe(true);
    expect(hide(createSecretKey(randomBytes(32)), random, hidden).equals(bytes)).toBe(false);
    expect(hide(key, randomBytes(32), hidden).equals(bytes)).toBe(false);
  });

  it('leaves what it was given as it was', () => {
    const [random, bytes] = [randomBytes(32), randomBytes(40)];
    const before = [Buffer.from(random), Buffer.from(bytes)];
    hide(key, random, bytes);
    expect([random, bytes]).toEqual(before);
  });
});
