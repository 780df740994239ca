import { describe, expect, test } from 'vitest';
import { spa, type TestClient, webPost } from '../support/clients.ts';
import { type Outage, startDatabaseProxy } from '../support/database-proxy.ts';
import { type Fields, formType, send } from '../support/http.ts';
import {
  clientCredentials,
  type FullClient,
  introspect,
  machine,
  mobile,
  obtainTokens,
  portal,
  refresh,
  refreshed,
  revoke,
  type Tokens,
  userinfo,
  warehouse,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { basic, claimsOf } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

const tablet: FullClient = { ...mobile, client_id: 'tablet' };
const database = await startDatabaseProxy();
const server = await startTestServer({
  clients: [spa, webPost, mobile, tablet, portal, machine, warehouse],
  dynamodb: database.endpoint,
});
const person = await signedInPerson(server);

const newTokens = (client: TestClient = mobile) => obtainTokens(server, person, client);

/** Whether the tokens of a grant work, where that is checked. */
async function workingTokens({ access_token, refresh_token }: Tokens, client: TestClient = mobile) {
  const { status } = await userinfo(server, access_token);
  return { access: status === 200, refresh: (await refresh(server, client, refresh_token)).status === 200 };
}

const bothWork = { access: true, refresh: true };
const neitherWorks = { access: false, refresh: false };

describe('RV1: the client', () => {
  test('that is public revokes its token with its client_id', async () => {
    const tokens = await newTokens();
    expect((await revoke(server, mobile, { token: tokens.refresh_token })).status).toBe(200);
    expect(await workingTokens(tokens)).toEqual(neitherWorks);
  });

  test('that is confidential revokes its token when it authenticates', async () => {
    const tokens = await newTokens(portal);
    expect((await revoke(server, portal, { token: tokens.refresh_token })).status).toBe(200);
    expect(await workingTokens(tokens, portal)).toEqual(neitherWorks);
  });

  test.each<[string, Fields]>([
    ['without its secret', { client_id: portal.client_id }],
    ['with a wrong secret in the form', { client_id: portal.client_id, client_secret: 'wrong' }],
    ['unknown', { client_id: 'nobody' }],
  ])('%s is refused with 401, without a challenge, and the token stays', async (_, fields) => {
    const tokens = await newTokens(portal);
    const answer = await revoke(server, undefined, { token: tokens.refresh_token, ...fields });
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    expect(answer.headers).not.toHaveProperty('www-authenticate');
    expect(await workingTokens(tokens, portal)).toEqual(bothWork);
  });

  test('with a wrong secret in Basic is refused with 401 and a challenge, and the token stays', async () => {
    const tokens = await newTokens(portal);
    const answer = await revoke(server, { ...portal, client_secret: 'wrong' }, { token: tokens.refresh_token });
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
    expect(await workingTokens(tokens, portal)).toEqual(bothWork);
  });

  test('that is public has to name itself', async () => {
    const tokens = await newTokens();
    const { status } = await revoke(server, undefined, { token: tokens.refresh_token });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(await workingTokens(tokens)).toEqual(bothWork);
  });
});

describe('RV2: a token of another client', () => {
  test.each<['refresh_token' | 'access_token']>([['refresh_token'], ['access_token']])(
    'is refused and stays valid: the %s',
    async (name) => {
      const tokens = await newTokens();
      const { status, json } = await revoke(server, tablet, { token: tokens[name] });
      expect({ status, error: json['error'] }).toEqual({ status: 400, error: 'invalid_grant' });
      expect(await workingTokens(tokens)).toEqual(bothWork);
    },
  );
});

describe('RV3: a token that is worth nothing is as good as revoked: 200 and {}', () => {
  const nothing = { status: 200, json: {} };

  test.each([
    ['garbage', 'garbage'],
    ['of dots', '...'],
    ['like a refresh token', 'A'.repeat(112)],
    ['like a JWT', 'eyJhbGciOiJub25lIn0.e30.'],
    ['of 60,000 characters', 'x'.repeat(60_000)],
    ['the prototype', '__proto__'],
    ['beyond ASCII', '🔑\0'],
  ])('text that is no token: %s', async (_, token) => {
    expect(await revoke(server, mobile, { token })).toMatchObject(nothing);
  });

  test('a refresh token for the second time', async () => {
    const { refresh_token } = await newTokens();
    await revoke(server, mobile, { token: refresh_token });
    expect(await revoke(server, mobile, { token: refresh_token })).toMatchObject(nothing);
  });

  test('an access token whose grant was ended by its refresh token', async () => {
    const { refresh_token, access_token } = await newTokens();
    await revoke(server, mobile, { token: refresh_token });
    expect(await revoke(server, mobile, { token: access_token })).toMatchObject(nothing);
  });

  test('an access token that has expired', async () => {
    const { access_token } = await newTokens();
    server.clock.advance(3_600);
    expect(await revoke(server, mobile, { token: access_token })).toMatchObject(nothing);
  });

  test('an access token with another signature', async () => {
    const { access_token = '' } = await newTokens();
    const [header, payload] = access_token.split('.');
    const { access_token: another = '' } = await newTokens();
    const token = `${header}.${payload}.${another.split('.')[2]}`;
    expect(await revoke(server, mobile, { token })).toMatchObject(nothing);
    expect((await userinfo(server, access_token)).status).toBe(200);
  });

  test('is JSON that nobody keeps', async () => {
    const { headers, body } = await revoke(server, mobile, { token: 'garbage' });
    expect(body).toBe('{}');
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  });
});

describe('RV4: a revocation ends the whole grant', () => {
  test('by its refresh token', async () => {
    const tokens = await newTokens();
    await revoke(server, mobile, { token: tokens.refresh_token, token_type_hint: 'refresh_token' });
    expect(await workingTokens(tokens)).toEqual(neitherWorks);
  });

  test('by its access token', async () => {
    const tokens = await newTokens();
    await revoke(server, mobile, { token: tokens.access_token, token_type_hint: 'access_token' });
    expect(await workingTokens(tokens)).toEqual(neitherWorks);
  });

  test('by a refresh token that was replaced already', async () => {
    const first = await newTokens();
    const second = await refreshed(server, mobile, first.refresh_token);
    await revoke(server, mobile, { token: first.refresh_token });
    expect(await workingTokens(second)).toEqual(neitherWorks);
  });

  test('for introspection, too', async () => {
    const { access_token, refresh_token } = await newTokens();
    await revoke(server, mobile, { token: refresh_token });
    expect((await introspect(server, warehouse, { token: access_token })).json).toEqual({ active: false });
  });

  test('and no other grant of the person', async () => {
    const [one, other] = [await newTokens(), await newTokens()];
    await revoke(server, mobile, { token: one.refresh_token });
    expect(await workingTokens(other)).toEqual(bothWork);
  });
});

describe('RV5: the hint', () => {
  test.each<['refresh_token' | 'access_token', string]>([
    ['refresh_token', 'access_token'],
    ['access_token', 'refresh_token'],
    ['refresh_token', 'urn:example:unheard-of'],
    ['access_token', 'id_token'],
    ['refresh_token', ''],
  ])('of a %s may be wrong or unknown: %j', async (name, token_type_hint) => {
    const tokens = await newTokens();
    expect((await revoke(server, mobile, { token: tokens[name], token_type_hint })).status).toBe(200);
    expect(await workingTokens(tokens)).toEqual(neitherWorks);
  });
});

describe('RV6, H9: the database fails', () => {
  const outages: [string, Outage][] = [
    ['no connection', 'cut'],
    ['an error inside', { status: 500, type: 'InternalServerError' }],
    ['no permission', { status: 400, type: 'AccessDeniedException' }],
    ['no table', { status: 400, type: 'ResourceNotFoundException' }],
  ];

  test.each(outages)('%s: 503 with Retry-After, never 200, and a later try works', async (_, outage) => {
    const tokens = await newTokens();
    const answer = await database.during(outage, () => revoke(server, mobile, { token: tokens.refresh_token }));
    expect(answer).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable' } });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await revoke(server, mobile, { token: tokens.refresh_token })).status).toBe(200);
    expect(await workingTokens(tokens)).toEqual(neitherWorks);
  });

  test.each<['refresh_token' | 'access_token']>([['refresh_token'], ['access_token']])(
    'a %s that was not revoked is not said to be',
    async (name) => {
      const tokens = await newTokens();
      const answer = await database.during('cut', () => revoke(server, mobile, { token: tokens[name] }));
      expect(answer.status).toBe(503);
      expect(await workingTokens(tokens)).toEqual(bothWork);
    },
  );
});

describe('RV7: an access token that stands for itself', () => {
  test('is said not to be revocable', async () => {
    const { json } = await clientCredentials(server, machine);
    const answer = await revoke(server, machine, { token: json.access_token });
    expect(answer).toMatchObject({ status: 400, json: { error: 'unsupported_token_type' } });
  });

  test('of another client is refused', async () => {
    const { json } = await clientCredentials(server, machine);
    const answer = await revoke(server, portal, { token: json.access_token });
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  });

  test('of a person is dead where the grant is asked, and its own exp is at most an hour away elsewhere', async () => {
    const { access_token } = await newTokens();
    await revoke(server, mobile, { token: access_token });
    expect((await userinfo(server, access_token)).status).toBe(401);
    expect(Number(claimsOf(access_token)['exp']) - server.clock.now()).toBeLessThanOrEqual(3_600);
  });
});

describe('the request', () => {
  test('without a token is invalid', async () => {
    const answer = await revoke(server, mobile, {});
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
  });

  test('OA5: with the token twice is invalid', async () => {
    const body = 'client_id=mobile&token=a&token=b';
    const answer = await send(server.port, '/revoke', { method: 'POST', headers: formType, body });
    expect({ status: answer.status, error: JSON.parse(answer.body).error }).toEqual({
      status: 400,
      error: 'invalid_request',
    });
  });

  test('with the token in the address revokes nothing', async () => {
    const tokens = await newTokens();
    const target = `/revoke?client_id=mobile&token=${tokens.refresh_token}`;
    const { status } = await send(server.port, target, { method: 'POST', headers: formType, body: '' });
    expect(status).toBe(400);
    expect(await workingTokens(tokens)).toEqual(bothWork);
  });

  test.each(['GET', 'PUT', 'DELETE', 'HEAD'])('by %s is 405 with Allow', async (method) => {
    const { status, headers } = await send(server.port, '/revoke', { method });
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'POST' });
  });

  test.each(['application/json', 'text/plain', ''])('as %j is 415', async (type) => {
    const headers = { 'content-type': type, authorization: basic(portal) };
    const { status } = await send(server.port, '/revoke', { method: 'POST', headers, body: '{"token":"x"}' });
    expect(status).toBe(415);
  });

  test('H18: never puts a token into the log', async () => {
    const { access_token = '', refresh_token = '' } = await newTokens();
    await revoke(server, mobile, { token: access_token });
    await revoke(server, tablet, { token: refresh_token });
    const log = server.auditLines.join('\n');
    for (const secret of [access_token, refresh_token]) expect(log).not.toContain(secret);
  });
});
