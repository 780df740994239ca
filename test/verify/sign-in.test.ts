import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { commandUserAgent } from '../../cli/verify/code-command.ts';
import { pkceChecks as checks } from '../../cli/verify/profiles/pkce.ts';
import { newSecrets } from '../../cli/verify/secrets.ts';
import { createTransport } from '../../cli/verify/transport.ts';
import { createUserAgent } from '../../cli/verify/user-agent.ts';
import { type Verification, verify } from '../../cli/verify/verify.ts';
import { account, publicClient, startFlawedServer } from './flawed-server.ts';

/* How a code is obtained, and what is never done for it. */

/** Milliseconds: a slow machine is no flaw of the server. */
const patience = 180_000;

const expected = { redirectUris: ['https://app.example/callback'], state: 'the-state' };

async function listen(
  answer: (path: string, body: URLSearchParams, request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<string> {
  const server = createServer((request, response) => {
    void text(request).then((body) => answer(request.url ?? '', new URLSearchParams(body), request, response));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const browse = (issuer: string, maximumSignIns = 5) =>
  createUserAgent({
    transport: createTransport({ issuer, maximumRequests: 100, timeout: patience }),
    secrets: newSecrets(),
    watch: () => {},
    credentials: account,
    maximumSignIns,
  });

const page = (response: ServerResponse, content: string, status = 200) =>
  response.writeHead(status, { 'content-type': 'text/html' }).end(content);
const redirect = (response: ServerResponse, location: string, headers = {}) =>
  response.writeHead(302, { location, ...headers }).end();
const signInForm = '<form method=post action=/login><input name=user><input type=password name=pass></form>';

test('signs in on another host than the server, consents, and passes on what only scripts would send', async () => {
  const seen: string[] = [];
  const login = await listen((path, body, _, response) => {
    if (path === '/login?for=7') return page(response, signInForm.replace('/login', '/login?for=7&amp;in=1'));
    seen.push(`${path} ${body.get('user')}`);
    return page(
      response,
      `<form method=post action="${server}/back"><input type=hidden name=ticket value=9></form><script>document.forms[0].submit()</script>`,
    );
  });
  const server: string = await listen((path, body, request, response) => {
    seen.push(`${request.method} ${path}`);
    if (path === '/authorize') return redirect(response, `${login}/login?for=7`);
    if (path === '/back') {
      return page(
        response,
        '<form method=post action=consent><button name=a value=no>Deny</button><button name=a value=yes>Allow</button></form>',
      );
    }
    return redirect(response, `https://app.example/callback?code=1&state=the-state&answer=${body.get('a')}`);
  });
  const landing = await browse(server).visit(`${server}/authorize`, expected);
  expect(landing).toMatchObject({ kind: 'redirected', to: 'https://app.example/callback' });
  expect(landing.kind === 'redirected' && [...landing.parameters]).toContainEqual(['answer', ['yes']]);
  expect(seen).toEqual(['GET /authorize', '/login?for=7&in=1 ada', 'POST /back', 'POST /consent']);
});

test('never sends a password again that was refused', async () => {
  let passwords = 0;
  const server = await listen((_, body, __, response) => {
    if (body.has('pass')) passwords += 1;
    page(response, signInForm, body.has('pass') ? 400 : 200);
  });
  expect(await browse(server).visit(`${server}/authorize`, expected)).toEqual({
    kind: 'stuck',
    because: 'the server asked for the password again right after it was sent',
  });
  expect(passwords).toBe(1);
});

test('signs in only so often', async () => {
  using server = await startFlawedServer('forgets who signed in');
  const report = await verify({ ...verification(server.issuer), maximumSignIns: 3 }, () => 0);
  expect(server.passwords).toBe(3);
  expect(report.sign_ins).toBe(3);
  expect(report.checks.find(({ id }) => id === 'verifier-missing')).toMatchObject({
    verdict: 'skipped',
    because: 'the server asked for more than 3 sign-ins',
  });
});

test('never sends a password in the open, and never loads the redirect URI', async () => {
  const server = await listen((_, __, ___, response) => redirect(response, 'http://auth.example/login'));
  expect(await browse(server).visit(`${server}/authorize`, expected)).toEqual({ kind: 'elsewhere' });
  const form = await listen((_, __, ___, response) =>
    page(response, signInForm.replace('/login', 'http://auth.example/login')),
  );
  expect(await browse(form).visit(`${form}/authorize`, expected)).toEqual({ kind: 'elsewhere' });
  let loaded = 0;
  const app = await listen(() => {
    loaded += 1;
  });
  const sends = await listen((_, __, ___, response) => redirect(response, `${app}/callback?code=1&state=the-state`));
  const landing = await browse(sends).visit(`${sends}/authorize`, { ...expected, redirectUris: [`${app}/callback`] });
  expect(landing.kind).toBe('redirected');
  expect(loaded).toBe(0);
});

test('gives up on redirects in a circle', async () => {
  const server = await listen((_, __, ___, response) => redirect(response, '/again'));
  expect(await browse(server).visit(`${server}/authorize`, expected)).toMatchObject({ kind: 'stuck' });
});

const verification = (issuer: string): Verification => ({
  issuer,
  profile: 'pkce',
  checks,
  client: publicClient,
  signIn: { by: 'password', ...account },
  maximumRequests: 600,
  timeout: patience,
  maximumSignIns: 5,
  env: {},
});

const only = (...ids: string[]) => checks.filter(({ id }) => ids.includes(id));

test('a cookie of somebody who has signed in is enough', async () => {
  using server = await startFlawedServer();
  const signIn = { by: 'cookie', header: server.cookie } as const;
  const report = await verify({ ...verification(server.issuer), signIn }, () => 0);
  expect(report).toMatchObject({ summary: { failed: 0, skipped: 3 }, sign_ins: 0 });
  expect(server.passwords).toBe(0);
});

test('a cookie that does not hold is told', async () => {
  using server = await startFlawedServer();
  const signIn = { by: 'cookie', header: 'sid=wrong' } as const;
  await expect(verify({ ...verification(server.issuer), signIn }, () => 0)).rejects.toThrow(
    'No code could be obtained: the server asked for a sign-in: the session of the cookie is not valid.',
  );
});

test('a command finds the request in its environment and prints where the browser went', async () => {
  using server = await startFlawedServer('takes plain for S256');
  const ask = `curl --silent --output /dev/null --cookie '${server.cookie}' --write-out '%{redirect_url}'`;
  const command = `echo signed in; ${ask} "$PIXY_AUTHORIZATION_URL"`;
  const report = await verify(
    {
      ...verification(server.issuer),
      signIn: { by: 'command', command },
      checks: only('challenge-missing', 'method-plain', 'verifier-wrong'),
      env: process.env,
    },
    () => 0,
  );
  expect(report.checks.map(({ verdict }) => verdict)).toEqual(['passed', 'failed', 'passed']);
});

test.each([
  ['exit 3', { kind: 'page', status: 200 }],
  ['printf "\\n"', { kind: 'page', status: 200 }],
  ['echo https://attacker.example/', { kind: 'elsewhere' }],
  ['echo "https://app.example/callback?error=x"', { kind: 'redirected', to: 'https://app.example/callback' }],
])('a command that does %s', async (command, landing) => {
  const issuer = await listen((_, __, ___, response) => page(response, 'Sign in'));
  const transport = createTransport({ issuer, maximumRequests: 10, timeout: patience });
  const agent = commandUserAgent({ transport, watch: () => {}, command, env: process.env });
  expect(await agent.visit(`${issuer}/authorize`, expected)).toMatchObject(landing);
});

test('a command that takes too long is ended, with what it started', async () => {
  const issuer = await listen((_, __, ___, response) => page(response, 'Sign in'));
  const transport = createTransport({ issuer, maximumRequests: 10, timeout: patience });
  const folder = await mkdtemp(join(tmpdir(), 'pixy-command-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const command = `sleep 600 & echo $! > ${folder}/pid; wait`;
  let sleeping: number | undefined;
  // On a slow machine the shell may not even have started the other process.
  for (let timeout = 250; sleeping === undefined; timeout *= 2) {
    const agent = commandUserAgent({ transport, watch: () => {}, command, env: process.env, timeout });
    expect(await agent.visit(`${issuer}/authorize`, expected)).toEqual({
      kind: 'stuck',
      because: `--code-command took longer than ${timeout / 1_000} s`,
    });
    sleeping = Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => '')) || undefined;
  }
  const pid = sleeping;
  await expect.poll(() => isRunning(pid)).toBe(false);
});

/** A process that ended stays listed until somebody asks how. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).includes(') Z ');
}

test('a session that ends on the way makes no refusal: what it hides is skipped', async () => {
  using server = await startFlawedServer('shows a page of scripts after 20 codes');
  const signIn = { by: 'cookie', header: server.cookie } as const;
  const { checks: results } = await verify({ ...verification(server.issuer), signIn }, () => 0);
  const late = results.filter(({ verdict }) => verdict === 'skipped').map(({ id }) => id);
  expect(late).toContain('response-type-token');
  expect(late).not.toContain('method-plain');
});
