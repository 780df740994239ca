import { beforeAll, describe, expect, test } from 'vitest';
import { hashClientSecret, verifyClientSecret } from '../../shared/clients/client-secret.ts';

const long = 'a secret of thirty-two characters';
const short = 'correct horse';

describe.each([
  ['a long secret', long],
  ['a short secret', short],
  ['a secret beyond ASCII', 'pässwörd 🔑'],
])('%s', (_, secret) => {
  let hash: string;
  beforeAll(async () => {
    hash = await hashClientSecret(secret);
  });

  test('proves itself, goes on doing so, and is proven by nothing else before and after', async () => {
    const wrong = [`${secret}!`, secret.slice(1), secret.toUpperCase(), '', hash];
    for (const other of wrong) expect([other, await verifyClientSecret(other, hash)]).toEqual([other, false]);
    expect(await verifyClientSecret(secret, hash)).toBe(true);
    expect(await verifyClientSecret(secret, hash)).toBe(true);
    for (const other of wrong) expect([other, await verifyClientSecret(other, hash)]).toEqual([other, false]);
  });

  test('H21 is not in its hash', () => {
    expect(hash).not.toContain(secret);
  });
});

describe('H21 how a secret is kept', () => {
  test('from 32 characters on as its SHA-256', async () => {
    expect(await hashClientSecret('x'.repeat(32))).toMatch(/^sha256\$[A-Za-z0-9_-]{43}$/);
  });

  test('below that like a password, with a salt', async () => {
    const hashes = [await hashClientSecret('x'.repeat(31)), await hashClientSecret('x'.repeat(31))];
    expect(hashes[0]).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]+\$[^$]+$/);
    expect(hashes[0]).not.toBe(hashes[1]);
  });
});

test('a hash of neither kind is an error, not a wrong secret', async () => {
  await expect(verifyClientSecret(short, short)).rejects.toThrow('is not a hash');
});

test('a proven secret does not prove another client', async () => {
  const mine = await hashClientSecret(short);
  const theirs = await hashClientSecret('another horse');
  expect(await verifyClientSecret(short, mine)).toBe(true);
  expect(await verifyClientSecret(short, theirs)).toBe(false);
});
