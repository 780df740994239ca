import { expect, it } from 'vitest';
import { randomBytes, randomId } from '../../shared/random-bytes.ts';

it('gives as many bytes as it is asked for, across the end of what it has in store', () => {
  for (let round = 0; round < 50; round += 1) {
    for (const length of [0, 1, 3, 12, 16, 32, 255, 4_095, 4_096]) expect(randomBytes(length)).toHaveLength(length);
  }
});

it('gives no byte away twice', () => {
  const pieces = Array.from({ length: 20_000 }, (_, count) => randomBytes([8, 16, 20, 32][count % 4] as number));
  const starts = new Set(pieces.map((piece) => piece.toString('hex', 0, 8)));
  expect(starts.size).toBe(pieces.length);
});

it('gives no zeros, which are what it leaves behind', () => {
  for (let count = 0; count < 2_000; count += 1) expect(randomBytes(16).equals(Buffer.alloc(16))).toBe(false);
});

it('gives bytes that nobody else changes', () => {
  const [one, other] = [randomBytes(16), randomBytes(16)];
  const before = Buffer.from(other);
  one.fill(0);
  expect(other).toEqual(before);
});

it('has every value in every place, about as often as another', () => {
  const counts = Array.from({ length: 256 }, () => 0);
  for (let count = 0; count < 8_000; count += 1)
    for (const byte of randomBytes(32)) counts[byte] = (counts[byte] ?? 0) + 1;
  // A thousand are expected of each: 32 is the standard deviation, so ten of them do not happen.
  expect(Math.min(...counts)).toBeGreaterThan(680);
  expect(Math.max(...counts)).toBeLessThan(1_320);
});

it('refuses to give more at once than it has', () => {
  expect(() => randomBytes(4_097)).toThrow(RangeError);
});

it.each([-16, -1, 1.5, Number.NaN])('refuses a length of %d, and gives no zeros afterwards', (length) => {
  randomBytes(16);
  expect(() => randomBytes(length)).toThrow(RangeError);
  expect(randomBytes(16).equals(Buffer.alloc(16))).toBe(false);
});

it('makes ids of 22 characters', () => {
  expect(randomId()).toMatch(/^[A-Za-z0-9_-]{22}$/);
});
