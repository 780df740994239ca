import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { importedSecretHash, verifyClientSecret } from '../../shared/clients/client-secret.ts';

const secret = '49C1A7E1-0C79-4A89-A3D6-A37998FB86B0';
const digestOf = (algorithm: string, encoding: 'base64' | 'base64url' | 'hex' = 'base64') =>
  createHash(algorithm).update(secret).digest(encoding);

describe.each([
  ['sha256', 'sha256-base64'],
  ['sha512', 'sha512-base64'],
])('a hash that another server made with %s', (algorithm, name) => {
  const kept = importedSecretHash(digestOf(algorithm)) ?? '';

  test('is kept under the name of how it was made', () => {
    expect(kept).toBe(`${name}$${digestOf(algorithm)}`);
  });

  test('is proven by its secret', async () => {
    expect(await verifyClientSecret(secret, kept)).toBe(true);
  });

  test.each([
    ['another secret', `${secret}!`],
    ['nothing', ''],
    ['itself', digestOf(algorithm)],
    ['what is kept', kept],
  ])('is not proven by %s', async (_, wrong) => {
    expect(await verifyClientSecret(wrong, kept)).toBe(false);
  });
});

test.each([
  ['hexadecimal', digestOf('sha256', 'hex')],
  ['base64url without padding', digestOf('sha256', 'base64url')],
  ['another digest', digestOf('sha1')],
  ['a secret', secret],
  ['nothing', ''],
  ['blanks around it', ` ${digestOf('sha256')}`],
])('%s is no hash that can be imported', (_, text) => {
  expect(importedSecretHash(text)).toBeUndefined();
});

test('the hash of an empty secret is like any other: it proves nothing but itself', async () => {
  const kept = importedSecretHash(createHash('sha256').digest('base64')) ?? '';
  expect(await verifyClientSecret(secret, kept)).toBe(false);
});
