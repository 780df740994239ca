import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { derSignature, joseSignature } from '../../shared/keys/der-signature.ts';

describe('a signature in the form of DER', () => {
  test.each([
    ['P-256', 'sha256'],
    ['P-384', 'sha384'],
    ['P-521', 'sha512'],
  ])('of the curve %s is one to OpenSSL', (namedCurve, digest) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
    for (let count = 0; count < 100; count += 1) {
      const input = randomBytes(40);
      const jose = sign(digest, input, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      expect(verify(digest, input, publicKey, derSignature(jose))).toBe(true);
      jose[count % jose.length] = (jose[count % jose.length] as number) ^ 1;
      expect(verify(digest, input, publicKey, derSignature(jose))).toBe(false);
    }
  });

  it('has the same two integers, whatever their leading zeros and high bits', () => {
    const half = fc.oneof(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.tuple(fc.nat({ max: 31 }), fc.nat({ max: 255 })).map(([zeros, first]) => {
        const bytes = new Uint8Array(32).fill(255, zeros);
        bytes[zeros] = first;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(half, half, (r, s) => {
        const jose = Buffer.concat([r, s]);
        expect(joseSignature(derSignature(jose))).toEqual(jose);
      }),
    );
  });

  it('is none to OpenSSL when a number is zero', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(verify('sha256', randomBytes(40), publicKey, derSignature(Buffer.alloc(64)))).toBe(false);
  });
});
