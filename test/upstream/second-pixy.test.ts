import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { web } from '../support/clients.ts';
import { newPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, claimsOf, parametersOf, redeem } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';
import { comeBack, targetOf, toProvider } from './flow.ts';

/* Pixy as the upstream of Pixy: the other one is `npm start` in a process of its own. */

const folder = mkdtempSync(join(tmpdir(), 'pixy-upstream-'));
const client = { ...web, first_party: true };
const secret = 'the secret that the other one knows us by';
const grace = { username: 'grace', password: 'a password of Grace', email: 'grace@upstream.example' };

const registered = {
  client_id: 'downstream',
  client_secret: secret,
  redirect_uris: ['http://localhost/upstream/pixy/callback'],
  first_party: true,
};
writeFileSync(join(folder, 'clients.json'), JSON.stringify([registered]));
const account = {
  ...grace,
  claims: { sub: 'grace-there', name: 'Grace Hopper', email: grace.email, email_verified: true },
};
writeFileSync(join(folder, 'accounts.json'), JSON.stringify([account]));
const { AWS_ENDPOINT_URL_DYNAMODB: _, ...env } = process.env;
const child = spawn(
  process.execPath,
  [
    'infra/local/start.ts',
    '--port',
    '0',
    '--data',
    'memory',
    '--clients',
    join(folder, 'clients.json'),
    '--accounts',
    join(folder, 'accounts.json'),
  ],
  { env, stdio: ['ignore', 'pipe', 'ignore'] },
);
afterAll(async () => {
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(folder, { recursive: true });
});
const issuer = await new Promise<string>((found) => {
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
    const [, running] = /running at (http:\/\/localhost:\d+)\n/.exec(output) ?? [];
    if (running !== undefined) found(running);
  });
});
const upstream = { port: Number(new URL(issuer).port) };
const upstreams = [{ id: 'pixy', name: 'The other one', issuer, client_id: 'downstream', client_secret: secret }];
writeFileSync(join(folder, 'upstreams.json'), JSON.stringify(upstreams));
const server = await startTestServer({ clients: [client], environment: { PIXY_UPSTREAMS: JSON.stringify(upstreams) } });

test('a person of the other one signs in here, and stays signed in at both', async () => {
  const [here, there] = [newPerson(server), newPerson(upstream)];
  const { verifier, challenge } = pkcePair();
  const target = authorizeTarget(client, { idp: 'pixy', code_challenge: challenge, scope: 'openid profile email' });
  const authorization = await toProvider(here, target);
  const callback = await there.authorize(targetOf(authorization), grace);
  const page = await comeBack(here, callback);
  const { code } = parametersOf(new URL(page.headers.location ?? ''));
  const { json } = await redeem(server, client, { code, code_verifier: verifier });
  const { sub, amr } = claimsOf(json.id_token);
  expect(sub).not.toBe('grace-there');
  expect(amr).toEqual(['pwd']);

  const again = newPerson(server);
  const silently = await there.authorize(targetOf(await toProvider(again, authorizeTarget(client, { idp: 'pixy' }))));
  expect((await comeBack(again, silently)).status).toBe(302);
});

test('nobody comes in with a code that was issued to another browser', async () => {
  const [here, other, there] = [newPerson(server), newPerson(server), newPerson(upstream)];
  const mine = await there.authorize(targetOf(await toProvider(here, authorizeTarget(client, { idp: 'pixy' }))), grace);
  const theirs = await there.authorize(targetOf(await toProvider(other, authorizeTarget(client, { idp: 'pixy' }))));
  theirs.searchParams.set('code', mine.searchParams.get('code') ?? '');
  const page = await comeBack(other, theirs);
  expect(page.body).toContain('Signing in with The other one did not work.');
  expect(other.cookies.has('pixy_session')).toBe(false);
});
