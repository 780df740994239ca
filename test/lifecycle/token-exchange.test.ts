import { beforeAll, describe, expect, test } from 'vitest';
import { checkToken } from '../../functions/check-token/check-token.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { markReader } from '../../shared/clients/mark-reader.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { subjectStore } from '../../shared/grants/subject-store.ts';
import { encodePairs } from '../../shared/oauth/parameters.ts';
import { tokenExchange } from '../../shared/oauth/server-metadata.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { proofVerifier } from '../../shared/proof/proof-verifier.ts';
import { act } from '../people/account-flows.ts';
import { encodeFields, type Fields, send } from '../support/http.ts';
import {
  clientCredentials,
  credentialsOf,
  type FullClient,
  introspect,
  machine,
  mobile,
  registerApi,
  revoke,
  userinfo,
  warehouse,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, claimsOf, parametersOf, postToken, redeem } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';

const orders = 'https://api.example/orders';
const billing = 'https://api.example/billing';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';

const scope = 'openid profile offline_access orders:read orders:write billing:read';
/** What people sign in to: an app with refresh tokens, and one without. */
const app: FullClient = { ...mobile, client_id: 'app', scope };
const page: FullClient = { ...app, client_id: 'page', grant_types: ['authorization_code'] };
/** Whose tokens only one agent may exchange. */
const picky: FullClient & { may_act: string } = { ...app, client_id: 'picky', may_act: 'agent' };

const agentNamed = (client_id: string, more = {}): FullClient => ({
  ...machine,
  client_id,
  client_name: `The ${client_id}`,
  grant_types: [tokenExchange],
  scope: 'openid profile orders:read orders:write billing:read unasked',
  ...more,
});
const agent = agentNamed('agent');
const narrow = agentNamed('narrow', { scope: 'orders:read' });
const others = ['a1', 'a2', 'a3', 'a4', 'a5'].map((id) => agentNamed(id));

const server = await startTestServer({
  clients: [app, page, picky, agent, narrow, ...others, machine, { ...warehouse, scope: 'openid' }],
  environment: { PIXY_TOKEN_EXCHANGE: 'on' },
});
const accounts = accountStore(openDatabase(), tables.people);

beforeAll(async () => {
  await registerApi({ resource: orders, scope: ['orders:read', 'orders:write'], introspectedBy: ['warehouse'] });
  await registerApi({
    resource: billing,
    scope: ['billing:read'],
    introspectedBy: ['warehouse'],
    accessTokenLifetime: 300,
  });
});

const now = () => server.clock.now();

/** What an app got from Ada, a second after whatever was done before. */
async function tokensOf(client = app, resources = [orders, billing], asked = scope) {
  server.clock.advance(1);
  const person = await signedInPerson(server);
  const { verifier, challenge } = pkcePair();
  const named = resources.map((resource) => `&resource=${encodeURIComponent(resource)}`).join('');
  const target = authorizeTarget(client, { scope: asked, code_challenge: challenge });
  const { code } = parametersOf(await person.authorize(target + named));
  const { status, json, body } = await redeem(server, client, { code, code_verifier: verifier });
  if (status !== 200) throw new Error(`expected tokens, got ${status} ${body}`);
  return { person, ...json };
}

async function exchange(subjectToken: string | undefined, fields: Fields = {}, client = agent) {
  const { headers, fields: credentials } = credentialsOf(client);
  const form = { grant_type: tokenExchange, subject_token: subjectToken, subject_token_type: accessToken };
  return postToken(server, { ...credentials, ...form, ...fields }, headers);
}
async function exchanged(...request: Parameters<typeof exchange>) {
  const { status, json, body } = await exchange(...request);
  if (status !== 200) throw new Error(`expected a token, got ${status} ${body}`);
  return json;
}
const reasonOf = async (...request: Parameters<typeof exchange>) => {
  const { status, json } = await exchange(...request);
  return `${status} ${json.error} ${json.error_uri?.split('#')[1]}`;
};
const isActive = async (token: string | undefined) => (await introspect(server, warehouse, { token })).json['active'];

/** Whether the REST authorizer lets a token through to the orders. */
async function passes(token: string | undefined): Promise<boolean> {
  const publishedKeys = async () => JSON.parse((await send(server.port, '/jwks')).body);
  const subjects = subjectStore(openDatabase(), tables);
  return (
    await checkToken(token === undefined ? undefined : { scheme: 'Bearer', token }, undefined, {
      issuer: server.issuer,
      audience: [orders],
      scope: [],
      publishedKeys,
      subjects,
      findMark: markReader(openDatabase(), tables.clients, now),
      verifyProof: proofVerifier(async () => expect.unreachable(), now),
      now,
    })
  ).ok;
}

