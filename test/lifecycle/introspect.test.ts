import { generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { scopeStore } from '../../shared/apis/api-store.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { spa, type TestClient, webPost } from '../support/clients.ts';
import { formType, send } from '../support/http.ts';
import {
  clientCredentials,
  deregisterApi,
  type FullClient,
  introspect,
  machine,
  mobile,
  obtainTokens,
  portal,
  refreshed,
  registerApi,
  revoke,
  warehouse,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { claimsOf, redeem } from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

const depot: FullClient = { ...warehouse, client_id: 'depot', token_endpoint_auth_method: 'client_secret_post' };
const payroll: FullClient = { ...mobile, client_id: 'payroll', scope: 'openid api:read staff' };
/** Has claims that are called like members of an answer of this endpoint, as directories have them. */
const grace = {
  username: 'grace',
  password: '',
  claims: { sub: 'grace-0001', active: false, token_type: 'badge', username: 'gh' },
};
const server = await startTestServer({
  clients: [spa, webPost, mobile, portal, machine, warehouse, depot, payroll],
  accounts: [ada, grace],
});
const person = await signedInPerson(server);
await scopeStore(openDatabase(), tables.clients, () => 0).put(
  { value: 'staff', claims: ['active', 'token_type', 'username'] },
  { by: 'test', why: '' },
);

const catalog = 'https://api.example/catalog';
const orders = 'https://api.example/orders';
const unasked = 'https://api.example/unasked';
await registerApi({ resource: catalog, scope: ['api:read'], introspectedBy: ['depot'] });
await registerApi({ resource: orders, scope: ['api:write'], introspectedBy: ['depot', 'warehouse'] });
await registerApi({ resource: unasked, scope: ['api:read'] });
const mail = 'https://api.example/mail';
await registerApi({ resource: mail, scope: ['api:read'], accessTokenClaims: true, introspectedBy: ['warehouse'] });

const newTokens = (client: TestClient = mobile) =>
  obtainTokens(server, person, client, { scope: 'openid email api:read' });

describe('an active token', () => {
  test('2.2: is described by its own claims', async () => {
    const { access_token } = await newTokens();
    const { status, json } = await introspect(server, warehouse, { token: access_token });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      active: true,
      scope: 'openid email api:read',
      client_id: mobile.client_id,
      token_type: 'Bearer',
      exp: server.clock.now() + 3_600,
      iat: server.clock.now(),
      sub: ada.claims.sub,
      aud: server.issuer,
      iss: server.issuer,
      jti: claimsOf(access_token)['jti'],
    });
  });

  test('of a refresh is active', async () => {
    const { refresh_token } = await newTokens();
    const { access_token } = await refreshed(server, mobile, refresh_token);
    expect((await introspect(server, warehouse, { token: access_token })).json).toMatchObject({ active: true });
  });

  test('of a client itself is active, with the client as its subject', async () => {
    const { json } = await clientCredentials(server, machine);
    expect((await introspect(server, warehouse, { token: json.access_token })).json).toMatchObject({
      active: true,
      sub: machine.client_id,
      client_id: machine.client_id,
    });
  });

  test('tells nothing about the person but the subject', async () => {
    const { access_token } = await newTokens();
    const { json } = await introspect(server, warehouse, { token: access_token });
    for (const name of ['email', 'name', 'username']) expect(json).not.toHaveProperty(name);
  });

  test.each([
    ['profile', ada.username],
    ['email', undefined],
  ])(
    '2.2: names the person if the API has claims in its tokens and the scope brings the name: %s',
    async (value, username) => {
      const asked = { scope: `openid ${value} api:read`, resource: mail };
      const { access_token } = await obtainTokens(server, person, mobile, asked);
      const { json } = await introspect(server, warehouse, { token: access_token });
      expect({ active: json['active'], username: json['username'] }).toEqual({ active: true, username });
      expect(claimsOf(access_token)).not.toHaveProperty('username');
    },
  );

  test('2.2: is active and of its type, whatever claims of these names the API has in its tokens', async () => {
    const asked = { scope: 'openid api:read staff', resource: mail };
    const { access_token } = await obtainTokens(server, await signedInPerson(server, grace), payroll, asked);
    expect(claimsOf(access_token)).toMatchObject({ active: false, token_type: 'badge' });
    const { json } = await introspect(server, warehouse, { token: access_token });
    expect(json).toMatchObject({ active: true, token_type: 'Bearer', username: 'gh' });
  });

  test('is JSON that nobody keeps', async () => {
    const { access_token } = await newTokens();
    const { headers } = await introspect(server, warehouse, { token: access_token });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  });

  test.each(['access_token', 'refresh_token', 'urn:example:unheard-of'])(
    '2.1: is active whatever the hint says: %s',
    async (token_type_hint) => {
      const { access_token } = await newTokens();
      const { json } = await introspect(server, warehouse, { token: access_token, token_type_hint });
      expect(json).toMatchObject({ active: true });
    },
  );
});

