import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { run } from '../../cli/run.ts';
import { demoAdminClient } from '../../infra/local/demo/demo-data.ts';
import { startServer } from '../../infra/local/server.ts';
import { send } from '../support/http.ts';
import { newPerson } from '../support/person.ts';
import { authorizeTarget, headerOf, postToken } from '../support/protocol.ts';

/* `npm start` as a process of its own, as people start it. */

const folder = await mkdtemp(join(tmpdir(), 'pixy-start-'));
afterAll(() => rm(folder, { recursive: true }));

const running = new Set<ChildProcess>();
afterEach(async () => {
  await Promise.all([...running].map((child) => stop(child, 'SIGKILL')));
});

/** Root may do everything, and is nobody where a right is to be missing. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** What Node prints as somebody without rights; undefined when they may not even read Pixy. */
function asNobody(args: string[]): string | undefined {
  const { status, stdout } = spawnSync(process.execPath, ['-r', './require-node.cjs', ...args], nobody);
  return status === 0 ? stdout.toString() : undefined;
}

type Started = { child: ChildProcess; output: () => string; errors: () => string };

function start(args: readonly string[], env: Record<string, string> = {}, who: typeof nobody = {}): Started {
  const child = spawn(process.execPath, ['infra/local/start.ts', ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    ...who,
  });
  return watch(child);
}

function watch(child: ChildProcess): Started {
  running.add(child);
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  return { child, output: () => output, errors: () => errors };
}

/** Sends a signal and returns the exit code. */
async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = await exited;
  return code;
}

/** Waits until the server has said where it is. */
async function ready(started: Started): Promise<number> {
  while (!started.output().includes('Data  ') && started.child.exitCode === null) {
    await Promise.race([once(started.child.stdout ?? started.child, 'data'), once(started.child, 'exit')]);
  }
  const [, port] = /running at http:\/\/localhost:(\d+)/.exec(started.output()) ?? [];
  if (port === undefined) throw new Error(`did not start: ${started.errors()}`);
  return Number(port);
}

