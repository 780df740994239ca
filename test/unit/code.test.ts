import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newCode, readCode } from '../../shared/grants/code.ts';
import type { RefreshKeys } from '../../shared/grants/refresh-token.ts';

const key = () => createSecretKey(randomBytes(32));
const keys: RefreshKeys = [key()];
const subject = fc.string({
  unit: fc.constantFrom('a', 'Z', '0', '9', '-', '.', '_', '~', '!', '@'),
  minLength: 1,
  maxLength: 255,
});

describe('a code', () => {
  test('names its person to whoever has the key, also when a newer key has come before it', () => {
    fc.assert(
      fc.property(subject, (sub) => {
        const code = newCode(sub, keys);
        expect(readCode(code, keys).sub).toBe(sub);
        expect(readCode(code, [key(), ...keys]).sub).toBe(sub);
      }),
    );
  });

  test('names nobody to anybody else, and is never the same for one person', () => {
    const code = newCode('ada-0001', keys);
    expect(readCode(code, [key()]).sub).toBeUndefined();
    expect(Buffer.from(code, 'base64url').toString('latin1')).not.toContain('ada-0001');
    expect(newCode('ada-0001', keys)).not.toBe(code);
  });

  test('has another keystream each time, so two of one person have nothing in common', () => {
    const [one, other] = [newCode('ada-0001', keys), newCode('ada-0001', keys)].map((code) =>
      Buffer.from(code, 'base64url'),
    );
    expect(one?.subarray(32).equals(other?.subarray(32) ?? Buffer.of())).toBe(false);
  });

  test.each([
    ['of the form before', randomBytes(32).toString('base64url')],
    ['of nothing', ''],
    ['too short for a subject', randomBytes(40).toString('base64url')],
    ['too long', 'A'.repeat(437)],
    ['with another alphabet', `${'A'.repeat(70)}+`],
  ])('%s names nobody', (_, code) => {
    expect(readCode(code, keys).sub).toBeUndefined();
  });
});