describe('TX1, TX3, TX7: an exchange', () => {
  test('gives the client a token of its own, with which it acts for the person, and nothing besides', async () => {
    const { access_token } = await tokensOf();
    const { status, json, headers } = await exchange(access_token);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(json).toEqual({
      access_token: expect.any(String),
      issued_token_type: accessToken,
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'openid profile orders:read orders:write billing:read',
    });
    const [subject, claims] = [claimsOf(access_token), claimsOf(json.access_token)];
    expect(claims).toMatchObject({
      sub: subject['sub'],
      client_id: 'agent',
      act: { sub: 'agent' },
      aud: subject['aud'],
      grant_id: subject['grant_id'],
      auth_time: subject['auth_time'],
    });
    expect(claims['jti']).not.toBe(subject['jti']);
    expect((await introspect(server, warehouse, { token: json.access_token })).json).toMatchObject({
      active: true,
      act: { sub: 'agent' },
    });
    expect(JSON.parse(server.auditLines.at(-2) ?? '{}')).toMatchObject({ client: 'agent', grant: 'token_exchange' });
  });

  test('ID tokens, refresh tokens and what this server has not signed are no subject', async () => {
    const { access_token, id_token, refresh_token } = await tokensOf();
    const [head, claims, signature] = String(access_token).split('.');
    const forged = [head, claims, signature?.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))].join('.');
    for (const token of [id_token, refresh_token, forged, 'x', 'a.b.c']) {
      expect(await reasonOf(token)).toBe('400 invalid_request subject_token_invalid');
    }
  });

  test("a client's own token, behind which nobody stands, is none either", async () => {
    const { json } = await clientCredentials(server, machine, {});
    expect(await reasonOf(json.access_token)).toBe('400 invalid_request subject_token_invalid');
  });

  test('nor is one that has expired', async () => {
    const { access_token, expires_in = 0 } = await tokensOf();
    server.clock.advance(expires_in);
    expect(await reasonOf(access_token)).toBe('400 invalid_request subject_token_invalid');
  });

  test.each<[string, Fields]>([
    ['no subject token', { subject_token: undefined }],
    ['no type', { subject_token_type: undefined }],
    ['another type', { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }],
    ['a refresh token to get', { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }],
    ['an actor token', { actor_token: 'x', actor_token_type: accessToken }],
  ])('with %s is not supported', async (_, fields) => {
    const { access_token } = await tokensOf();
    expect(await reasonOf(access_token, fields)).toBe('400 invalid_request exchange_unsupported');
  });
});

describe('TX2: never more', () => {
  test('scope: what is asked for, of what the token has and the client may have', async () => {
    const { access_token } = await tokensOf(app, [orders, billing], 'openid orders:read orders:write');
    expect((await exchanged(access_token, { scope: 'orders:read' })).scope).toBe('orders:read');
    expect(await reasonOf(access_token, { scope: 'orders:read billing:read' })).toBe(
      '400 invalid_scope scope_wider_than_granted',
    );
    expect(await reasonOf(access_token, { scope: 'unasked' })).toBe('400 invalid_scope scope_wider_than_granted');
    expect((await exchanged(access_token, {}, narrow)).scope).toBe('orders:read');
    expect(await reasonOf(access_token, { scope: 'orders:write' }, narrow)).toBe(
      '400 invalid_scope scope_not_registered',
    );
  });

  test('resource: the APIs of the token, or some of them, by resource or audience', async () => {
    const { access_token } = await tokensOf();
    const aud = async (fields: Fields) => claimsOf((await exchanged(access_token, fields)).access_token)['aud'];
    expect(await aud({ resource: orders, scope: 'orders:read' })).toBe(orders);
    expect(await aud({ audience: billing, scope: 'billing:read' })).toBe(billing);
    const single = await exchanged(access_token, { resource: orders, scope: 'orders:read' });
    expect(await reasonOf(single.access_token, { resource: billing })).toBe('400 invalid_target resource_not_granted');
    expect(await reasonOf(access_token, { resource: 'https://api.example/unknown' })).toBe(
      '400 invalid_target resource_unknown',
    );
    const ofDefault = await tokensOf(app, [], 'openid profile');
    expect(await reasonOf(ofDefault.access_token, { resource: orders })).toBe(
      '400 invalid_target resource_not_granted',
    );
    expect(claimsOf((await exchanged(ofDefault.access_token)).access_token)['aud']).toBe(server.issuer);
  });

  test.each(['resource', 'audience'])('several APIs, each as %s', async (name) => {
    const { access_token } = await tokensOf();
    const { headers, fields } = credentialsOf(agent);
    const form = { ...fields, grant_type: tokenExchange, subject_token: access_token, subject_token_type: accessToken };
    const named = encodePairs([orders, billing].map((api) => [name, api] as const));
    const { json } = await postToken(server, `${encodeFields(form)}&${named}`, headers);
    expect(claimsOf(json.access_token)['aud']).toEqual(expect.arrayContaining([orders, billing]));
  });

  test('lifetime: what is left of the token, or less', async () => {
    const { access_token } = await tokensOf(app, [orders], 'openid orders:read');
    server.clock.advance(3_000);
    expect((await exchanged(access_token)).expires_in).toBe(600);
    const first = await exchanged(access_token);
    server.clock.advance(100);
    expect(claimsOf((await exchanged(first.access_token)).access_token)['exp']).toBe(claimsOf(access_token)['exp']);
  });
});

