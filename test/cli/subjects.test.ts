import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { startWorkbench } from './pixy.ts';

/* AT5, BP22: no client has the subject of a person for an id, and no person the id of a client for a subject. */

const bench = await startWorkbench();
const { pixy } = bench;
beforeAll(async () => {
  await done('clients', 'add', 'robot', ...redirectUri);
  await done('accounts', 'add', 'ada', '--sub', 'ada-0001');
});

const redirectUri = ['--redirect-uri', 'https://app.example/callback'];

async function done(...argv: string[]) {
  const ran = await pixy(...argv);
  if (ran.exitCode !== 0) throw new Error(ran.errors);
  return ran;
}

async function fileOf(name: string, content: unknown): Promise<string> {
  const file = join(bench.folder, name);
  await writeFile(file, JSON.stringify(content));
  return file;
}

test('AT5, BP22: accounts add refuses the id of a client', async () => {
  const { exitCode, errors } = await pixy('accounts', 'add', 'mallory', '--sub', 'robot');
  expect({ exitCode, errors }).toEqual({
    exitCode: 1,
    errors: 'error: The account: claims.sub is the client_id of a client, robot.\n',
  });
  expect((await pixy('accounts', 'show', 'mallory')).exitCode).toBe(1);
});

test('AT5, BP22: accounts import refuses it with entry and member, and takes the others', async () => {
  const file = await fileOf('accounts-of-clients.json', [
    { username: 'mallory', claims: { sub: 'robot' } },
    { username: 'grace', claims: { sub: 'grace-0001' } },
  ]);
  const { exitCode, output } = await pixy('accounts', 'import', file);
  expect(output).toContain('entry 1 (mallory)  claims.sub is the client_id of a client');
  expect(exitCode).toBe(1);
  expect((await done('accounts', 'import', file, '--skip-refused')).output).toContain('Added 1 account, skipped 1');
});

test('AT5, BP22: clients add refuses the subject of an account', async () => {
  const { exitCode, errors } = await pixy('clients', 'add', 'ada-0001', ...redirectUri);
  expect(errors).toBe('error: Client ada-0001: client_id is the sub of an account.\n');
  expect(exitCode).toBe(1);
  expect((await pixy('clients', 'show', 'ada-0001')).exitCode).toBe(1);
});

test('AT5, BP22: clients import refuses it with entry and member', async () => {
  const redirect_uris = ['https://app.example/callback'];
  const file = await fileOf('clients-of-people.json', [
    { client_id: 'ada-0001', redirect_uris },
    { client_id: 'another', redirect_uris },
  ]);
  const { exitCode, output } = await pixy('clients', 'import', file, '--format', 'rfc7591');
  expect(output).toMatch(/client_id is the sub of an account/);
  expect(exitCode).toBe(1);
  expect((await pixy('clients', 'show', 'another')).exitCode).toBe(1);
});

test('AT5, BP22: policy rollback does not bring a client back whose id has become a subject', async () => {
  await done('clients', 'add', 'gone', ...redirectUri);
  await done('clients', 'remove', 'gone');
  await done('accounts', 'add', 'gone', '--sub', 'gone');
  const [removal] = (await done('policy', 'log', '--client', 'gone', '--json')).json();
  const { exitCode, errors } = await pixy('policy', 'rollback', removal.id);
  expect(errors).toContain('client_id is the sub of an account');
  expect(exitCode).toBe(1);
  expect((await pixy('clients', 'show', 'gone')).exitCode).toBe(1);
});
