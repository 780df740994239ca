import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Context } from '../../cli/context.ts';
import { importCommand } from '../../cli/import/import-command.ts';
import { scopeStore } from '../../shared/apis/api-store.ts';
import { batches } from '../../shared/aws/batches.ts';
import type { TableName } from '../../shared/aws/tables.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { freshTables } from '../store/store.ts';

const now = 1_800_000_000;
const { database, client, tables } = await freshTables();
const store = clientStore(database, tables.clients, () => now);
const folder = await mkdtemp(join(tmpdir(), 'pixy-import-'));
afterAll(() => rm(folder, { recursive: true }));

/** One client per id, in a file of its own; a `!` in front makes it one that cannot be imported. */
async function fileOf(...ids: string[]): Promise<string> {
  const file = join(folder, `${ids.join('-')}.json`);
  const clients = ids.map((id) => ({
    client_id: id.replace('!', ''),
    redirect_uris: [id.startsWith('!') ? 'http://a.example/' : 'https://a.example/'],
  }));
  await writeFile(file, JSON.stringify(clients));
  return file;
}

/** Runs the command; what it printed as JSON and as text, and how it ended. */
async function run(argv: readonly string[], input = '', beforeWriting = async () => {}) {
  let json: unknown;
  let text = '';
  const opened = {
    place: { kind: 'tables' as const },
    clients: store,
    scopes: scopeStore(database, tables.clients, () => now),
    database,
    batches: batches(client),
    isAlone: false,
    table: (name: TableName) => tables[name],
    scan: async function* () {},
  };
  const context: Context = {
    io: { write: () => {}, writeError: () => {}, readInput: async () => input, env: {}, now: () => now },
    now: () => now,
    options: () => ({}),
    open: async () => opened,
    author: async (why = '') => {
      await beforeWriting();
      return { by: 'ada', why };
    },
    endWith: () => {},
    print: (answer) => {
      ({ json, text } = answer);
    },
  };
  const command = importCommand(context)
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  const error: { message: string; exitCode: number } | undefined = await command
    .parseAsync([...argv], { from: 'user' })
    .then(
      () => undefined,
      (failed) => failed,
    );
  return { json, text, error: error?.message, exitCode: error?.exitCode ?? 0 };
}

const rfc7591 = ['--format', 'rfc7591'];