describe('TX3: actors', () => {
  test('stand inside each other, the last one outside, five at most', async () => {
    let { access_token } = await tokensOf();
    for (const one of others) ({ access_token = '' } = await exchanged(access_token, {}, one));
    expect(claimsOf(access_token)).toMatchObject({
      client_id: 'a5',
      act: { sub: 'a5', act: { sub: 'a4', act: { sub: 'a3', act: { sub: 'a2', act: { sub: 'a1' } } } } },
    });
    expect(await reasonOf(access_token)).toBe('400 invalid_request actor_not_allowed');
    // Who acts already asks for less without acting twice.
    const less = await exchanged(access_token, { scope: 'orders:read' }, others[4]);
    expect(claimsOf(less.access_token)['act']).toEqual(claimsOf(access_token)['act']);
  });
});

describe('TX4: may_act', () => {
  test('is in the tokens of a client that names the one who may, and keeps others out, also further on', async () => {
    const { access_token } = await tokensOf(picky);
    expect(claimsOf(access_token)['may_act']).toEqual({ sub: 'agent' });
    expect(await reasonOf(access_token, {}, narrow)).toBe('400 invalid_request actor_not_allowed');
    const acting = await exchanged(access_token);
    expect(claimsOf(acting.access_token)['act']).toEqual({ sub: 'agent' });
    expect(await reasonOf(acting.access_token, {}, narrow)).toBe('400 invalid_request actor_not_allowed');
  });

  test('is not there otherwise', async () => {
    const { access_token } = await tokensOf();
    expect(claimsOf(access_token)).not.toHaveProperty('may_act');
    expect(claimsOf(access_token)).not.toHaveProperty('act');
  });
});

describe('TX5: what came from a grant ends with it at once, at introspection and userinfo', () => {
  async function acting(client = app) {
    const tokens = await tokensOf(client);
    const { access_token: first } = await exchanged(tokens.access_token);
    const { access_token: second } = await exchanged(first, {}, others[0]);
    const live = async () => [
      await isActive(first),
      await isActive(second),
      (await userinfo(server, first)).status,
      (await userinfo(server, second)).status,
    ];
    expect(await live()).toEqual([true, true, 200, 200]);
    return { ...tokens, first, second, live };
  }
  const dead = [false, false, 401, 401];

  test('when the app revokes it', async () => {
    const { refresh_token, access_token, live } = await acting();
    await revoke(server, app, { token: refresh_token });
    expect(await live()).toEqual(dead);
    expect(await reasonOf(access_token)).toBe('400 invalid_request subject_token_invalid');
  });

  test('when the person removes the app', async () => {
    const { person, access_token, first, live } = await acting();
    await act(person, { action: 'revoke_access', id: 'app' });
    expect(await live()).toEqual(dead);
    expect(await reasonOf(access_token)).toBe('400 invalid_request subject_token_invalid');
    expect(await reasonOf(first, {}, others[1])).toBe('400 invalid_request subject_token_invalid');
  });

  test('when the account is disabled', async () => {
    const { live, access_token } = await acting();
    await accounts.disable('ada-0001', now());
    expect(await live()).toEqual(dead);
    expect(await reasonOf(access_token)).toBe('400 invalid_request subject_token_invalid');
    await accounts.enable('ada-0001');
  });

  test('and a client that acts cannot end the grant of the app', async () => {
    const { first, access_token } = await acting();
    const { status, json } = await revoke(server, agent, { token: first });
    expect({ status, error: json['error'] }).toEqual({ status: 400, error: 'unsupported_token_type' });
    expect(await isActive(access_token)).toBe(true);
  });
});

