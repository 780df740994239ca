import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../cli/run.ts';
import { freePort } from '../recipes/run-example.ts';
import { spa } from '../support/clients.ts';
import { decideFor, deviceGrant } from '../support/device.ts';
import { userinfo } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { claimsOf } from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';
import { emptyFolder } from './pixy.ts';

const cli = {
  client_id: 'pixy-cli',
  redirect_uris: [],
  token_endpoint_auth_method: 'none',
  grant_types: [deviceGrant, 'refresh_token'],
  scope: 'openid profile',
};
const server = await startTestServer({ clients: [cli, spa], clock: 'system' });
const person = await signedInPerson(server);
const file = join(await emptyFolder(), 'settings', 'logins.json');

/** Runs a command line whose output can be read while it waits. `later`: seconds that its clock is ahead. */
function start(argv: readonly string[], { later = 0, isTerminal = false } = {}) {
  const said = { output: '', errors: '' };
  const exitCode = run(argv, {
    write: (text) => {
      said.output += text;
    },
    writeError: (text) => {
      said.errors += text;
    },
    readInput: async () => '',
    isTerminal,
    env: { PIXY_LOGINS: file },
    now: () => Math.floor(Date.now() / 1_000) + later,
  });
  return { said, ended: exitCode.then((code) => ({ code, ...said })) };
}

const pixy = (argv: readonly string[], more = {}) => start(argv, more).ended;
const logins = () => JSON.parse(readFileSync(file, 'utf8'))[server.issuer];

test('somebody logs in on another screen, gets tokens that are refreshed, and logs out', async () => {
  const { said, ended } = start(['login', '--issuer', server.issuer], { isTerminal: true });
  await expect.poll(() => said.errors).toContain('enter the code');
  expect(said.errors).toContain(`Open ${server.issuer}/device`);
  expect(said.errors).toContain('▀▀▀▀▀▀▀');
  const [, userCode = ''] = /enter the code (\S+)/.exec(said.errors) ?? [];
  expect((await decideFor(person, userCode)).status).toBe(200);
  expect(await ended).toMatchObject({ code: 0, output: `Logged in at ${server.issuer} as ${ada.claims.sub}.\n` });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);

  const first = await pixy(['token']);
  expect((await userinfo(server, first.output.trim())).json).toMatchObject({ sub: ada.claims.sub });
  expect((await pixy(['token'])).output).toBe(first.output);
  const { refresh_token: before } = logins();
  const second = await pixy(['token', '--issuer', server.issuer, '--json'], { later: 3_590 });
  const { access_token } = JSON.parse(second.output);
  expect(claimsOf(access_token)['jti']).not.toBe(claimsOf(first.output)['jti']);
  expect(logins().refresh_token).not.toBe(before);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  expect(await pixy(['logout'])).toMatchObject({ code: 0, output: `Logged out at ${server.issuer}.\n` });
  expect((await userinfo(server, access_token)).status).toBe(401);
  expect(await pixy(['token'])).toMatchObject({
    code: 1,
    errors: 'error: Nobody is logged in: run pixy login first.\n',
  });
});

test.each([
  ['a client that is not registered', ['--client-id', 'nobody'], 'No client is registered with this client_id.'],
  ['a client that may not', ['--client-id', 'spa'], 'is not registered for this grant type'],
  ['a scope that the client may not have', ['--scope', 'pixy:write'], 'scope'],
])('login says why it was refused for %s', async (_, flags, text) => {
  const { code, errors } = await pixy(['login', '--issuer', server.issuer, ...flags]);
  expect(code).toBe(1);
  expect(errors).toContain(`error: ${server.issuer} refused: `);
  expect(errors).toContain(text);
});

test('a server that does not answer, and an address that is none, are told in a sentence', async () => {
  const closed = `http://127.0.0.1:${await freePort()}`;
  expect(await pixy(['login', '--issuer', closed])).toMatchObject({
    code: 1,
    errors: `error: ${closed} cannot be reached (ECONNREFUSED).\n`,
  });
  expect((await pixy(['login', '--issuer', 'http://sign-in.example.com'])).code).toBe(2);
});

test('of several logins, one has to be chosen; a broken file is named', async () => {
  const entry = { client_id: 'pixy-cli', access_token: 'x', expires_at: 4_000_000_000 };
  writeFileSync(file, JSON.stringify({ 'https://a.example': entry, 'https://b.example': entry }));
  expect((await pixy(['token'])).errors).toContain('--issuer https://a.example or https://b.example');
  expect(await pixy(['token', '--issuer', 'https://b.example'])).toMatchObject({ code: 0, output: 'x\n' });
  expect((await pixy(['token', '--issuer', 'https://c.example'])).errors).toContain('Nobody is logged in at https://c');
  writeFileSync(file, '{');
  expect((await pixy(['token'])).errors).toContain(`${file} cannot be read`);
});
