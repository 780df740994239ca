import { argon2Sync, pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto';
import { hashSync } from 'bcryptjs';
import { describe, expect, test } from 'vitest';
import { readArgon2 } from '../../shared/foreign-hashes/argon2.ts';
import { readBcrypt } from '../../shared/foreign-hashes/bcrypt.ts';
import { readPbkdf2 } from '../../shared/foreign-hashes/pbkdf2.ts';
import { readScrypt } from '../../shared/foreign-hashes/scrypt.ts';
import { admitPasswordHash } from '../../shared/foreign-hashes/stored-password.ts';
import { hashPassword } from '../../shared/password.ts';
import { parseAccounts, parseFirebaseParameters } from '../../shared/people/account-import.ts';
import { verifyStoredPassword } from '../support/verify-hash.ts';

const password = 'correct horse battery staple';
const salt = randomBytes(16);
const phc = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '');
const ab64 = (bytes: Uint8Array) => phc(bytes).replaceAll('+', '.');

const argon2Of = (variant: 'argon2i' | 'argon2d' | 'argon2id') => {
  const tag = argon2Sync(variant, {
    message: password,
    nonce: salt,
    memory: 256,
    passes: 2,
    parallelism: 2,
    tagLength: 32,
  });
  return `$${variant}$v=19$m=256,t=2,p=2$${phc(salt)}$${phc(tag)}`;
};
const scryptOf = (text: string) =>
  `$scrypt$ln=8,r=8,p=2$${phc(salt)}$${phc(scryptSync(text, salt, 32, { N: 256, r: 8, p: 2 }))}`;
const pbkdf2Of = (digest: string, length: number) => pbkdf2Sync(password, salt, 1_000, length, digest);
const djangoOf = (digest: string, length: number) =>
  `pbkdf2_${digest}$1000$NaCl${'$'}${pbkdf2Sync(password, 'NaCl', 1_000, length, digest).toString('base64')}`;

/** Without the hash of our own that every refusal computes besides, so that it takes as long. */
function verifyAlone(typed: string, hash: string): Promise<boolean> {
  const [read] = [readArgon2, readBcrypt, readScrypt, readPbkdf2].flatMap((reader) => reader(hash) ?? []);
  if (!read || 'problem' in read) throw new Error(`${hash} is not understood`);
  return read.verify(typed);
}

/** Made by the libraries of Node and by bcryptjs, put together by hand. */
const made: [string, string][] = [
  ['argon2i', argon2Of('argon2i')],
  ['argon2d', argon2Of('argon2d')],
  ['argon2id', argon2Of('argon2id')],
  ['bcrypt $2a$', hashSync(password, 4).replace(/^\$2b/, '$2a')],
  ['bcrypt $2b$', hashSync(password, 4)],
  ['bcrypt $2y$', hashSync(password, 4).replace(/^\$2b/, '$2y')],
  ['scrypt (PHC, passlib)', scryptOf(password)],
  ['PBKDF2-SHA1 (PHC)', `$pbkdf2-sha1$i=1000,l=20$${phc(salt)}$${phc(pbkdf2Of('sha1', 20))}`],
  ['PBKDF2-SHA256 (PHC)', `$pbkdf2-sha256$i=1000,l=32$${phc(salt)}$${phc(pbkdf2Of('sha256', 32))}`],
  ['PBKDF2-SHA512 (PHC)', `$pbkdf2-sha512$i=1000$${phc(salt)}$${phc(pbkdf2Of('sha512', 64))}`],
  ['PBKDF2-SHA1 (passlib)', `$pbkdf2$1000$${ab64(salt)}$${ab64(pbkdf2Of('sha1', 20))}`],
  ['PBKDF2-SHA256 (passlib)', `$pbkdf2-sha256$1000$${ab64(salt)}$${ab64(pbkdf2Of('sha256', 32))}`],
  ['PBKDF2-SHA512 (passlib)', `$pbkdf2-sha512$1000$${ab64(salt)}$${ab64(pbkdf2Of('sha512', 64))}`],
  ['PBKDF2-SHA1 (Django)', djangoOf('sha1', 20)],
  ['PBKDF2-SHA256 (Django)', djangoOf('sha256', 32)],
];

describe.each(made)('a hash of %s', (_, hash) => {
  test('is admitted', () => expect(admitPasswordHash(hash)).toEqual({ ok: true, value: hash }));
  test('is not matched by another password', async () => {
    for (const wrong of ['', password.toUpperCase(), hash]) expect(await verifyAlone(wrong, hash)).toBe(false);
    expect(await verifyStoredPassword(`${password} `, hash)).toBe(false);
  });
  test('is matched by its password', async () => expect(await verifyStoredPassword(password, hash)).toBe(true));
});