describe('IN1: a resource server', () => {
  test('that does not authenticate is refused with 401', async () => {
    const { access_token } = await newTokens();
    const { status, json } = await introspect(server, undefined, { token: access_token });
    expect(status).toBe(401);
    expect(json).not.toHaveProperty('active');
  });

  test('that only names itself is refused with 401', async () => {
    const { access_token } = await newTokens();
    const { status, json } = await introspect(server, undefined, { token: access_token, client_id: 'warehouse' });
    expect({ status, error: json['error'] }).toEqual({ status: 401, error: 'invalid_client' });
  });

  test('with a wrong secret is refused with 401 and a challenge', async () => {
    const { access_token } = await newTokens();
    const answer = await introspect(server, { ...warehouse, client_secret: 'wrong' }, { token: access_token });
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
  });

  test('may authenticate in the form when it is registered for that', async () => {
    const { access_token } = await newTokens();
    expect((await introspect(server, depot, { token: access_token })).json).toMatchObject({ active: true });
  });

  test('that only shows an access token is refused', async () => {
    const { access_token } = await newTokens();
    const headers = { ...formType, authorization: `Bearer ${access_token}` };
    const answer = await send(server.port, '/introspect', { method: 'POST', headers, body: `token=${access_token}` });
    expect(answer.status).toBe(401);
  });

  test('that cannot authenticate may not introspect, whatever it is registered with', async () => {
    const { access_token } = await newTokens();
    const open: FullClient = { ...mobile, client_id: 'open', may_introspect: true };
    const registered = await parseRegistration(open);
    if (registered.ok) {
      const clients = clientStore(openDatabase(), tables.clients, server.clock.now);
      await clients.put('open', registered.value, { by: 'test', why: 'test' });
    }
    const { json } = await introspect(server, open, { token: access_token });
    expect(json).toHaveProperty('error');
  });
});

describe('IN2: a token that is not active: {"active":false} and nothing else', () => {
  const inactive = { status: 200, body: '{"active":false}' };
  const asked = async (token: string | undefined) => {
    const { status, body } = await introspect(server, warehouse, { token });
    return { status, body };
  };

  test.each([
    ['garbage', 'garbage'],
    ['dots', '..'],
    ['60,000 characters', 'x'.repeat(60_000)],
    ['characters beyond ASCII', '🔑\0'],
    ['an unsigned JWT', 'eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.'],
    ['the prototype', '__proto__'],
  ])('%s', async (_, token) => {
    expect(await asked(token)).toEqual(inactive);
  });

  test('one that has expired', async () => {
    const { access_token } = await newTokens();
    server.clock.advance(3_599);
    expect((await introspect(server, warehouse, { token: access_token })).json).toMatchObject({ active: true });
    server.clock.advance(1);
    expect(await asked(access_token)).toEqual(inactive);
  });

  test('one that was revoked', async () => {
    const { access_token } = await newTokens();
    await revoke(server, mobile, { token: access_token });
    expect(await asked(access_token)).toEqual(inactive);
  });

  test('OA13: one of a code that was replayed', async () => {
    const { access_token, code, verifier } = await newTokens();
    await redeem(server, mobile, { code, code_verifier: verifier });
    expect(await asked(access_token)).toEqual(inactive);
  });

  test('one with another payload', async () => {
    const { access_token = '' } = await newTokens();
    const [header, , signature] = access_token.split('.');
    const payload = Buffer.from(JSON.stringify({ ...claimsOf(access_token), scope: 'admin' })).toString('base64url');
    expect(await asked(`${header}.${payload}.${signature}`)).toEqual(inactive);
  });

  test('one that says all the right things and is signed by somebody else', async () => {
    const { access_token = '' } = await newTokens();
    const { privateKey } = await generateKeyPair('EdDSA');
    const forged = await new SignJWT(claimsOf(access_token))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt' })
      .sign(privateKey);
    expect(await asked(forged)).toEqual(inactive);
  });

  test('is JSON that nobody keeps', async () => {
    const { headers } = await introspect(server, warehouse, { token: 'garbage' });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  });
});

