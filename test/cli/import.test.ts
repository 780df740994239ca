import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { basic, postToken } from '../support/protocol.ts';
import { tables } from '../support/server.ts';
import { type Ran, startWorkbench } from './pixy.ts';

/* An import of clients is one thing: it has an id, and can be undone as a whole. */

const bench = await startWorkbench();
const { pixy, clock, server, folder } = bench;
const port = Number(new URL(server.issuer).port);

async function done(...argv: string[]): Promise<Ran> {
  const ran = await pixy(...argv);
  if (ran.exitCode !== 0) throw new Error(ran.errors + ran.output);
  return ran;
}

const secretOf = (name: string, year: number) => `the secret of ${name} for the year ${year}`;
const robot = (name: string, year: number) => ({
  client_id: name,
  client_secret: secretOf(name, year),
  client_name: `${name} ${year}`,
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['client_credentials'],
});

/** Imports clients, and returns the id of the import. */
async function moveIn(clients: readonly object[], ...flags: string[]): Promise<string> {
  const file = join(folder, 'clients.json');
  await writeFile(file, JSON.stringify(clients));
  const ran = await done('clients', 'import', file, '--format', 'rfc7591', '--json', ...flags);
  clock.now += 60;
  return ran.json().import;
}

test('what export writes moves clients to another stage as they are, with their secrets if their hashes are asked for', async () => {
  const robots = [robot('long', 2026), { ...robot('short', 2026), client_secret: 'kR7-tuvw91xyz' }];
  await moveIn(robots);
  const names = ['long', 'short'];
  expect((await done('clients', 'export', ...names)).output).not.toMatch(/hash|sha256|argon2/);
  const ran = await done('clients', 'export', ...names, '--with-secret-hashes');
  expect(ran.errors).toContain('warning: The export has the hashes of secrets');
  expect(ran.output).not.toContain(robots[0]?.client_secret);
  const before = await Promise.all(names.map(stored));

  expect(await moveIn(ran.json())).toBeUndefined();
  for (const name of names) await done('clients', 'remove', name);
  await moveIn(ran.json());
  const moved = await Promise.all(names.map(stored));
  expect(moved).toEqual(before.map((client, at) => ({ ...client, since: moved[at]?.since })));
  expect(await signsIn('long', 2026)).toBe(true);
});

test.each([
  ['no list', 'sha256$x'],
  ['none', []],
  ['three', Array.from({ length: 3 }, () => `sha256$${'a'.repeat(43)}`)],
  ['a secret in the clear', ['a secret that somebody took for a hash']],
  ['a hash that takes a gigabyte to verify', ['$argon2id$v=19$m=1048576,t=2,p=1$c2FsdHNhbHQ$dGFndGFndGFn']],
])('client_secret_hashes is refused when it is %s', async (_, client_secret_hashes) => {
  const { client_secret: __, ...metadata } = robot('hashed', 2026);
  const file = join(folder, 'hashed.json');
  await writeFile(file, JSON.stringify([{ ...metadata, client_secret_hashes }]));
  const { exitCode, output } = await pixy('clients', 'import', file, '--format', 'rfc7591');
  expect(exitCode).toBe(1);
  expect(output).toContain('client_secret_hashes is not a list of one or two hashes that can be verified');
});

const store = clientStore(openDatabase(), tables.clients, () => clock.now);
const stored = (name: string) => store.find(name);

const signsIn = async (name: string, year: number): Promise<boolean> => {
  const authorization = basic({ client_id: name, client_secret: secretOf(name, year) });
  return (await postToken({ port }, { grant_type: 'client_credentials' }, { authorization })).status === 200;
};

test('an import is rolled back as a whole: new clients go, and those that were replaced have their secret again', async () => {
  await moveIn([robot('kept', 2026), robot('replaced', 2026)]);
  const id = await moveIn([robot('kept', 2026), robot('replaced', 2027), robot('fresh', 2027)], '--replace');
  expect(await signsIn('replaced', 2027)).toBe(true);
  expect((await done('policy', 'log')).output).toMatch(new RegExp(`^${id} .* 2 clients .* import *$`, 'm'));
  expect((await done('policy', 'log')).output).not.toContain('fresh');
  expect((await done('policy', 'log', '--import', id)).output).toMatch(/ replaced .*\n.* fresh /);

  const before = (await done('policy', 'rollback', id)).output;
  expect(before).toBe(`Rolled back ${id}: removed 1 client, restored 1.\n`);
  clock.now += 60;
  expect(await Promise.all([signsIn('replaced', 2026), signsIn('replaced', 2027)])).toEqual([true, false]);
  expect(await Promise.all([signsIn('kept', 2026), signsIn('fresh', 2027)])).toEqual([true, false]);
  expect((await done('clients', 'show', 'replaced', '--json')).json()).toMatchObject({ client_name: 'replaced 2026' });
  expect((await done('policy', 'log')).output).toContain(`rollback of ${id}`);

  const again = await pixy('policy', 'rollback', id);
  expect(again).toMatchObject({ exitCode: 1, errors: expect.stringContaining('There is nothing to roll back') });
  const [rollback] = (await done('policy', 'log', '--limit', '1', '--json')).json();
  expect((await pixy('policy', 'rollback', rollback.id)).errors).toContain('is the rollback of the import');
});

