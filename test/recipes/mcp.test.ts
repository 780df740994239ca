import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { startTestServer } from '../support/server.ts';
import { newBrowser } from './browser.ts';
import { whyNot } from './languages.ts';
import { person, secret } from './recipe-server.ts';
import { freePort, runTool, startExample } from './run-example.ts';

/* The MCP server of examples/mcp-server, the client of the official SDK, and the conformance tests for authorization servers. */

const install = 'npm install --no-package-lock --no-audit --no-fund --loglevel=error';
const folder = 'examples/mcp-server';
const [api, app, runner] = [await freePort(), await freePort(), await freePort()];
const resource = `http://localhost:${api}/mcp`;
const callback = (port: number) => `http://127.0.0.1:${port}/callback`;

const temporary = await mkdtemp(join(tmpdir(), 'pixy-mcp-'));
afterAll(() => rm(temporary, { recursive: true }));
const apisFile = join(temporary, 'apis.json');
await writeFile(apisFile, JSON.stringify([{ resource, scope: 'notes' }]));

/** Acts for nobody, and its SDK cannot say which API it wants a token for. */
const program = {
  client_id: 'nightly',
  client_secret: secret,
  redirect_uris: [],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['client_credentials'],
  all_scopes_of: [resource],
};

const server = await startTestServer({
  apisFile,
  clock: 'system',
  accounts: [person],
  clients: [
    program,
    { client_id: 'registered', redirect_uris: [callback(runner)], token_endpoint_auth_method: 'none' },
  ],
  environment: { PIXY_METADATA_DOCUMENTS: 'any', PIXY_CLIENT_REGISTRATION: 'open' },
});

/** Serves the document of a client, and returns its address: the client id. */
async function publish(port: number): Promise<string> {
  const host = createServer((_request, response) => {
    const client_id = `http://localhost:${(host.address() as AddressInfo).port}/client.json`;
    const document = { client_id, client_name: 'An agent', redirect_uris: [callback(port)] };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
  }).listen(0, 'localhost');
  afterAll(() => host.close());
  await once(host, 'listening');
  return `http://localhost:${(host.address() as AddressInfo).port}/client.json`;
}

/** Registers a client, and returns its id. */
async function register(port: number): Promise<string> {
  const metadata = (await (await fetch(`${server.issuer}/.well-known/oauth-authorization-server`)).json()) as {
    registration_endpoint: string;
  };
  const body = JSON.stringify({ redirect_uris: [callback(port)], token_endpoint_auth_method: 'none' });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(metadata.registration_endpoint, { method: 'POST', headers, body });
  return ((await answer.json()) as { client_id: string }).client_id;
}

const signIn = (address: string) => newBrowser().signIn(address, person);

test.each([
  ['is known by the document at its client id', async () => ({ CLIENT_ID: await publish(app) })],
  ['registers itself', async () => ({})],
])('a client that %s finds the server, signs somebody in and calls its tools', async (_, settings) => {
  await startExample({ folder, install, start: 'npm start', env: { ISSUER: server.issuer }, port: api });
  const env = { SERVER: resource, ...(await settings()) };
  const printed = await runTool({ folder, start: 'npm run --silent connect', env, port: app }, signIn);
  expect(printed).toContain('Your notes: Agents can sign in.');
});

const python = 'python3 -m venv .venv && .venv/bin/pip install --quiet --requirement requirements.txt';

test.skipIf(whyNot('Python') !== undefined).each([
  ['is known by the document at its client id', async () => ({ CLIENT_ID: await publish(app) })],
  ['registers itself', async () => ({})],
])('a client in Python that %s does the same', async (_, settings) => {
  await startExample({ folder, install, start: 'npm start', env: { ISSUER: server.issuer }, port: api });
  const env = { SERVER: resource, ...(await settings()) };
  const tool = { folder, install: python, start: '.venv/bin/python connect.py', env, port: app };
  expect(await runTool(tool, signIn)).toContain('Your notes: Agents can sign in.');
});

const go = 'GOFLAGS=-modcacherw GOPATH=$PWD/.go go build -o .go/connect .';

test.skipIf(whyNot('Go') !== undefined).each([
  ['registers itself', {}, signIn],
  ['acts for nobody', { CLIENT_ID: program.client_id, CLIENT_SECRET: secret }, async () => {}],
])('a client in Go that %s does the same', async (_, settings, open) => {
  await startExample({ folder, install, start: 'npm start', env: { ISSUER: server.issuer }, port: api });
  const env = { SERVER: resource, ...settings };
  const printed = await runTool({ folder, install: go, start: '.go/connect', env, port: app }, open);
  expect(printed).toContain('Your notes: Agents can sign in.');
});

test('mcp-remote, which brings clients on the terminal to remote servers', async () => {
  await startExample({ folder, install, start: 'npm start', env: { ISSUER: server.issuer }, port: api });
  const env = { MCP_REMOTE_CONFIG_DIR: join(temporary, 'mcp-remote') };
  const start = `npx --yes --package mcp-remote@0.15.1 mcp-remote-client ${resource} ${app} --host 127.0.0.1 2>&1`;
  // It prints other addresses before the one to sign in at, and that one before it listens for the answer.
  const open = async (_: string, output: () => string) => {
    await vi.waitUntil(() => /\/authorize\?[\s\S]*callback server running/.test(output()), { timeout: 60_000 });
    await signIn(/http\S+\/authorize\?\S+/.exec(output())?.[0] ?? '');
  };
  const printed = await runTool({ folder: temporary, start, env, port: app }, open);
  expect(printed).toContain('Connected successfully!');
});

test.each([
  ['registered by hand', async () => 'registered'],
  ['known by its document', async () => publish(runner)],
  ['registered by itself', async () => register(runner)],
])('MCP conformance: no failure and no warning for a client that is %s', async (_, clientId) => {
  const suite = 'npx --yes @modelcontextprotocol/conformance@0.2.0-alpha.12 authorization';
  const options = `--url ${server.issuer} --client-id ${await clientId()} --resource ${resource} -p ${runner}`;
  const start = `${suite} ${options} | grep --line-buffered -v -e ^Ensure -e ^Running -e ^Callback`;
  const printed = await runTool({ folder: temporary, start, env: {}, port: runner }, signIn);
  expect(printed).toContain('Total: 3 passed, 0 failed');
  expect(printed).not.toMatch(/warning/i);
});
