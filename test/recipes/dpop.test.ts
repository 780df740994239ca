import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type FullClient, machine } from '../support/lifecycle.ts';
import { startTestServer } from '../support/server.ts';
import { type Language, whyNot } from './languages.ts';

/* Proofs that other libraries make, where every proof needs a nonce: a token for the management API, and a request there. */

const manager: FullClient = { ...machine, client_id: 'manager', scope: 'pixy:read' };
const server = await startTestServer({
  clients: [manager],
  clock: 'system',
  environment: { PIXY_DPOP_NONCES: 'on' },
});

const inFolder = 'GOFLAGS=-modcacherw GOPATH=$PWD/.go';
const install = 'python3 -m venv .venv && .venv/bin/pip install --quiet --requirement requirements.txt';

test.for<[Language, string, string, string]>([
  ['Python', 'requests-oauth2client', 'ES256', `${install} && .venv/bin/python proof.py`],
  ['Python', 'requests-oauth2client', 'PS256', `${install} && .venv/bin/python proof.py`],
  ['Python', 'requests-oauth2client', 'EdDSA', `${install} && .venv/bin/python proof.py`],
  ['Go', 'go-jose', 'ES256', `${inFolder} go run .`],
])('%s: %s makes proofs with %s', async ([language, , ALG, command], { skip }) => {
  const missing = whyNot(language);
  if (missing !== undefined) skip(missing);
  const { client_id: CLIENT_ID, client_secret: CLIENT_SECRET } = manager;
  const env = { ...process.env, ISSUER: server.issuer, CLIENT_ID, CLIENT_SECRET, ALG };
  const { stdout } = await promisify(exec)(command, { cwd: `test/recipes/dpop/${language.toLowerCase()}`, env });
  expect(stdout).toMatch(/^DPoP 200 \{.*"default"/);
});
