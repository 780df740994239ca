import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { spa, webPost } from '../support/clients.ts';
import type { Fields } from '../support/http.ts';
import {
  clientCredentials,
  type FullClient,
  introspect,
  machine,
  obtainTokens,
  portal,
  userinfo,
  warehouse,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { claimsOf, headerOf, postToken } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';

/** Acts for people and for itself. */
const service: FullClient = {
  ...portal,
  client_id: 'service',
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
};
const bare: FullClient = { ...machine, client_id: 'bare', scope: '' };
const server = await startTestServer({ clients: [spa, webPost, machine, service, bare, warehouse, portal] });

const newToken = async (client: FullClient = machine, fields: Fields = {}) => {
  const { status, json, body } = await clientCredentials(server, client, fields);
  if (status !== 200) throw new Error(`expected a token, got ${status} ${body}`);
  return json;
};

describe('the answer', () => {
  test('OA18: has an access token, its type, its lifetime and its scope, and nothing else', async () => {
    const { status, headers, json } = await clientCredentials(server, machine);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(json).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: 'api:read api:write',
    });
  });

  test('OA17: has no refresh token, even for a client that is registered for them', async () => {
    expect(await newToken(service)).not.toHaveProperty('refresh_token');
  });

  test('OC5: has no ID token', async () => {
    expect(await newToken(service)).not.toHaveProperty('id_token');
  });

  test('20: leaves the scope out when there is none', async () => {
    expect(await newToken(bare)).not.toHaveProperty('scope');
  });
});

describe('AT1, AT2: the access token', () => {
  test('is a JWT of RFC 9068 without anything about a person', async () => {
    const { access_token } = await newToken();
    expect(headerOf(access_token)).toEqual({ alg: 'RS256', kid: expect.any(String), typ: 'at+jwt' });
    expect(claimsOf(access_token)).toEqual({
      iss: server.issuer,
      sub: machine.client_id,
      aud: server.issuer,
      client_id: machine.client_id,
      scope: 'api:read api:write',
      iat: server.clock.now(),
      exp: server.clock.now() + 3_600,
      jti: expect.any(String),
    });
  });

  test('is another one every time', async () => {
    const [one, other] = [await newToken(), await newToken()];
    expect(claimsOf(one.access_token)['jti']).not.toBe(claimsOf(other.access_token)['jti']);
  });

  test('is active at introspection', async () => {
    const { access_token } = await newToken();
    const { json } = await introspect(server, warehouse, { token: access_token });
    expect(json).toMatchObject({ active: true, sub: machine.client_id });
  });
});

describe('AT5, BP22: the subject', () => {
  test('is the client, also where the client acts for people as well', async () => {
    const person = await signedInPerson(server);
    const ofPerson = await obtainTokens(server, person, service);
    const ofClient = await newToken(service);
    expect(claimsOf(ofClient.access_token)['sub']).toBe(service.client_id);
    expect(claimsOf(ofPerson.access_token)['sub']).not.toBe(claimsOf(ofClient.access_token)['sub']);
  });

  test('of a new account is random, so no client id can be chosen to be the same', async () => {
    const accounts = accountStore(openDatabase(), tables.people);
    const { sub } = await accounts.put({ username: machine.client_id, password: 'a password', claims: {} });
    expect(sub).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  test('is nobody at userinfo, whatever the client asks for', async () => {
    const { access_token } = await newToken(service);
    expect((await userinfo(server, access_token)).status).toBe(403);
  });
});

describe('the scope', () => {
  test('is what was asked for, as far as the client is registered for it', async () => {
    expect((await newToken(machine, { scope: 'api:write admin' })).scope).toBe('api:write');
  });

  test('OA11: of which nothing is registered is invalid', async () => {
    const { status, json } = await clientCredentials(server, machine, { scope: 'admin' });
    expect({ status, error: json.error }).toEqual({ status: 400, error: 'invalid_scope' });
  });

  test.each(['openid', 'openid profile', 'email', 'offline_access'])(
    'has nothing about people: %s is invalid',
    async (scope) => {
      const { status, json } = await clientCredentials(server, service, { scope });
      expect({ status, error: json.error }).toEqual({ status: 400, error: 'invalid_scope' });
    },
  );

  test.each([
    ['registered for it', 'openid', 'scope_about_people'],
    ['not registered for it', 'openid address admin', 'scope_about_people'],
    ['not registered for anything that it asks for', 'admin', 'scope_not_registered'],
    ['that writes it wrongly', 'openid "admin"', 'scope_malformed'],
  ])('about people is refused as such: a client %s', async (_, scope, reason) => {
    expect((await clientCredentials(server, service, { scope })).json).toMatchObject({ reason });
  });

  test('without a request is what the client is registered for, without what is about people', async () => {
    expect((await newToken(service)).scope).toBe('api:read');
  });
});

describe('OA17: a client', () => {
  test('that is public is not authorized', async () => {
    const { status, json } = await clientCredentials(server, spa);
    expect({ status, error: json.error }).toEqual({ status: 400, error: 'unauthorized_client' });
  });

  test('that is public cannot be registered for it', async () => {
    const registered = await parseRegistration({ ...spa, grant_types: ['authorization_code', 'client_credentials'] });
    expect(registered).toMatchObject({ ok: false, refusal: { member: 'grant_types' } });
  });

  test('OA20: that is registered for people alone is not authorized', async () => {
    const { status, json } = await clientCredentials(server, portal);
    expect({ status, error: json.error }).toEqual({ status: 400, error: 'unauthorized_client' });
  });

  test('OA20: that is registered for itself alone sends nobody to sign in', async () => {
    const person = await signedInPerson(server);
    const page = await person.open(
      `/authorize?response_type=code&client_id=${machine.client_id}&redirect_uri=https%3A%2F%2Fmachine.example%2F`,
    );
    expect(page.status).toBe(400);
    expect(page.headers).not.toHaveProperty('location');
  });

  test.each<[string, Fields]>([
    ['without its secret', { client_id: machine.client_id }],
    ['with a wrong secret', { client_id: machine.client_id, client_secret: 'wrong' }],
    ['unknown', { client_id: 'nobody', client_secret: 'x' }],
  ])('%s is refused with 401', async (_, fields) => {
    const { status, json } = await postToken(server, { grant_type: 'client_credentials', ...fields });
    expect({ status, error: json.error }).toEqual({ status: 401, error: 'invalid_client' });
  });
});