describe('pixy clients import', () => {
  test('imports all clients of a file, and says under which policy each of them is', async () => {
    const { text, json, exitCode } = await run([await fileOf('first', 'second'), ...rfc7591]);
    expect(exitCode).toBe(0);
    expect(text).toContain('Added 2 clients, replaced 0, skipped 0.');
    expect(text).toMatch(/^first +add +none +S256 \(global default\) +enforce$/m);
    expect(json).toMatchObject({ written: true, clients: [{ action: 'add', client: { client_id: 'first' } }, {}] });
    expect(await store.find('second')).toBeDefined();
    expect((await store.changes(1, 'second'))[0]).toMatchObject({ by: 'ada', why: 'imported from rfc7591' });
  });

  test('--dry-run writes nothing', async () => {
    const { text, exitCode } = await run([await fileOf('dry'), ...rfc7591, '--dry-run']);
    expect(exitCode).toBe(0);
    expect(text).toContain(
      '1 client to add, 0 to replace, 0 that cannot be imported. Nothing was written: this is a dry run.',
    );
    expect(await store.find('dry')).toBeUndefined();
  });

  test('imports nothing when one entry cannot be imported, and names it', async () => {
    const { text, error, exitCode } = await run([await fileOf('good', '!bad'), ...rfc7591]);
    expect(exitCode).toBe(1);
    expect(error).toMatch(
      /^One entry cannot be imported: correct .*\.json, or import the others with --skip-refused\.$/,
    );
    expect(text).toMatch(/^entry 2 \(bad\) +redirect_uris\.0 is http on a host that is not a loopback address$/m);
    expect(await store.find('good')).toBeUndefined();
  });

  test('--skip-refused imports the others', async () => {
    const { exitCode } = await run([await fileOf('kept', '!left'), ...rfc7591, '--skip-refused']);
    expect(exitCode).toBe(0);
    expect(await store.find('kept')).toBeDefined();
    expect(await store.find('left')).toBeUndefined();
  });

  test('a second run of the same file changes nothing and says so', async () => {
    const file = await fileOf('again');
    expect((await run([file, ...rfc7591])).json).toMatchObject({ import: expect.stringMatching(/-import-\w{6}$/) });
    const { text, json } = await run([file, ...rfc7591]);
    expect(text).toContain('Added 0 clients, replaced 0, skipped 0, 1 there already and unchanged.');
    expect(json).not.toHaveProperty('import');
    expect(await store.changes(10, 'again')).toHaveLength(1);
  });

  test('refuses what is registered already with other settings, unless --replace', async () => {
    await run([await fileOf('other'), ...rfc7591]);
    const file = '[{"client_id":"other","redirect_uris":["https://b.example/"]}]';
    expect((await run(['-', ...rfc7591], file)).text).toContain('with other settings: use --replace to replace it');
    expect((await run(['-', ...rfc7591, '--replace'], file)).text).toContain('Added 0 clients, replaced 1');
  });

  test('--report-until imports into report mode', async () => {
    const { text } = await run([await fileOf('later'), ...rfc7591, '--report-until', '2027-03-01']);
    expect(text).toMatch(/^later .* report until 2027-03-01$/m);
    expect((await store.find('later'))?.pkce).toMatchObject({ mode: 'report', enforceAfter: 1_803_859_200 });
  });

  test('--waiver-until lets public clients in that need no PKCE', async () => {
    const file = '[{"client_id":"waived","redirect_uris":["https://a.example/"],"pkce_policy":"none"}]';
    const waiver = ['--waiver-until', '90d', '--waiver-owner', 'web team'];
    const { text } = await run(['-', ...rfc7591, ...waiver], file);
    expect(text).toMatch(/^waived +add +none +none \(waiver until 2027-04-15 08:00\) +enforce$/m);
    expect((await store.find('waived'))?.pkce.waiver).toEqual({
      owner: 'web team',
      reason: 'imported from rfc7591 without PKCE',
      until: now + 90 * 86_400,
    });
  });

  test('somebody who changes a client meanwhile makes it a conflict, and nothing is imported', async () => {
    const file = await fileOf('mine', 'theirs');
    const meanwhile = async () => {
      const parsed = await parseRegistration({ client_id: 'theirs', redirect_uris: ['https://b.example/'] });
      if (parsed.ok) await store.put('theirs', parsed.value, { by: 'grace', why: '' });
    };
    const { error, exitCode } = await run([file, ...rfc7591], '', meanwhile);
    expect(error).toMatch(/^Somebody else changed theirs in the meantime/);
    expect(exitCode).toBe(3);
    expect(await store.find('mine')).toBeUndefined();
  });

  test('reads standard input, and a table', async () => {
    const table =
      'name,client_id,client_secret,redirect_uri,grant_types\nApp,wp-app,,https://a.example/,authorization_code\n';
    const { text } = await run(['-', '--format', 'wpoauth', '--compat'], table);
    expect(text).toMatch(/^wp-app .* lowercase method, short verifier$/m);
  });
});

describe('is wrong usage', () => {
  test.each([
    ['an unknown format', ['x.json', '--format', 'siteminder']],
    ['no format', ['x.json']],
    ['no file', rfc7591],
    ['an unknown way to prove a secret', ['x.json', ...rfc7591, '--auth-method', 'tls_client_auth']],
  ])('%s', async (_, argv) => {
    expect((await run(argv)).error).toMatch(/^error: /);
  });

  test.each([
    ['a day that does not exist', ['--report-until', '2027-02-30'], /^--report-until is not a day/],
    ['a day that is over', ['--report-until', '2020-01-01'], /^--report-until is in the past/],
    ['a waiver for over a year', ['--waiver-until', '366d', '--waiver-owner', 'me'], /is more than 365 days away/],
    ['a waiver that nobody answers for', ['--waiver-until', '90d'], /^Use --waiver-until and --waiver-owner together/],
  ])('%s', async (_, options, message) => {
    const { error, exitCode } = await run([await fileOf('unused'), ...rfc7591, ...options]);
    expect(error).toMatch(message);
    expect(exitCode).toBe(2);
  });

  test('a file that is not there', async () => {
    const { error, exitCode } = await run([join(folder, 'absent.json'), ...rfc7591]);
    expect(error).toMatch(/absent\.json cannot be read \(ENOENT\)\.$/);
    expect(exitCode).toBe(1);
  });
});
