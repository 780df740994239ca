import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readAccountsFile, readClientsFile } from '../../infra/local/entries-file.ts';
import { parseAccounts } from '../../shared/people/account-import.ts';
import type { MemberOptions } from '../../shared/people/import/account-entry.ts';

/* What comes with the accounts of a file: passwords, claims and columns that are none. */

const folder = await mkdtemp(join(tmpdir(), 'pixy-given-'));
afterAll(() => rm(folder, { recursive: true }));

function parse(format: 'json' | 'csv', text: string, options?: MemberOptions) {
  const parsed = parseAccounts(format, text, undefined, options);
  if (!parsed.ok) return { refusal: parsed.refusal, accounts: [], refused: [] };
  const { accounts, refused } = parsed.value;
  return {
    refusal: undefined,
    accounts: accounts.map(({ account }) => account),
    refused: refused.map(({ entry, member, problem }) => `${entry}: ${member} ${problem}`),
  };
}

const messageOf = (reading: Promise<unknown>): Promise<string> =>
  reading.then(
    () => 'taken',
    (error: Error) => error.message,
  );

test.each([
  ['**********', 'is masked: the file does not have the real value'],
  ['REDACTED', 'is a word that stands for a secret, not a value'],
  ['\u0024{ADA_PASSWORD}', 'is the name of a variable, which was not replaced by its value'],
  [' ', 'is blank'],
  ['x', 'is shorter than 10 characters'],
  ['abcabcabcabc', 'repeats the same one to three characters'],
  ['ada@example.com', 'is the same as the username or the email address'],
])('I1, I9: an account with the password %j is refused in both kinds of files', async (password, problem) => {
  const entry = { username: 'ada', email: 'ada@example.com', password };
  expect(parse('json', JSON.stringify([entry])).refused).toEqual([`entry 1 (ada): password ${problem}`]);
  const file = join(folder, 'accounts.json');
  await writeFile(file, JSON.stringify([entry]));
  expect(await messageOf(readAccountsFile(file))).toBe(`${file}: entry 1 (ada): password ${problem}`);
});

test('I1: a hash is not taken from a mask', () => {
  expect(parse('json', '[{"username":"ada","password_hash":"********"}]').refused).toEqual([
    'entry 1 (ada): password_hash is masked: the file does not have the real value',
  ]);
});

test('I3: claims are read as what they mean, and all mistakes of an entry are named at once', () => {
  const claims = { email_verified: 'true', updated_at: '2011-03-13', birthdate: 18_151_210, address: 7, locale: null };
  const fine = { username: 'ada', claims: { ...claims, birthdate: 1815, address: 'London' } };
  const wrong = { username: 'o\ufb03ce', email: 'nobody', password: 'short', claims };
  expect(parse('json', JSON.stringify([fine, wrong]))).toMatchObject({
    accounts: [
      {
        claims: {
          email_verified: true,
          updated_at: 1_299_974_400,
          birthdate: '1815',
          address: { formatted: 'London' },
        },
      },
    ],
    refused: [
      'entry 2 (o\ufb03ce): email is not an email address',
      'entry 2 (o\ufb03ce): claims.birthdate is not a text',
      'entry 2 (o\ufb03ce): claims.address is not an object',
      'entry 2 (o\ufb03ce): password is shorter than 10 characters',
    ],
  });
  const nameless = { claims };
  expect(parse('json', JSON.stringify([nameless])).refused).toEqual([
    'entry 1: username is missing, and so is email',
    'entry 1: claims.birthdate is not a text',
    'entry 1: claims.address is not an object',
  ]);
});

test('I2: a column that is neither a member nor a standard claim refuses the table, until it is named', () => {
  const table = 'username,user_pass,name#ja,dept\nada,hunter2,エイダ,X\n';
  expect(parse('csv', table).refusal).toBe(
    'has the columns user_pass, dept, which are no member of an account and no standard claim: name what becomes a claim with --claim-column, and what stays behind with --skip-members',
  );
  expect(parse('csv', table, { claimColumns: ['dept'], skipMembers: ['user_pass'] }).accounts).toEqual([
    { username: 'ada', claims: { 'name#ja': 'エイダ', dept: 'X' } },
  ]);
});

test('a formula in a cell is refused by line and column', () => {
  expect(parse('csv', 'username,name\nada,"=HYPERLINK(""x"")"\n').refused).toEqual([
    'line 2 (ada): name begins like a formula of a spreadsheet',
  ]);
});

test('--skip-members leaves members and claims behind', () => {
  const entry = { username: 'ada', nested: { a: 1 }, claims: { groups: ['x'], name: 'Ada' } };
  expect(parse('json', JSON.stringify([entry]), { skipMembers: ['nested', 'groups'] }).accounts).toEqual([
    { username: 'ada', claims: { name: 'Ada' } },
  ]);
});

test('I4: files of clients and accounts in another encoding are refused in words', async () => {
  const file = join(folder, 'latin.json');
  await writeFile(file, Buffer.from('[{"username":"j\u00fcrgen"}]', 'latin1'));
  for (const read of [readAccountsFile, readClientsFile]) {
    expect(await messageOf(read(file))).toContain(`${file}: is not UTF-8 (line 1`);
  }
});

test('a byte order mark is no part of a file', async () => {
  const file = join(folder, 'marked.json');
  await writeFile(file, '\ufeff[{"username":"ada"}]');
  expect(await readAccountsFile(file)).toEqual([{ username: 'ada', claims: {} }]);
});

test('two entries cannot have one subject', () => {
  const entries = ['ada', 'grace'].map((username) => ({ username, claims: { sub: 'one' } }));
  expect(parse('json', JSON.stringify(entries)).refused).toEqual(['entry 2 (grace): claims.sub is there twice']);
});

test('OC11: two accounts that a client of one sector would take for the same person are refused', () => {
  const known = (username: string, sector: string) => ({ username, pairwise_subjects: { [sector]: 'p-1' } });
  const entries = [known('ada', 'one.example'), known('grace', 'two.example'), known('bea', 'one.example')];
  expect(parse('json', JSON.stringify(entries)).refused).toEqual(['entry 3 (bea): pairwise_subjects is there twice']);
});