describe('IN2: a token for an API', () => {
  const tokenFor = async (resource: string, scope?: string) =>
    (await clientCredentials(server, machine, { resource, scope })).json.access_token;

  test('is active for a client that introspects for the API', async () => {
    const token = await tokenFor(catalog);
    expect((await introspect(server, depot, { token })).json).toMatchObject({ active: true, aud: catalog });
  });

  test('of somebody else is not active, and no reason is told', async () => {
    const { status, body } = await introspect(server, warehouse, { token: await tokenFor(catalog) });
    expect({ status, body }).toEqual({ status: 200, body: '{"active":false}' });
  });

  test('that nobody introspects for is active for no client', async () => {
    const token = await tokenFor(unasked);
    for (const client of [warehouse, depot]) {
      expect((await introspect(server, client, { token })).body).toBe('{"active":false}');
    }
  });

  test('is active for every client that introspects for the API', async () => {
    const token = await tokenFor(orders);
    for (const client of [warehouse, depot]) {
      expect((await introspect(server, client, { token })).json).toMatchObject({ active: true });
    }
  });

  test('that was deregistered is active for nobody after 30 seconds', async () => {
    await registerApi({ resource: 'urn:example:short', scope: ['api:read'], introspectedBy: ['depot'] });
    server.clock.advance(31);
    const token = await tokenFor('urn:example:short');
    expect((await introspect(server, depot, { token })).json).toMatchObject({ active: true });
    await deregisterApi('urn:example:short');
    server.clock.advance(31);
    expect((await introspect(server, depot, { token })).body).toBe('{"active":false}');
  });

  test('that is the default audience is active for all that may introspect', async () => {
    const token = (await clientCredentials(server, machine)).json.access_token;
    for (const client of [warehouse, depot]) {
      expect((await introspect(server, client, { token })).json).toMatchObject({ active: true });
    }
  });
});

describe('IN3: a client that is not registered to introspect', () => {
  test.each<[string, FullClient]>([
    ['public', mobile],
    ['confidential', portal],
    ['for itself alone', machine],
  ])('learns nothing about a token: %s', async (_, client) => {
    const { access_token } = await newTokens(client === machine ? mobile : client);
    const { status, json } = await introspect(server, client, { token: access_token });
    expect(status).toBe(403);
    expect(json).not.toHaveProperty('active');
  });

  test('gets the same answer for a token as for garbage', async () => {
    const { access_token } = await newTokens();
    const [token, garbage] = [
      await introspect(server, portal, { token: access_token }),
      await introspect(server, portal, { token: 'garbage' }),
    ];
    expect({ status: token.status, body: token.body }).toEqual({ status: garbage.status, body: garbage.body });
  });
});

describe('IN4: what is no access token is never active', () => {
  test.each(['id_token', 'refresh_token', 'code'] as const)('the %s', async (name) => {
    const tokens = await newTokens();
    const { body } = await introspect(server, warehouse, { token: tokens[name] });
    expect(body).toBe('{"active":false}');
  });

  test('the session of the person', async () => {
    for (const token of person.cookies.values()) {
      expect((await introspect(server, warehouse, { token })).body).toBe('{"active":false}');
    }
  });
});

describe('the request', () => {
  test('without a token is invalid', async () => {
    const answer = await introspect(server, warehouse, {});
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
  });

  test.each(['GET', 'PUT', 'DELETE', 'HEAD'])('by %s is 405 with Allow', async (method) => {
    const { status, headers } = await send(server.port, '/introspect', { method });
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'POST' });
  });

  test('may be of no script of another origin', async () => {
    const { headers } = await introspect(server, warehouse, { token: 'garbage' });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});
