import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { run } from '../../cli/run.ts';
import { startServer } from '../../infra/local/server.ts';
import { send } from '../support/http.ts';
import { newPerson } from '../support/person.ts';
import { authorizeTarget } from '../support/protocol.ts';

/* `npm start` as a process of its own, as people start it. */

const folder = await mkdtemp(join(tmpdir(), 'pixy-start-'));
afterAll(() => rm(folder, { recursive: true }));

const running = new Set<ChildProcess>();
afterEach(async () => {
  await Promise.all([...running].map((child) => stop(child, 'SIGKILL')));
});

type Started = { child: ChildProcess; output: () => string; errors: () => string };

function start(args: readonly string[], env: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, ['infra/local/start.ts', ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
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

/** Waits until the process has ended; what it said, and its exit code. */
async function ended(started: Started): Promise<{ code: number | null; errors: string }> {
  if (started.child.exitCode === null) await once(started.child, 'close');
  running.delete(started.child);
  return { code: started.child.exitCode, errors: started.errors() };
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

const app = { client_id: 'app', redirect_uris: ['https://app.example/callback'], first_party: true };

describe('a start that cannot be', () => {
  test('on a port in use says so in one line', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { code, errors } = await ended(start(['--port', String(port), '--data', 'memory']));
    other.close();
    expect({ code, lines: errors.trim().split('\n').length }).toEqual({ code: 1, lines: 1 });
    expect(errors).toContain(String(port));
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
    const { code, errors } = await ended(start(['--data', 'memory', '--clients', join(folder, 'missing.json')]));
    expect({ code, isNamed: errors.includes('missing.json'), hasStack: errors.includes('    at ') }).toEqual({
      code: 1,
      isNamed: true,
      hasStack: false,
    });
  });
});

describe('a start', () => {
  test('takes its options from the environment as well, and Ctrl-C ends it cleanly', async () => {
    const port = await freePort();
    const clients = await fileWith('clients.json', [app]);
    const started = start([], { PORT: String(port), PIXY_DATA: 'memory', PIXY_CLIENTS: clients });
    expect(await ready(started)).toBe(port);
    const page = await newPerson({ port }).follow(authorizeTarget({ ...app, token_endpoint_auth_method: 'none' }));
    expect(page.body).toContain('name="password"');
    expect(await stop(started.child, 'SIGINT')).toBe(0);
    expect(started.errors()).toBe('');
    await expect(send(port, '/jwks')).rejects.toThrow(/ECONNREFUSED/);
  });

  test('keeps its data, keys and changes over a restart, also when it was killed', async () => {
    const data = join(folder, 'data');
    const port = await freePort();
    const args = ['--port', String(port), '--data', data];
    const first = start(args);
    await ready(first);
    const before = (await send(port, '/jwks')).body;
    const io = {
      write: () => undefined,
      writeError: () => undefined,
      readInput: async () => '',
      env: {},
      now: () => Math.floor(Date.now() / 1_000),
    };
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
