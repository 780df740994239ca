import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAccountsFile } from '../../infra/local/entries-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixy-accounts-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(content: unknown) {
  const file = join(folder, 'accounts.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readAccountsFile(file);
}

test.each([
  ['[{"password": "hunter2",,]', /accounts\.json: is not JSON/],
  [{}, /accounts\.json: is not a JSON array/],
  [[{ username: 'ada' }, {}], /accounts\.json: entry 2: username is missing, and so is email/],
  [[{ email: 'x@y.example', disabled: 1 }], /entry 1 \(x@y\.example\): disabled is not true or false/],
  [[{ username: 'ada', password: 'Sunshine' }], /entry 1 \(ada\): password is one of the most common ones/],
  [[{ username: 'ada', passwort: 'x' }], /entry 1 \(ada\): passwort is not a member of an account/],
  [[{ username: 'Ada' }, { username: 'ada' }], /entry 2 \(ada\): username is there twice/],
  [[{ username: 'a@b.example' }, { username: 'b', email: 'A@B.example' }], /entry 2 \(b\): email is there twice/],
])('an accounts file %j is refused with file, entry and member', async (content, message) => {
  const problem = await read(content).then(
    () => 'taken',
    (error: Error) => error.message,
  );
  expect(problem).toMatch(message);
  expect(problem).not.toContain('hunter2');
});

test('an account may have an address, be disabled, and have no password', async () => {
  const described = [{ email: 'ada@example.com', disabled: true }, { username: 'grace' }];
  expect(await read(described)).toEqual(described.map((account) => ({ ...account, claims: {} })));
});
