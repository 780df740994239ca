import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { importedSecretHash, isGuessable, verifyClientSecret } from '../../shared/clients/client-secret.ts';
import { admitSecretHash, isStoredSecretHash } from '../../shared/clients/secret-hash.ts';

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

/* Made by Spring Security 7.1, Django 5.2 and passlib 1.7, whose form is that of Authelia. */
describe.each([
  ['bcrypt', 'Kq7dTz0fPwZt4vW9Rm2xLb8Yc5aaaa', '{bcrypt}$2a$10$Il0aEx0lNcIn.eiadAtRUO4CeN4sbrL667GxWDFr/Vn9O2ijQRkja'],
  [
    'PBKDF2',
    'Kq7dTz0fPwZt4vW9Rm2xLb8Yc5aaaa',
    '{pbkdf2@SpringSecurity_v5_8}814507bdb34f0ebb8840ee72334d28ddb3a2e0e2b79e8797aca47de88fccaab136db7814f651bfd831d07491cb1bcaf6',
  ],
  [
    'PBKDF2 of Django',
    'Kq7dTz0fPwZt4vW9Rm2xLb8Yc5aaaa',
    'pbkdf2_sha256$1000$fGsSew0tH5k2vgqpMlQNqV$WgVwAXiDNo8tVh3Geil5R0xnKB/al3SuEacu+AaA8OA=',
  ],
  [
    'PBKDF2 with SHA-512',
    'Kq7dTz0fPwZt4vW9Rm2xLb8Yc5aaaa',
    '$pbkdf2-sha512$1000$ds5Za.393ztnbE3JGeP8Pw$H.mmopCPBktRArrnd22fk/4ZPU3w5RjB2EsLJ3Cbsyx99mzvKDX1Ko2dplkj7SQEow2wd/hKV981/ZUu9Wsrwg',
  ],
])('a hash for which another server needs time: %s', (_, mine, hash) => {
  test('is admitted as it is, guessed at no faster than a word, and proven by its secret alone', async () => {
    expect([admitSecretHash(hash).ok, isStoredSecretHash(hash), isGuessable(hash)]).toEqual([true, true, true]);
    for (const wrong of [`${mine}!`, hash, '']) expect(await verifyClientSecret(wrong, hash)).toBe(false);
    expect(await verifyClientSecret(mine, hash)).toBe(true);
    expect(await verifyClientSecret(`${mine}!`, hash)).toBe(false);
  });
});

test.each([
  ['{pepper:append}$2a$10$Il0aEx0lNcIn.eiadAtRUO4CeN4sbrL667GxWDFr/Vn9O2ijQRkja', 'has a pepper'],
  ['$argon2id$v=19$m=1048576,t=2,p=1$c2FsdHNhbHQ$dGFndGFndGFndGFndGFndA', 'takes more work'],
  ['{SSHA}2W9xZ0nR6t3Jm0p9yXo1Qm3uGk3pT5bE', 'is not a hash of'],
])('%s is refused: it %s', (hash, problem) => {
  expect(admitSecretHash(hash)).toEqual({ ok: false, refusal: expect.stringContaining(problem) });
  expect(isStoredSecretHash(hash)).toBe(false);
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
