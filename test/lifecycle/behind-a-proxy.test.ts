import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { send } from '../support/http.ts';
import { type FullClient, portal } from '../support/lifecycle.ts';
import { formTokenOf, newPerson } from '../support/person.ts';
import { claimsOf, obtainCode, redeem } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

/* C4: a local run whose TLS is done by a proxy in front of it. */

let logoutTokens = 0;
const app = createServer((request, response) => {
  logoutTokens += 1;
  request.resume();
  response.writeHead(200).end();
});
await once(app.listen(0, '127.0.0.1'), 'listening');
afterAll(() => {
  app.close();
  app.closeAllConnections();
});
const client: FullClient & { backchannel_logout_uri: string } = {
  ...portal,
  backchannel_logout_uri: `http://127.0.0.1:${(app.address() as AddressInfo).port}/bye`,
};

const issuer = 'https://sign-in.example.com';
const server = await startTestServer({ clients: [client], issuer });
const statusFor = async (host: string) => (await send(server.port, '/jwks', { headers: { host } })).status;

describe('C4: a server with an issuer of its own', () => {
  test('names its endpoints by it', async () => {
    const metadata = JSON.parse((await send(server.port, '/.well-known/openid-configuration')).body);
    expect(server.issuer).toBe(issuer);
    expect(metadata).toMatchObject({ issuer, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks` });
  });

  test.each(['sign-in.example.com', 'SIGN-IN.example.com:443', 'sign-in.example.com:8443', 'localhost:3000'])(
    'answers to the Host %s, whichever a proxy sends',
    async (host) => {
      expect(await statusFor(host)).toBe(200);
    },
  );

  test.each(['example.com', 'sign-in.example.com.evil.example', 'evil.example:443', 'a.sign-in.example.com'])(
    'answers to no other Host: %s',
    async (host) => {
      expect(await statusFor(host)).toBe(403);
    },
  );

  test('signs people in with cookies for https alone, and tells a client on this machine when they leave', async () => {
    const person = newPerson(server);
    const { code, verifier } = await obtainCode(person, client);
    const { json } = await redeem(server, client, { code, code_verifier: verifier });
    expect(claimsOf(json.id_token)).toMatchObject({ iss: issuer, aud: client.client_id });
    expect([...person.cookies.keys()].filter((name) => !name.startsWith('__Host-'))).toEqual([]);

    const page = await person.open('/sign-out');
    const left = await person.submit(page, { form_token: formTokenOf(page) });
    expect(left.headers['set-cookie']?.join()).toMatch(/^__Host-pixy_session=;.*; Secure/);
    expect(logoutTokens).toBe(1);
  });

  test('S2: takes no session from a cookie with U+00A0 before its name, as another host may have set it', async () => {
    const person = newPerson(server);
    await obtainCode(person, client);
    const session = person.cookies.get('__Host-pixy_session');
    const statusWith = async (cookie: string) => (await send(server.port, '/account', { headers: { cookie } })).status;
    expect(await statusWith(`a=b; __Host-pixy_session=${session}`)).toBe(200);
    expect(await statusWith(`\u00a0__Host-pixy_session=${session}`)).toBe(303);
    expect(await statusWith(`a=b; \u00a0__Host-pixy_session=${session}`)).toBe(303);
  });
});
