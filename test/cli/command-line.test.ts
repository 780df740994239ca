import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { FolderInUse, startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import { startServer } from '../../infra/local/server.ts';
import { emptyFolder, pixy, spawnPixy } from './pixy.ts';

const redirectUri = ['--redirect-uri', 'https://app.example/callback'];

describe('a command line that cannot be read', () => {
  test.each([
    [['nope'], /unknown command 'nope'/],
    [['clients', 'lst'], /Did you mean list\?/],
    [['clients', 'list', '--nope'], /unknown option '--nope'/],
    [['clients', 'show'], /missing required argument 'client-id'/],
    [['policy', 'set', '--floor', 'some'], /Allowed choices are none, any, S256/],
    [['policy', 'log', '--limit', 'many'], /not a whole number/],
    [['waiver', 'grant', 'app', '--owner', 'ada'], /required option '--reason <text>'/],
    [['pkce', 'generate', '--length', '42'], /43 to 128 characters/],
    [['clients', 'list', '--stage', 'a/b'], /not the name of a stage/],
    [['clients', 'list', '--table', 'nope=x'], /Write it like clients=NAME/],
    [['clients', 'list', '--local', 'x', '--stage', 'dev'], /Use only one of --local, --stage, --table and --server/],
    [['clients', 'list', '--table', 'keys=x'], /Also name the clients table/],
    [['clients', 'set', 'app'], /Say what to change/],
    [['policy', 'set'], /Say what to change/],
    [['clients', 'add', 'app', '--enforce-after', 'soon'], /--enforce-after is not a day like 2026-12-01/],
  ])('%j is told in one line and ends with 2', async (argv, sentence) => {
    const { exitCode, output, errors } = await pixy(argv);
    expect(errors).toMatch(sentence);
    expect(errors).toMatch(/^error: [^\n]+\n$/);
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
  });

  test('a group without a command shows what there is, and ends with 2', async () => {
    const { exitCode, errors } = await pixy(['policy']);
    expect(exitCode).toBe(2);
    expect(errors).toContain('explain [options] <client-id>');
  });
});

type Help = { command: string; exitCode: number; output: string };

/** The help of every command, by walking through the help of the groups. */
async function helpOf(...group: string[]): Promise<Help[]> {
  const { exitCode, output } = await pixy([...group, '--help']);
  const listed = output.split('Commands:\n')[1]?.split('\n\n')[0] ?? '';
  const names = [...listed.matchAll(/^ {2}(\w[\w-]*)/gm)]
    .map(([, name]) => name ?? '')
    .filter((name) => name !== 'help');
  const found = await Promise.all(names.map((name) => helpOf(...group, name)));
  return names.length === 0 ? [{ command: group.join(' '), exitCode, output }] : found.flat();
}

test('the help of every command has an example of it', async () => {
  const all = await helpOf();
  expect(all.length).toBeGreaterThan(20);
  for (const { command, exitCode, output } of all) {
    expect(exitCode).toBe(0);
    expect(output).toContain(`$ pixy ${command}`);
  }
});

describe('where it works', () => {
  /** On Linux not even root can make a folder there. */
  const processes = '/proc';

  test('refuses to guess when there is no data folder', async () => {
    const { exitCode, errors } = await spawnPixy(['clients', 'list'], { cwd: await emptyFolder(onTestFinished) });
    expect(errors).toMatch(/--local DIR .* --stage NAME/);
    expect(exitCode).toBe(2);
  });

  test('refuses a folder that is not there, and does not make it', async () => {
    const folder = join(await emptyFolder(onTestFinished), 'nowhere');
    expect((await pixy(['clients', 'list', '--local', folder])).errors).toContain('There is no data folder');
    expect((await pixy(['clients', 'add', 'app', ...redirectUri, '--local', folder])).exitCode).toBe(1);
  });

  test.each<[string, string, RegExp]>([
    ['a file', 'package.json', /package\.json cannot be used as a data folder: it is a file/],
    ['a folder inside a file', 'package.json/data', /There is no data folder/],
    ['a folder where nothing can be written', processes, /cannot be used as a data folder|There is no data folder/],
  ])('O5: %s as the data folder is told in one line, and ends with 1', async (_, folder, sentence) => {
    const { exitCode, output, errors } = await spawnPixy(['clients', 'list', '--local', folder]);
    expect(errors).toMatch(sentence);
    expect(errors).toMatch(/^error: [^\n]+\n$/);
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: '' });
  });

  test('two processes on one folder: the second says so in one line, and ends with 1', async () => {
    const folder = await emptyFolder(onTestFinished);
    const embedded = await startEmbeddedDynamoDB(join(folder, 'dynamodb'));
    try {
      const { exitCode, errors } = await spawnPixy(['clients', 'list', '--local', folder]);
      expect(errors).toMatch(/^error: .* is in use by another process[^\n]*\n$/);
      expect(exitCode).toBe(1);
      await expect(startServer({ port: 0, data: folder })).rejects.toThrow(FolderInUse);
    } finally {
      await embedded.close();
    }
  });

  test('opens the folder itself, and a server finds what was added', async () => {
    const cwd = await emptyFolder(onTestFinished);
    const added = await spawnPixy(['clients', 'add', 'early', ...redirectUri, '--local', '.'], { cwd });
    expect(added).toMatchObject({ exitCode: 0, errors: '' });
    const server = await startServer({ port: 0, data: cwd, writeLine: () => {} });
    try {
      const query = new URLSearchParams({ client_id: 'early', redirect_uri: 'https://app.example/callback' });
      const response = await fetch(`${server.issuer}/authorize?${query.toString()}`, { redirect: 'manual' });
      expect(response.headers.get('location')).toContain('https://app.example/callback?error=');
      const listed = await pixy(['clients', 'list', '--local', cwd, '--json']);
      expect(listed.json().map((client: { client_id: string }) => client.client_id)).toContain('demo-app');
    } finally {
      await server.close();
    }
  });

  test('takes the folder .pixy when nothing is said', async () => {
    const cwd = await emptyFolder(onTestFinished);
    await mkdir(join(cwd, '.pixy'));
    const { exitCode, output } = await spawnPixy(['policy', 'show', '--json'], { cwd });
    expect(exitCode).toBe(0);
    expect(JSON.parse(output)).toEqual({ default: 'S256', floor: 'none', mode: 'enforce', version: 0 });
  });

  test('does not believe the file of a server that was killed', async () => {
    const folder = await emptyFolder(onTestFinished);
    const stranger = createServer((_, response) => response.end('healthy: somebody else'));
    await once(stranger.listen(0, '127.0.0.1'), 'listening');
    const other = await startEmbeddedDynamoDB();
    const port = (stranger.address() as AddressInfo).port;
    for (const endpoint of ['http://127.0.0.1:1', `http://127.0.0.1:${port}`, other.endpoint, 'nonsense']) {
      const file = { endpoint, issuer: 'http://localhost:1', database: 'a-database-that-is-gone' };
      await writeFile(join(folder, 'dynamodb.json'), JSON.stringify(file));
      expect(await pixy(['clients', 'list', '--local', folder])).toMatchObject({
        exitCode: 0,
        output: 'There are no clients.\n',
      });
    }
    await writeFile(join(folder, 'dynamodb.json'), '{ "endpoint": ');
    expect((await pixy(['clients', 'list', '--local', folder])).exitCode).toBe(0);
    stranger.close();
    await other.close();
  });

  test('a server that stops takes its file along', async () => {
    const folder = await emptyFolder(onTestFinished);
    const server = await startServer({ port: 0, data: folder, writeLine: () => {} });
    await server.close();
    expect((await pixy(['clients', 'list', '--local', folder, '--json'])).exitCode).toBe(0);
    expect(existsSync(join(folder, 'dynamodb.json'))).toBe(false);
  });

  test('a database that does not answer is told in one line', async () => {
    const env = {
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    };
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { exitCode, errors } = await pixy(['clients', 'list', '--table', 'clients=nowhere']);
    expect(errors).toMatch(/^error: The database does not answer: [^\n]+\n$/);
    expect(exitCode).toBe(1);
  });
});
