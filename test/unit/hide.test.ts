import { createSecretKey, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { hide } from '../../shared/grants/hide.ts';

const secret = randomBytes(32);
const key = createSecretKey(secret);

test('what is hidden comes back with the same key and start, and with no other', () => {
  for (let length = 1; length <= 300; length += 1) {
    const [random, bytes] = [randomBytes(32), Buffer.alloc(length, 'a person')];
    const hidden = hide(key, random, bytes);
    expect(hide(secret, random, hidden).equals(bytes)).toBe(true);
    expect(hide(createSecretKey(randomBytes(32)), random, hidden).equals(bytes) && length > 3).toBe(false);
    expect(hide(key, randomBytes(32), hidden).equals(bytes) && length > 3).toBe(false);
  }
});

test('a start that is too short is refused', () => {
  expect(() => hide(key, randomBytes(15), Buffer.from('a person'))).toThrow('initialization vector');
});