describe('the account page', () => {
  test.each([app, page])(
    'shows who acts for the person, and one button ends it with everything derived: $client_id',
    async (client) => {
      const { person, access_token } = await tokensOf(client);
      const { access_token: first } = await exchanged(access_token, { scope: 'openid orders:read' });
      const { access_token: second } = await exchanged(first, {}, others[0]);
      const { access_token: beside } = await exchanged(access_token, {}, narrow);
      const before = (await person.open('/account')).body;
      for (const text of ['The agent', 'Acted for you', 'value="agent"', 'value="a1"']) expect(before).toContain(text);

      await act(person, { action: 'revoke_access', id: 'agent' });
      expect([await isActive(first), await isActive(second)]).toEqual([false, false]);
      expect([await passes(first), await passes(second), await passes(beside)]).toEqual([false, false, true]);
      expect([(await userinfo(server, first)).status, (await userinfo(server, second)).status]).toEqual([401, 401]);
      expect([await isActive(access_token), await isActive(beside)]).toEqual([true, true]);
      expect((await person.open('/account')).body).not.toContain('value="agent"');
      // It cannot come back with what it still holds, nor through another client: only with what is granted from now on.
      expect(await reasonOf(access_token)).toBe('400 invalid_request actor_not_allowed');
      expect(await reasonOf(first, {}, others[1])).toBe('400 invalid_request subject_token_invalid');
      expect((await exchange((await tokensOf(client)).access_token)).status).toBe(200);
    },
  );
});

test('TX5: the tokens of a client that is removed, or added again, end, with what came of them, and nobody else’s', async () => {
  const clients = clientStore(openDatabase(), tables.clients, now);
  const author = { by: 'grace', why: 'a test' };
  const { access_token } = await tokensOf();
  const { access_token: first } = await exchanged(access_token, { scope: 'openid orders:read' });
  const { access_token: second } = await exchanged(first, {}, others[0]);
  const { access_token: beside } = await exchanged(access_token, {}, narrow);
  const state = async () => [await passes(first), await isActive(first), (await userinfo(server, first)).status];
  expect(await state()).toEqual([true, true, 200]);
  const { since: _, ...settings } = (await clients.find('agent')) as RegisteredClient;
  await clients.put('agent', undefined, author);
  server.clock.advance(31);
  expect(await state()).toEqual([false, false, 401]);
  expect(await reasonOf(first, {}, others[1])).toBe('400 invalid_request subject_token_invalid');
  await clients.put('agent', settings, author);
  server.clock.advance(31);
  expect(await state()).toEqual([false, false, 401]);
  expect([await passes(second), await isActive(second)]).toEqual([false, false]);
  expect([await passes(access_token), await passes(beside)]).toEqual([true, true]);
  expect((await exchange(access_token)).status).toBe(200);
});

describe('TX6: only clients that are registered for it', () => {
  test('may exchange', async () => {
    const { access_token } = await tokensOf();
    expect(await reasonOf(access_token, {}, machine)).toBe('400 unauthorized_client grant_type_not_registered');
    expect(
      await reasonOf(
        access_token,
        { client_secret: 'wrong', client_id: 'agent' },
        { ...agent, token_endpoint_auth_method: 'client_secret_post' },
      ),
    ).toContain('401 invalid_client');
  });

  test('and public ones cannot be: act names who it was', async () => {
    const registered = await parseRegistration({
      ...agent,
      client_secret: undefined,
      token_endpoint_auth_method: 'none',
    });
    expect(registered).toMatchObject({ ok: false, refusal: { member: 'grant_types' } });
  });
});

test('TX5: of 50 exchanges while the grant is revoked, no token is in force afterwards', async () => {
  const { access_token, refresh_token } = await tokensOf();
  const answers = await Promise.all([
    ...Array.from({ length: 25 }, () => exchange(access_token)),
    revoke(server, app, { token: refresh_token }).then(() => undefined),
    ...Array.from({ length: 25 }, () => exchange(access_token)),
  ]);
  const exchanges = answers.filter((answer) => answer !== undefined);
  expect(new Set([200, 400, ...exchanges.map(({ status }) => status)])).toEqual(new Set([200, 400]));
  const given = exchanges.filter(({ status }) => status === 200).map(({ json }) => json.access_token);
  expect(new Set([false, ...(await Promise.all(given.map(isActive)))])).toEqual(new Set([false]));
  expect(await reasonOf(access_token)).toBe('400 invalid_request subject_token_invalid');
});

test('the metadata has the grant type while it is on', async () => {
  const { body } = await send(server.port, '/.well-known/openid-configuration');
  expect(JSON.parse(body).grant_types_supported).toContain(tokenExchange);
  expect(JSON.parse(body)).not.toHaveProperty('authorization_grant_profiles_supported');
});