/** Waits until the process has ended, with 1 and without having started; what it said, which is one line. */
async function refusal(
  args: readonly string[],
  who: typeof nobody = {},
  env: Record<string, string> = {},
): Promise<string> {
  const started = start(args, env, who);
  if (started.child.exitCode === null) await once(started.child, 'close');
  running.delete(started.child);
  expect({ code: started.child.exitCode, output: started.output() }).toEqual({ code: 1, output: '' });
  expect(started.errors()).toMatch(/^[^\n]+\n$/);
  return started.errors().trim();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

const fileWith = async (name: string, content: unknown): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

/** The command line beside a server, on the clock of the machine. */
const io = {
  write: () => undefined,
  writeError: () => undefined,
  readInput: async () => '',
  env: {},
  now: () => Math.floor(Date.now() / 1_000),
};

const app = { client_id: 'app', redirect_uris: ['https://app.example/callback'], first_party: true };

test('the settings of the functions come from the environment, as the CDK construct gives them to those deployed', async () => {
  const env = { PIXY_SIGNING_ALGORITHMS: 'RS256 ES256', PIXY_PASSWORDS: 'off' };
  const port = await ready(start(['--port', '0', '--data', 'memory'], env));
  const { body } = await send(port, '/.well-known/openid-configuration');
  expect(JSON.parse(body)).toMatchObject({ id_token_signing_alg_values_supported: ['RS256', 'ES256'] });
  expect((await send(port, '/sign-in')).body).not.toContain('name="password"');
});

describe('a start that cannot be', () => {
  test('with a setting that has no such value says so in one sentence', async () => {
    const sentence = await refusal(['--port', '0', '--data', 'memory'], {}, { PIXY_PASSWORDS: 'never' });
    expect(sentence).toBe('the configuration is not usable: PIXY_PASSWORDS is not on or off');
  });

  test('O5: on a port in use says so in one sentence', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const sentence = await refusal(['--port', String(port), '--data', 'memory']);
    other.close();
    expect(sentence).toContain(`Port ${port} is in use`);
  });

  test('O5: on a port that takes more rights says so in one sentence', async ({ skip }) => {
    const listen = `require('node:net').createServer().on('error', ({ code }) => console.log(code)).listen(1, '127.0.0.1', process.exit)`;
    const probe = asNobody(['--eval', listen]);
    skip(probe !== 'EACCES\n', 'anybody may listen on port 1 here, or the tests run as root on files of theirs alone');
    expect(await refusal(['--port', '1', '--data', 'memory'], nobody)).toMatch(/^Port 1 .* above 1023/);
  });

  test('O5: in a folder without the right to write says so in one sentence', async ({ skip }) => {
    skip(asNobody(['--eval', '']) === undefined, 'the tests run as root on files of theirs alone');
    const data = await mkdtemp(join(tmpdir(), 'pixy-read-only-'));
    onTestFinished(() => rm(data, { recursive: true }));
    await chmod(data, 0o555);
    expect(await refusal(['--port', '0', '--data', data], nobody)).toContain('writing there is not permitted');
  });

  test.runIf(process.platform === 'linux').each(['/proc/pixy', '/sys'])(
    'O5: in %s, where not even root may make a folder, says so in one sentence',
    async (data) => {
      expect(await refusal(['--port', '0', '--data', data])).toContain('cannot be used as a data folder');
    },
  );

  test('in a folder whose wrapping key is empty says so in one sentence, and makes no other', async () => {
    const data = join(folder, 'without-a-key');
    await mkdir(data);
    await writeFile(join(data, 'wrapping-key'), '');
    expect(await refusal(['--port', '0', '--data', data])).toContain(
      'cannot be used as a data folder: its file wrapping-key has no key; put the file back',
    );
    expect(await readFile(join(data, 'wrapping-key'), 'utf8')).toBe('');
  });

  test('O5: in a folder that another run has open says so in one sentence', async () => {
    const data = join(folder, 'taken');
    const other = await startServer({ port: 0, data, writeLine: () => {} });
    const sentence = await refusal(['--port', '0', '--data', data]);
    await other.close();
    expect(sentence).toContain('is in use by another process');
  });

  test.each<[string, string[], RegExp]>([
    ['a port that is none', ['--port', 'abc'], /'abc' is invalid. It is not a port number/],
    ['an issuer with a path', ['--issuer', 'https://example.com/pixy'], /It is not an origin like https:/],
    ['an issuer without TLS', ['--issuer', 'http://sign-in.example.com'], /It is not https/],
    ['a file as the data folder', ['--data', 'package.json'], /package\.json .*: it is a file\.$/],
    [
      'a data folder inside a file',
      ['--data', 'package.json/a/b'],
      /package\.json\/a.*: a part of its path is a file\.$/,
    ],
    ['no name of a data folder', ['--data', ''], /It is empty/],
    [
      'a database that does not answer',
      ['--dynamodb', 'http://127.0.0.1:1'],
      /127\.0\.0\.1:1 does not answer: .*REFUSED/,
    ],
  ])('O5: with %s says so in one sentence', async (_, args, sentence) => {
    expect(await refusal(['--port', '0', ...args])).toMatch(sentence);
  });

  test.each<[string, string, unknown, string[]]>([
    ['a client without redirect URIs', '--clients', [app, { client_id: 'other' }], ['entry 2', 'redirect_uris']],
    ['a client with an unknown member', '--clients', [{ ...app, redirect_url: 'x' }], ['entry 1', 'redirect_url']],
    ['a policy that there is not', '--clients', [{ ...app, pkce_policy: 's256' }], ['entry 1', 'pkce_policy']],
    ['an account without a name', '--accounts', [{ password: 'long enough' }], ['entry 1', 'username']],
    ['no list', '--clients', {}, ['array']],
    ['no JSON', '--accounts', '[{', ['JSON']],
  ])('with %s in a file names file, entry and member', async (_, option, content, named) => {
    const file = await fileWith('wrong.json', content);
    const given = option === '--clients' ? { clientsFile: file } : { accountsFile: file };
    const message = await startServer({ port: 0, data: 'memory', ...given }).then(
      async (server) => {
        await server.close();
        return 'it started';
      },
      (error: Error) => `${error.name}: ${error.message}`,
    );
    for (const part of ['UnusableFile', 'wrong.json', ...named]) expect(message).toContain(part);
  });

  test('with a file that is not there says which', async () => {
    const file = join(folder, 'missing.json');
    expect(await refusal(['--data', 'memory', '--clients', file])).toBe(`${file}: cannot be read (ENOENT)`);
  });
});

test('O5: at the port that http means, the issuer is an origin', async ({ skip }) => {
  const server = await startServer({ port: 80, data: 'memory', writeLine: () => {} }).catch((error: Error) => error);
  skip(server instanceof Error && /EACCES|EADDRINUSE/.test(server.message), 'port 80 cannot be had here');
  if (server instanceof Error) throw server;
  await server.close();
  expect(server.issuer).toBe('http://localhost');
});