test('an import of which somebody has changed a client since stays as it is, and the client is named', async () => {
  const id = await moveIn([robot('mine', 2026), robot('theirs', 2026)]);
  await done('clients', 'set', 'theirs', '--name', 'Theirs');
  const { exitCode, errors } = await pixy('policy', 'rollback', id);
  expect(exitCode).toBe(3);
  expect(errors).toContain(`theirs changed again after the import ${id}, so nothing was rolled back`);
  expect((await done('clients', 'show', 'mine', '--json')).json()).toMatchObject({ client_name: 'mine 2026' });
});

test('a file of another system is imported in no part, and --skip-refused does not make that a success', async () => {
  const file = join(folder, 'realms.json');
  await writeFile(file, JSON.stringify([{ realm: 'master', clients: [] }]));
  const { exitCode, errors, output } = await pixy('clients', 'import', file, '--format', 'hydra', '--skip-refused');
  expect(exitCode).toBe(1);
  expect(errors).toContain(
    `${file} cannot be imported: its content is a Keycloak realm export: use --format keycloak.`,
  );
  expect(output).toContain('Nothing was written');
});

test.each(['clients', 'accounts'])('a folder instead of a file of %s is named', async (what) => {
  const { exitCode, errors } = await pixy(what, 'import', folder, '--format', 'keycloak');
  expect({ exitCode, errors }).toEqual({ exitCode: 1, errors: `error: ${folder} is a folder: name a file in it.\n` });
});

test.each<[string, number[], RegExp]>([
  ['gzip', [0x1f, 0x8b, 8, 0], /is compressed with gzip: unpack it first \(gunzip\)\.$/m],
  ['a workbook', [0x50, 0x4b, 3, 4, 0], /is a ZIP archive or a workbook: unpack it, or save the sheet as CSV\.$/m],
  ['a database', [...Buffer.from('SQLite format 3\0')], /is a database of SQLite: export its table as CSV or JSON\.$/m],
])('a file of %s is told so, and not blamed for its encoding', async (_, bytes, problem) => {
  const file = join(folder, 'packed');
  await writeFile(file, Buffer.from(bytes));
  for (const what of ['clients', 'accounts'])
    expect((await pixy(what, 'import', file, '--format', 'keycloak')).errors).toMatch(problem);
});

test.skipIf(process.platform === 'win32')('people may come by a pipe, which gives what it has once', async () => {
  const pipe = join(folder, 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  const people = [{ username: 'piper', email: 'piper@example.com' }];
  const [{ output, errors }] = await Promise.all([
    pixy('accounts', 'import', pipe),
    writeFile(pipe, JSON.stringify(people)),
  ]);
  expect({ output, errors }).toMatchObject({ output: expect.stringContaining('Added 1 account'), errors: '' });
});

test('people in LDIF are told from YAML, and come with the groups that stand after them', async () => {
  const file = join(folder, 'people.ldif');
  await writeFile(
    file,
    'version: 1\n\ndn: uid=lida,dc=example,dc=com\nobjectClass: top\nobjectClass: person\nuid: lida\n\ndn: cn=staff\nobjectClass: posixGroup\ncn: staff\nmemberUid: lida\n',
  );
  expect((await pixy('accounts', 'import', file, '--format', 'csv')).errors).toContain(
    'is an LDIF file: use --format ldif',
  );
  const { output } = await pixy('accounts', 'import', file, '--format', 'ldif', '--dry-run');
  expect(output).toMatch(/^lida /m);
  expect(output).toMatch(/^groups +1 +becomes a claim with --claim-column groups$/m);
});

test('people in YAML are read like those in JSON, and a mistake in it is told by line and column', async () => {
  const file = join(folder, 'realm.yml');
  await writeFile(
    file,
    '# people\nrealm: shop\nusers:\n  - username: yamila\n    email: yamila@example.com\n    enabled: true\n',
  );
  expect((await pixy('accounts', 'import', file, '--format', 'keycloak', '--dry-run')).output).toContain(
    'yamila@example.com',
  );
  await writeFile(file, 'users:\n  - username: "yamila\n');
  const { errors } = await pixy('accounts', 'import', file, '--format', 'keycloak');
  expect(errors).toMatch(/realm\.yml is YAML that cannot be read \(line \d+ column \d+\)\.\n$/);
});