test('a foreign hash is proven neither by itself nor by nothing', async () => {
  for (const hash of [djangoOf('sha1', 20), hashSync(password, 4)]) {
    for (const wrong of ['', password.toUpperCase(), hash]) expect(await verifyStoredPassword(wrong, hash)).toBe(false);
  }
});

/** Vectors of others: Openwall's for bcrypt, RFC 7914 §12 for scrypt, RFC 6070 for PBKDF2. */
test.each([
  ['bcrypt', 'U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt', 'U*U*', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
  [
    'scrypt',
    'password',
    `$scrypt$ln=10,r=8,p=16$${phc(Buffer.from('NaCl'))}$${phc(Buffer.from('fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640', 'hex'))}`,
  ],
  [
    'PBKDF2-SHA1',
    'password',
    `$pbkdf2$4096$${ab64(Buffer.from('salt'))}$${ab64(Buffer.from('4b007901b765489abead49d926f721d065a429c1', 'hex'))}`,
  ],
])('%s: a published hash is matched by its password alone', async (_, text, hash) => {
  expect(await verifyStoredPassword(text, hash)).toBe(true);
  expect(await verifyStoredPassword(`${text}!`, hash)).toBe(false);
});

const tag = phc(randomBytes(32));
const saltText = phc(salt);

test.each([
  ['nothing', '', 'is not a hash of'],
  ['a clear password', password, 'is not a hash of'],
  ['an unsalted digest', 'a'.repeat(64), 'is not a hash of'],
  ['a very long text', `$scrypt$${'a'.repeat(2_000)}`, 'is longer than'],
  ['a salted digest of a directory', '{SSHA}mpwUbbFbOqCniqcgoU4Wh2ppyO51rlUq', 'is not a hash of'],
  ['MD5-crypt', '$1$Zrt4vQ8k$6B6ZlwtfVcqXG4lWv0nH40', 'is not a hash of'],
  ['SHA-crypt with many rounds', `$6$rounds=999999$salt$${'a'.repeat(86)}`, 'takes more work'],
  ['SHA-crypt with few rounds', `$5$rounds=10$salt$${'a'.repeat(43)}`, 'parameters of no SHA-crypt'],
  ['SHA-crypt with a short hash', `$6$salt$${'a'.repeat(43)}`, 'is not of the form'],
  ['argon2 of another version', `$argon2id$v=16$m=256,t=2,p=1$${saltText}$${tag}`, 'before 1.3'],
  ['argon2 without a version', `$argon2id$m=256,t=2,p=1$${saltText}$${tag}`, 'before 1.3'],
  ['argon2 with 1 GiB', `$argon2id$v=19$m=1048576,t=1,p=1$${saltText}$${tag}`, 'takes more work'],
  ['argon2 with many passes', `$argon2id$v=19$m=65536,t=1000,p=1$${saltText}$${tag}`, 'takes more work'],
  ['argon2 with many lanes', `$argon2id$v=19$m=65536,t=1,p=255$${saltText}$${tag}`, 'takes more work'],
  ['argon2 with too little memory', `$argon2id$v=19$m=8,t=1,p=4$${saltText}$${tag}`, 'parameters of no argon2'],
  ['argon2 without passes', `$argon2id$v=19$m=256,t=0,p=1$${saltText}$${tag}`, 'parameters of no argon2'],
  ['argon2 with a short hash', `$argon2id$v=19$m=256,t=1,p=1$${saltText}$YWJj`, 'hash of 16 to 64'],
  ['bcrypt $2x$', `$2x$10$${'a'.repeat(53)}`, 'is not of the form'],
  ['bcrypt that is cut off', `$2b$10$${'a'.repeat(52)}`, 'is not of the form'],
  ['bcrypt of cost 31', `$2b$31$${'a'.repeat(53)}`, 'takes more work'],
  ['bcrypt of cost 3', `$2b$03$${'a'.repeat(53)}`, 'parameters of no bcrypt'],
  ['scrypt with 8 GiB', `$scrypt$ln=23,r=8,p=1$${saltText}$${tag}`, 'takes more work'],
  ['scrypt with many lanes', `$scrypt$ln=15,r=8,p=100$${saltText}$${tag}`, 'takes more work'],
  ['scrypt with wide blocks', `$scrypt$ln=10,r=99999,p=1$${saltText}$${tag}`, 'takes more work'],
  ['scrypt without rounds', `$scrypt$ln=0,r=8,p=1$${saltText}$${tag}`, 'parameters of no scrypt'],
  ['PBKDF2 with many iterations', `$pbkdf2-sha256$i=99999999$${saltText}$${tag}`, 'takes more work'],
  ['PBKDF2 without iterations', `pbkdf2_sha256$0$salt$${tag}`, 'parameters of no PBKDF2'],
  ['PBKDF2 with MD5', `$pbkdf2-md5$i=1000$${saltText}$${tag}`, 'another digest'],
  ['PBKDF2 that is cut off', `pbkdf2_sha256$1000$salt`, 'is of no form'],
])('refuses %s, at import and when it is in the table', async (_, hash, problem) => {
  expect(admitPasswordHash(hash)).toEqual({ ok: false, refusal: expect.stringContaining(problem) });
  await expect(verifyStoredPassword(password, hash)).rejects.toThrow(problem);
});

test('a password with composed letters matches the hash of what was typed, and our own hash either way', async () => {
  const [composed, decomposed] = ['caf\u00e9 au lait', 'cafe\u0301 au lait'];
  expect(await verifyStoredPassword(decomposed, scryptOf(composed))).toBe(true);
  expect(await verifyStoredPassword(decomposed, scryptOf(decomposed))).toBe(true);
  expect(await verifyStoredPassword(decomposed, await hashPassword(composed))).toBe(true);
  expect(await verifyStoredPassword('no\u00a0break space', await hashPassword('no break space'))).toBe(true);
});

test('letters that only look alike stay different (RFC 8265 OpaqueString, not NFKC)', async () => {
  expect(await verifyStoredPassword('\ufb01re engine', await hashPassword('fire engine'))).toBe(false);
});

describe('accounts of Firebase', () => {
  /** The example of github.com/firebase/scrypt. */
  const parameters = JSON.stringify({
    algorithm: 'SCRYPT',
    base64_signer_key: 'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
    base64_salt_separator: 'Bw==',
    rounds: 8,
    mem_cost: 14,
  });
  const user = {
    localId: 'firebase-1',
    email: 'user1@example.com',
    emailVerified: true,
    displayName: 'User One',
    passwordHash: 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
    salt: '42xEC+ixf3L2lw==',
  };

  const imported = () => {
    const read = parseFirebaseParameters(parameters);
    const parsed = read.ok ? parseAccounts('firebase', JSON.stringify({ users: [user] }), read.value) : undefined;
    if (!parsed?.ok) throw new Error('cannot be read');
    return parsed.value;
  };

  test('keep their subject and their claims', () => {
    expect(imported().accounts[0]?.account).toMatchObject({
      email: user.email,
      claims: { sub: 'firebase-1', name: 'User One', email: user.email, email_verified: true },
    });
  });

  test('sign in with their password, and the key of the project is not kept', async () => {
    const hash = imported().accounts[0]?.account.passwordHash ?? '';
    expect(await verifyStoredPassword('user1password', hash)).toBe(true);
    expect(await verifyStoredPassword('user2password', hash)).toBe(false);
    expect(hash).not.toContain('jxspr8Ki');
  });

  test.each([
    ['{', 'is not a JSON object'],
    ['{}', 'base64_signer_key is missing'],
    [JSON.stringify({ base64_signer_key: 'AAAA' }), 'base64_salt_separator is missing'],
    [JSON.stringify({ base64_signer_key: 'AAAA', base64_salt_separator: 'Bw==' }), 'rounds is missing'],
  ])('parameters %s are refused', (text, problem) => {
    expect(parseFirebaseParameters(text)).toEqual({ ok: false, refusal: expect.stringContaining(problem) });
  });
});

describe('a file of accounts', () => {
  const parse = (...entries: unknown[]) => {
    const parsed = parseAccounts('json', JSON.stringify(entries));
    if (!parsed.ok) throw new Error(parsed.refusal);
    return parsed.value;
  };
  const parts = { hash: scryptSync(password, salt, 32, { N: 256 }).toString('hex'), salt: salt.toString('hex') };

  test.each([
    [7, 'entry', 'is not an object'],
    [{ username: 'a', password_hash: 7 }, 'password_hash', 'is neither a text nor an object'],
    [{ username: 'a', password_hash: 'hunter2' }, 'password_hash', 'is not a hash of'],
    [{ username: 'a', password: 'x', password_hash: made[0]?.[1] }, 'password_hash', 'is given, and so is password'],
    [{ username: 'a', password_hash: { ...parts, algorithm: 'md5', encoding: 'hex' } }, 'password_hash.algorithm', 'is not one of'],
    [{ username: 'a', password_hash: { ...parts, algorithm: 'scrypt', encoding: 'hex' } }, 'password_hash.N', 'is missing'],
    [{ username: 'a', password_hash: { ...parts, algorithm: 'scrypt', encoding: 'hex', N: 1_000 } }, 'password_hash.N', 'power of two'],
    [{ username: 'a', password_hash: { ...parts, algorithm: 'scrypt', encoding: 'rot13' } }, 'password_hash.encoding', 'is not base64 or hex'],
    [{ username: 'a', password_hash: { algorithm: 'scrypt', N: 256 } }, 'password_hash.hash', 'is missing'],
    [{ username: 'a', password_hash: { ...parts, algorithm: 'pbkdf2_sha256', encoding: 'hex' } }, 'password_hash.iterations', 'is missing'],
    [{ claims: {} }, 'username', 'is missing, and so is email'],
    [{ username: 'a', email: 'nobody' }, 'email', 'is not an email address'],
    [{ username: 'a', disabled: 'yes' }, 'disabled', 'is not true or false'],
    [{ username: 'a', email: 'a@example.com', claims: { email: 'b@example.com' } }, 'claims.email', 'is another address'],
  ])('%j is refused with the member', (entry, member, problem) => {
    const { accounts, refused } = parse(entry);
    expect(accounts).toEqual([]);
    expect(refused).toEqual([{ entry: expect.stringContaining('entry 1'), member, problem: expect.stringContaining(problem) }]);
  }); // biome-ignore format: a table, one row per line

  test('a refusal never repeats the hash or the password', () => {
    expect(JSON.stringify(parse({ username: 'a', password_hash: 'hunter2' }))).not.toContain('hunter2');
    const broken = parseAccounts('json', '[{"password": "hunter2",,}]');
    expect(broken).toEqual({ ok: false, refusal: 'is not a JSON array' });
  });

  test('two entries cannot have one name, be it a username or an address', () => {
    const { refused } = parse(
      { username: 'Ada' },
      { username: 'ada ' },
      { username: 'x@y.example' },
      { email: 'X@Y.example' },
    );
    expect(refused.map(({ entry, member }) => `${entry} ${member}`)).toEqual([
      'entry 2 (ada ) username',
      'entry 4 (X@Y.example) email',
    ]);
  });

  test('the parts of a hash may stand apart, as Node programs keep them', async () => {
    const { accounts } = parse(
      { username: 'a', password_hash: { ...parts, algorithm: 'scrypt', encoding: 'hex', N: 256 } },
      {
        username: 'b',
        password_hash: {
          algorithm: 'pbkdf2_sha512',
          iterations: 1_000,
          salt: salt.toString('base64'),
          hash: pbkdf2Of('sha512', 64).toString('base64'),
        },
      },
    );
    for (const { account } of accounts) expect(await verifyStoredPassword(password, account.passwordHash)).toBe(true);
    expect(accounts).toHaveLength(2);
  });

  test('may be CSV, where other columns are claims', () => {
    const lists = `username,groups[],team,note\nada,admins|wiki users,"[""a"",""b|c""]",[x]\ngrace,admins,,\nbarbara,"[""a|b""]",[1],\n`;
    expect(parseAccounts('csv', lists, undefined, { claimColumns: ['groups', 'team', 'note'] })).toMatchObject({
      value: {
        accounts: [
          { account: { claims: { groups: ['admins', 'wiki users'], team: ['a', 'b|c'], note: '[x]' } } },
          { account: { claims: { groups: ['admins'] } } },
          { account: { claims: { groups: ['a|b'], team: '[1]' } } },
        ],
      },
    });
    const csv = `username,email,email_verified,given_name,disabled,password_hash\nada,ada@example.com,true,Ada,,\ngrace,,,"Grace, the admiral",TRUE,${made[4]?.[1]}\n`;
    const parsed = parseAccounts('csv', csv);
    expect(parsed.ok && parsed.value.refused).toEqual([]);
    expect(parsed.ok && parsed.value.accounts.map(({ account }) => account)).toEqual([
      { username: 'ada', email: 'ada@example.com', claims: { email_verified: true, given_name: 'Ada' } },
      { username: 'grace', disabled: true, claims: { given_name: 'Grace, the admiral' }, passwordHash: made[4]?.[1] },
    ]);
  });
});