describe('a start', () => {
  test('C4: takes the issuer of a proxy in front, and says where it listens', async () => {
    const started = start(['--port', '0', '--data', 'memory'], { PIXY_ISSUER: 'https://sign-in.example.com' });
    while (!started.output().includes('start\n') && started.child.exitCode === null) {
      await Promise.race([once(started.child.stdout ?? started.child, 'data'), once(started.child, 'exit')]);
    }
    expect(started.output()).toContain('Pixy is running at https://sign-in.example.com\n');
    const [, port] = /Listening {3}http:\/\/localhost:(\d+)/.exec(started.output()) ?? [];
    const { body } = await send(Number(port), '/.well-known/openid-configuration');
    expect(JSON.parse(body).issuer).toBe('https://sign-in.example.com');
    const target = authorizeTarget({ client_id: 'demo-app', redirect_uris: ['https://sign-in.example.com/demo'] });
    const page = await newPerson({ port: Number(port) }).follow(target);
    expect(page.body).toContain('name="password"');
  });

  test('takes its options from the environment as well, and Ctrl-C ends it cleanly', async () => {
    const port = await freePort();
    const dotless = { ...app, client_id: 'editor', redirect_uris: [...app.redirect_uris, 'cursor://editor/cb'] };
    const clients = await fileWith('clients.json', [app, dotless]);
    const started = start([], { PORT: String(port), PIXY_DATA: 'memory', PIXY_CLIENTS: clients });
    expect(await ready(started)).toBe(port);
    const page = await newPerson({ port }).follow(authorizeTarget({ ...app, token_endpoint_auth_method: 'none' }));
    expect(page.body).toContain('name="password"');
    const wrong = authorizeTarget({ ...app, token_endpoint_auth_method: 'none' }, { code_challenge: undefined });
    await send(port, wrong);
    expect(started.output()).toContain(
      'entry 2 (editor): comes without its redirect URI cursor:…, whose scheme has no dot',
    );
    expect(await stop(started.child, 'SIGINT')).toBe(0);
    expect(started.errors()).toBe('');
    const told = started
      .output()
      .split('\n')
      .filter((line) => line.includes('authorize'));
    expect(told).toEqual([
      expect.stringMatching(/^ {2}\d\d:\d\d:\d\d {2}continued {2}authorize {3}app$/),
      expect.stringMatching(/^ {2}\d\d:\d\d:\d\d {2}refused {4}authorize {3}app {11}code_challenge_\w+: /),
    ]);
    await expect(send(port, '/jwks')).rejects.toThrow(/ECONNREFUSED/);
  });

  test('signs with another key as soon as the keys are rotated, and lets nobody keep the old set for long', async () => {
    const data = join(folder, 'rotating');
    const started = start(['--port', '0', '--data', data]);
    const port = await ready(started);
    const published = async () => {
      const { headers, body } = await send(port, '/jwks');
      expect(headers['cache-control']).toBe('public, max-age=5');
      return (JSON.parse(body) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
    };
    const signedBy = async () => {
      const { client_id, client_secret } = demoAdminClient;
      const form = { grant_type: 'client_credentials', client_id, client_secret };
      return headerOf((await postToken({ port }, form)).json.access_token)['kid'];
    };
    const [before] = await published();
    expect(await signedBy()).toBe(before);
    expect(await run(['keys', 'rotate', '--now', '--local', data], io)).toBe(0);
    await expect.poll(signedBy).not.toBe(before);
    await expect.poll(published).toEqual([await signedBy(), before]);
    expect(await stop(started.child, 'SIGTERM')).toBe(0);
  });

  test.runIf(process.platform === 'linux')('ends with one sentence when its disk is full', async () => {
    const data = join(folder, 'full');
    const limited = spawn('bash', [
      '-c',
      `ulimit -f 40; exec "$0" infra/local/start.ts "$@"`,
      process.execPath,
      '--port',
      '0',
      '--data',
      data,
      '--quiet',
    ]);
    const started = watch(limited);
    const port = await ready(started);
    const ended = once(limited, 'exit');
    const client = { redirect_uris: [`https://app.example/${'a'.repeat(900)}`], token_endpoint_auth_method: 'none' };
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(client) };
    const isAnswered = async () => (await send(port, '/clients', request).catch(() => undefined)) !== undefined;
    for (let left = 100; left > 0 && (await isAnswered()); left -= 1);
    expect(await ended).toEqual([1, null]);
    expect(started.errors()).toMatch(/^[^\n]*full\/dynamodb cannot be used as a data folder: IO error: [^\n]*\.\n$/);
  });

  test('keeps its data, keys and changes over a restart, also when it was killed', async () => {
    const data = join(folder, 'data');
    const port = await freePort();
    const args = ['--port', String(port), '--data', data, '--quiet'];
    const first = start(args);
    await ready(first);
    const before = (await send(port, '/jwks')).body;
    const [, file = ''] = /Audit log {3}(\S+)/.exec(first.output()) ?? [];
    await send(port, '/authorize?client_id=demo-app');
    expect(await readFile(file, 'utf8')).toContain('"endpoint":"authorize"');
    expect(first.output()).not.toContain('authorize ');
    expect(await run(['clients', 'set', 'demo-app', '--name', 'Renamed', '--local', data], io)).toBe(0);
    await stop(first.child, 'SIGKILL');

    const second = start(args);
    await ready(second);
    expect((await send(port, '/jwks')).body).toBe(before);
    let shown = '';
    const write = (text: string) => {
      shown += text;
    };
    await run(['clients', 'show', 'demo-app', '--local', data, '--json'], { ...io, write });
    expect(JSON.parse(shown)).toMatchObject({ client_name: 'Renamed' });
    expect(await stop(second.child, 'SIGTERM')).toBe(0);
  });
});
