import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { NoIssuer, startLocalApi } from '../../examples/protected-api/local-api.ts';
import { ordersScope } from '../../examples/protected-api/orders.ts';
import { send } from '../support/http.ts';
import { clientCredentials, type FullClient, mobile, obtainTokens, registerApi } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { ada, startTestServer } from '../support/server.ts';

/* The example on this machine, with the clients that its README uses, in front of tokens of a running server. */

const clients = JSON.parse(readFileSync('examples/protected-api/clients.json', 'utf8')) as FullClient[];
const [report = expect.unreachable(), importer = expect.unreachable()] = clients;
const shop: FullClient = { ...mobile, client_id: 'shop', scope: `openid ${ordersScope}` };
const elsewhere = 'https://api.example/elsewhere';

const server = await startTestServer({ clients: [...clients, shop], clock: 'system' });
await registerApi({ resource: elsewhere, scope: [ordersScope] });
const api = await startLocalApi(0, server.issuer, [ordersScope]);
afterAll(() => api.close());

const ask = async (authorization: string | undefined, method = 'GET') => {
  const { port, pathname } = new URL(api.url);
  const { status, headers, body } = await send(Number(port), pathname, {
    method,
    headers: authorization === undefined ? {} : { authorization },
  });
  return { status, challenge: headers['www-authenticate'], json: JSON.parse(body) };
};

const tokenOf = async (client: FullClient, fields = {}) =>
  `Bearer ${(await clientCredentials(server, client, fields)).json.access_token}`;

describe('401 Unauthorized', () => {
  test('without a token', async () => {
    expect(await ask(undefined)).toEqual({ status: 401, challenge: 'Bearer', json: { message: 'Unauthorized' } });
  });

  test.each(['Bearer nonsense', 'Basic b3JkZXJz', 'Bearer a.b.c'])('with %s', async (authorization) => {
    const { status, challenge } = await ask(authorization);
    expect({ status, challenge }).toEqual({
      status: 401,
      challenge: `Bearer scope="${ordersScope}" error="invalid_token"`,
    });
  });

  test('with a token for another API', async () => {
    expect(await ask(await tokenOf(report, { resource: elsewhere }))).toMatchObject({ status: 401 });
  });

  test('with an ID token', async () => {
    const person = await signedInPerson(server);
    const { id_token } = await obtainTokens(server, person, shop, { scope: 'openid' });
    expect(await ask(`Bearer ${id_token}`)).toMatchObject({ status: 401 });
  });
});

test('403 Forbidden with a token that lacks the scope', async () => {
  expect(await ask(await tokenOf(importer))).toEqual({
    status: 403,
    challenge: `Bearer scope="${ordersScope}" error="insufficient_scope"`,
    json: { message: 'Forbidden' },
  });
});

test('404 Not Found for a method that has no route', async () => {
  expect(await ask(await tokenOf(report), 'POST')).toMatchObject({ status: 404, json: { message: 'Not Found' } });
});

describe('200 with the orders', () => {
  test('of the program that asks for itself', async () => {
    expect(await ask(await tokenOf(report))).toMatchObject({
      status: 200,
      json: { sub: 'orders-report', client_id: 'orders-report', orders: [{ id: 1 }] },
    });
  });

  test('of the person who signed in', async () => {
    const person = await signedInPerson(server);
    const { access_token } = await obtainTokens(server, person, shop, { scope: `openid ${ordersScope}` });
    const { status, json } = await ask(`Bearer ${access_token}`);
    expect({ status, sub: json.sub, client: json.client_id }).toEqual({
      status: 200,
      sub: ada.claims.sub,
      client: 'shop',
    });
  });
});

test('does not start for an issuer that does not answer, or answers as another one', async () => {
  await expect(startLocalApi(0, 'http://localhost:9', [ordersScope])).rejects.toThrow(NoIssuer);
  const other = server.issuer.replace('localhost', '127.0.0.1');
  await expect(startLocalApi(0, other, [ordersScope])).rejects.toThrow(
    `${other}/.well-known/openid-configuration is not the metadata of ${other}.`,
  );
});
