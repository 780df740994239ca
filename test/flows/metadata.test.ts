import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { native, spa, type TestClient, web, webPost } from '../support/clients.ts';
import { askForCodes, decideFor, deviceGrant } from '../support/device.ts';
import { encodeFields, type Fields, formType, send } from '../support/http.ts';
import { signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import {
  authorizeTarget,
  basic,
  claimsOf,
  headerOf,
  obtainCode,
  parametersOf,
  postToken,
  redeem,
  responseOf,
  type TokenAnswer,
} from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

const everyClaim = {
  ...ada.claims,
  name: 'Ada Lovelace',
  family_name: 'Lovelace',
  given_name: 'Ada',
  middle_name: 'Augusta',
  nickname: 'Ada',
  preferred_username: 'ada',
  profile: 'https://ada.example/',
  picture: 'https://ada.example/picture',
  website: 'https://ada.example/',
  gender: 'female',
  birthdate: '1815-12-10',
  zoneinfo: 'Europe/London',
  locale: 'en-GB',
  updated_at: 1_700_000_000,
  email: 'ada@example.com',
  email_verified: true,
  address: { country: 'GB' },
  phone_number: '+44 20 7946 0000',
  phone_number_verified: false,
};

const everything: TestClient = {
  client_id: 'everything',
  redirect_uris: ['https://everything.example/callback'],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token', deviceGrant],
  response_types: ['code', 'code id_token'],
};
const machine: TestClient = {
  client_id: 'machine',
  client_secret: 'a secret that no person ever types in',
  redirect_uris: [],
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['client_credentials'],
  scope: 'api:read',
  may_introspect: true,
};
const strictWeb: TestClient = { ...web, pkce_policy: 'S256' };

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;
const assertionKeys = new Map<string, KeyPair>(
  await Promise.all(
    ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'].map(
      async (algorithm) => [algorithm, await generateKeyPair(algorithm)] as const,
    ),
  ),
);
const keyed: TestClient = {
  client_id: 'keyed',
  redirect_uris: ['https://keyed.example/callback'],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: {
    keys: await Promise.all(
      Array.from(assertionKeys, async ([alg, { publicKey }]) => ({ ...(await exportJWK(publicKey)), alg, kid: alg })),
    ),
  },
};

const server = await startTestServer({
  clients: [spa, native, strictWeb, webPost, everything, machine, keyed],
  accounts: [{ ...ada, claims: everyClaim }],
});
const person = await signedInPerson(server);

const openidConfiguration = '/.well-known/openid-configuration';
const authorizationServer = '/.well-known/oauth-authorization-server';

const get = (target: string, headers: Record<string, string> = {}) => send(server.port, target, { headers });
const metadata = async () => JSON.parse((await get(openidConfiguration)).body);

describe('the metadata', () => {
  test('MD1, MC1: is the same at both addresses, as JSON', async () => {
    const [openid, oauth] = [await get(openidConfiguration), await get(authorizationServer)];
    for (const answer of [openid, oauth]) {
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('application/json');
    }
    expect(openid.body).toBe(oauth.body);
  });

  test.each([
    ['nothing', {}],
    ['another Host', { host: 'evil.localhost:1' }],
    ['forwarding headers', { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }],
  ])('MD2, H16: has the configured issuer, whatever the request says: %s', async (_, headers) => {
    expect(JSON.parse((await get(openidConfiguration, headers)).body).issuer).toBe(server.issuer);
  });

  test('MD2: has an issuer without path, query, fragment and trailing slash', async () => {
    const { issuer } = await metadata();
    expect(new URL(issuer).origin).toBe(issuer);
  });

  test('MD3, MD4: has every member that RFC 8414, OpenID Connect Discovery and AppAuth ask for', async () => {
    const found = await metadata();
    expect(found).toMatchObject({
      issuer: server.issuer,
      authorization_endpoint: `${server.issuer}/authorize`,
      token_endpoint: `${server.issuer}/token`,
      userinfo_endpoint: `${server.issuer}/userinfo`,
      revocation_endpoint: `${server.issuer}/revoke`,
      introspection_endpoint: `${server.issuer}/introspect`,
      end_session_endpoint: `${server.issuer}/sign-out`,
      jwks_uri: `${server.issuer}/jwks`,
      response_types_supported: expect.arrayContaining(['code']),
      response_modes_supported: expect.arrayContaining(['query']),
      grant_types_supported: expect.arrayContaining(['authorization_code', 'refresh_token']),
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: expect.arrayContaining([
        'client_secret_basic',
        'client_secret_post',
        'none',
      ]),
      scopes_supported: expect.arrayContaining(['openid', 'profile', 'email', 'offline_access']),
      claims_supported: expect.arrayContaining(['sub', 'iss', 'auth_time']),
      authorization_response_iss_parameter_supported: true,
    });
  });

  test('OC16: announces neither none nor a shared-secret algorithm', async () => {
    const found: Record<string, string[]> = await metadata();
    const algorithms = Object.keys(found).filter((name) => name.includes('alg_values_supported'));
    expect(algorithms.flatMap((name) => found[name]).filter((value) => /none|HS/.test(value ?? ''))).toEqual([]);
  });

  /** The addresses that the metadata names. */
  async function addresses(): Promise<URL[]> {
    const found: Record<string, unknown> = await metadata();
    const names = Object.keys(found).filter((name) => /_endpoint$|_uri$/.test(name));
    return names.map((name) => new URL(String(found[name])));
  }

  test('MD3: has every endpoint at the origin of the issuer', async () => {
    const origins = (await addresses()).map(({ origin }) => origin);
    expect(new Set(origins)).toEqual(new Set([server.issuer]));
  });

  test('MD3: names no endpoint that is not there', async () => {
    const statuses = await Promise.all((await addresses()).map(async ({ pathname }) => (await get(pathname)).status));
    expect(statuses).not.toContain(404);
  });

  test('MD3: has no null and no empty member', async () => {
    const values = Object.values(await metadata());
    expect(values.filter((value) => /^(null|""|\[\]|\{\})$/.test(JSON.stringify(value)))).toEqual([]);
  });

  test.each([openidConfiguration, authorizationServer, '/jwks'])('MD6: %s may be kept, for minutes', async (target) => {
    const { headers } = await get(target);
    const [, seconds] = /^public, max-age=(\d+)$/.exec(headers['cache-control'] ?? '') ?? [];
    expect(Number(seconds)).toBeGreaterThan(0);
    expect(Number(seconds)).toBeLessThanOrEqual(3_600);
    expect(headers).not.toHaveProperty('pragma');
  });

  test.each([openidConfiguration, authorizationServer, '/jwks'])('MD6: %s is not sent twice', async (target) => {
    const { headers } = await get(target);
    const again = await get(target, { 'if-none-match': String(headers.etag) });
    expect(again).toMatchObject({ status: 304, body: '' });
    expect((await get(target, { 'if-none-match': '"another"' })).status).toBe(200);
    for (const tags of ['*', `W/${headers.etag}`, `"another", ${headers.etag}`]) {
      const repeated = await get(target, { 'if-none-match': tags });
      expect(repeated).toMatchObject({ status: 304, body: '' });
      expect(repeated.headers).toMatchObject({ etag: headers.etag, 'cache-control': headers['cache-control'] });
    }
  });

  test.each([openidConfiguration, authorizationServer, '/jwks'])('MD7: %s answers HEAD', async (target) => {
    const head = await send(server.port, target, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers['content-type']).toBe('application/json');
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])('MD7: refuses %s with 405 and Allow', async (method) => {
    const refused = await send(server.port, openidConfiguration, { method });
    expect(refused.status).toBe(405);
    expect(refused.headers.allow).toBe('GET, HEAD');
  });

  test.each([`${openidConfiguration}/`, '/.well-known/', '/jwks/', `/tenant${openidConfiguration}`])(
    'MD7, H14: %s is not there, without a failure',
    async (target) => {
      expect((await get(target)).status).toBe(404);
    },
  );

  test('is not changed by a query', async () => {
    expect((await get(`${openidConfiguration}?%zz&a=1&a=2`)).body).toBe((await get(openidConfiguration)).body);
  });
});

/** The answer to an authorization request of the client that may do everything, and the verifier that redeems it. */
async function answerTo(changes: Fields) {
  const { verifier, challenge } = pkcePair();
  const page = await person.arrive(authorizeTarget(everything, { code_challenge: challenge, ...changes }));
  return { ...responseOf(page), verifier };
}

async function redeemed(changes: Fields) {
  const { code, verifier } = await answerTo(changes);
  return redeem(server, everything, { code, code_verifier: verifier });
}

const assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

function assertionOf(client: TestClient, alg: string, key: Parameters<SignJWT['sign']>[0]): Promise<string> {
  return new SignJWT({ jti: pkcePair().verifier })
    .setProtectedHeader({ alg, kid: alg })
    .setIssuer(client.client_id)
    .setSubject(client.client_id)
    .setAudience(server.issuer)
    .setExpirationTime(server.clock.now() + 60)
    .sign(key);
}

/** What /token says to a client that proves itself like this: the code is unknown, unless the proof fails. */
const prove = (fields: Fields, headers = {}) =>
  postToken(server, { grant_type: 'authorization_code', code: 'unknown', ...fields }, headers);
const provenButUnknown = { status: 400, json: { reason: 'code_unknown' } };

const signed = async (alg: string): Promise<Fields> => ({
  client_assertion_type: assertion_type,
  client_assertion: await assertionOf(keyed, alg, (assertionKeys.get(alg) as KeyPair).privateKey),
});

describe('MD3: what is announced works', () => {
  test('every response type in every response mode', async () => {
    const { response_types_supported: types, response_modes_supported: modes } = await metadata();
    for (const response_type of types) {
      // An ID token must not travel in a query (Multiple Response Types §5).
      for (const response_mode of modes.filter(
        (mode: string) => response_type === 'code' || !mode.startsWith('query'),
      )) {
        const sent = await answerTo({ response_type, response_mode, nonce: 'n' });
        const answer = response_mode.endsWith('jwt') ? claimsOf((sent as { response?: string }).response) : sent;
        expect(answer).toMatchObject({ code: expect.any(String), iss: server.issuer, state: 'a-state' });
        expect('id_token' in answer).toBe(response_type.includes('id_token'));
      }
    }
  });

  test('every code challenge method and every scope', async () => {
    const found = await metadata();
    for (const code_challenge_method of found.code_challenge_methods_supported) {
      const scope = found.scopes_supported.join(' ');
      expect((await redeemed({ code_challenge_method, scope })).json.scope).toBe(scope);
    }
  });

  test('every grant type', async () => {
    const first = (await redeemed({})).json;
    const exchanges: Record<string, Fields> = {
      authorization_code: { client_id: spa.client_id, ...(await freshExchange()) },
      refresh_token: { client_id: everything.client_id, refresh_token: first.refresh_token },
      client_credentials: { client_id: machine.client_id, client_secret: machine.client_secret },
      [deviceGrant]: { client_id: everything.client_id, ...(await allowedDevice()) },
    };
    for (const grant_type of (await metadata()).grant_types_supported) {
      const answer = await postToken(server, { grant_type, ...exchanges[grant_type] });
      expect(answer.json).toHaveProperty('access_token');
    }
  });

  async function allowedDevice(): Promise<Fields> {
    const { verifier, challenge } = pkcePair();
    const asked = { code_challenge: challenge, code_challenge_method: 'S256' };
    const { json } = await askForCodes(server, everything, asked);
    await decideFor(person, json.user_code);
    return { device_code: json.device_code, code_verifier: verifier };
  }

  async function freshExchange(): Promise<Fields> {
    const { code, verifier } = await obtainCode(person, spa);
    return { code, code_verifier: verifier };
  }

  test('every way to authenticate at the token endpoint', async () => {
    const proofs: Record<string, () => Promise<TokenAnswer>> = {
      none: () => prove({ client_id: spa.client_id }),
      client_secret_basic: () => prove({}, { authorization: basic(strictWeb) }),
      client_secret_post: () => prove({ client_id: webPost.client_id, client_secret: webPost.client_secret }),
      private_key_jwt: async () => prove(await signed('ES256')),
    };
    for (const method of (await metadata()).token_endpoint_auth_methods_supported) {
      expect(await proofs[method]?.()).toMatchObject(provenButUnknown);
    }
  });

  test('every algorithm of client assertions', async () => {
    for (const alg of (await metadata()).token_endpoint_auth_signing_alg_values_supported) {
      expect(await prove(await signed(alg))).toMatchObject(provenButUnknown);
    }
  });

  test('every claim, and the algorithm of the ID token', async () => {
    const found = await metadata();
    const { json } = await redeemed({ nonce: 'n', scope: 'openid profile email address phone' });
    const userinfo = await get('/userinfo', { authorization: `Bearer ${json.access_token}` });
    const names = [...Object.keys(claimsOf(json.id_token)), ...Object.keys(JSON.parse(userinfo.body))];
    expect(names).toEqual(expect.arrayContaining(found.claims_supported));
    expect(found.id_token_signing_alg_values_supported).toContain(headerOf(json.id_token)['alg']);
  });

  test('the claims parameter', async () => {
    expect((await metadata()).claims_parameter_supported).toBe(true);
    const { json } = await redeemed({ claims: '{"id_token":{"nickname":{"essential":true}}}' });
    expect(claimsOf(json.id_token)['nickname']).toBe('Ada');
  });

  test('revocation and introspection', async () => {
    const { json } = await redeemed({});
    const asked = { token: json.access_token, client_id: machine.client_id, client_secret: machine.client_secret };
    expect(JSON.parse((await post('/introspect', asked)).body)).toMatchObject({ active: true, sub: ada.claims.sub });
    expect((await post('/revoke', { token: json.access_token, client_id: everything.client_id })).status).toBe(200);
    expect(JSON.parse((await post('/introspect', asked)).body)).toEqual({ active: false });
  });
});

const post = (target: string, fields: Fields) =>
  send(server.port, target, { method: 'POST', headers: formType, body: encodeFields(fields) });

describe('MD3: what is not announced is refused', () => {
  test.each([
    ['response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['response type', { response_type: 'id_token', nonce: 'n' }, 'unsupported_response_type'],
    ['response mode', { response_mode: 'JWT' }, 'invalid_request'],
    ['response mode', { response_mode: 'web_message' }, 'invalid_request'],
    ['code challenge method', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['scope', { scope: 'groups' }, 'invalid_scope'],
    ['request parameter', { request: 'x' }, 'invalid_request_object'],
    ['request_uri parameter', { request_uri: 'urn:x' }, 'request_uri_not_supported'],
  ])('%s: %o', async (_, changes: Fields, error) => {
    const { href } = await person.authorize(authorizeTarget(everything, changes));
    expect(parametersOf(new URL(href.replace('#', '?')))).toMatchObject({ error });
  });

  test.each([
    'password',
    'implicit',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
  ])('grant type: %s', async (grant_type) => {
    const refused = { status: 400, json: { error: 'unsupported_grant_type' } };
    expect(await redeem(server, strictWeb, { grant_type })).toMatchObject(refused);
  });

  const refused = { status: 401, json: { error: 'invalid_client' } };

  test('client authentication: client_secret_jwt', async () => {
    const secret = new TextEncoder().encode(webPost.client_secret);
    const client_assertion = await assertionOf(webPost, 'HS256', secret);
    expect(await prove({ client_assertion_type: assertion_type, client_assertion })).toMatchObject(refused);
  });

  test('client authentication: tls_client_auth', async () => {
    const headers = { 'x-client-cert': 'x', 'x-amzn-mtls-clientcert': 'x' };
    expect(await prove({ client_id: web.client_id }, headers)).toMatchObject(refused);
  });

  test('an assertion with the algorithm none', async () => {
    const { client_assertion = '' } = await signed('ES256');
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    const unsigned = `${header}.${client_assertion.split('.')[1]}.`;
    expect(await prove({ client_assertion_type: assertion_type, client_assertion: unsigned })).toMatchObject(refused);
  });

  test('introspection without authentication', async () => {
    expect((await metadata()).introspection_endpoint_auth_methods_supported).not.toContain('none');
    expect((await post('/introspect', { token: 'x', client_id: spa.client_id })).status).not.toBe(200);
  });
});

describe('code_challenge_methods_supported', () => {
  const methods = async () => (await metadata()).code_challenge_methods_supported;
  const store = clientStore(openDatabase(), tables.clients, server.clock.now);

  async function register(registration: TestClient) {
    const parsed = await parseRegistration(registration);
    if (!parsed.ok) throw new Error(parsed.refusal.problem);
    return store.put(registration.client_id, parsed.value, { by: 'ada', why: 'a test' });
  }

  test('PK10, MD5, BP8, MC2: is S256 alone while every client must use it', async () => {
    expect(await methods()).toEqual(['S256']);
  });

  test.each([
    ['any', { ...spa, client_id: 'older', pkce_policy: 'any' }],
    ['none', { ...web, client_id: 'oldest', pkce_policy: 'none' }],
  ])('H11: has plain within 30 s of a client with the policy %s, and no longer when it has gone', async (_, client) => {
    await register(client);
    server.clock.advance(31);
    expect(await methods()).toEqual(['S256', 'plain']);
    await store.put(client.client_id, undefined, { by: 'ada', why: 'a test' });
    server.clock.advance(31);
    expect(await methods()).toEqual(['S256']);
  });

  test('has plain while the global policy admits it', async () => {
    const author = { by: 'ada', why: 'a test' };
    await store.putPolicy({ default: 'any', floor: 'none', mode: 'enforce' }, author);
    server.clock.advance(31);
    expect(await methods()).toEqual(['S256', 'plain']);
    await store.putPolicy({ default: 'S256', floor: 'none', mode: 'enforce' }, author);
    server.clock.advance(31);
    expect(await methods()).toEqual(['S256']);
  });
});

describe('the published keys', () => {
  const keys = async (): Promise<Record<string, string>[]> => JSON.parse((await get('/jwks')).body).keys;

  test('MD4: have what every verifier needs, and nothing private', async () => {
    const published = await keys();
    expect(published.length).toBeGreaterThan(0);
    expect(published.length).toBeLessThanOrEqual(10);
    for (const key of published) {
      expect(key).toMatchObject({ kty: 'RSA', use: 'sig', alg: 'RS256', kid: expect.stringMatching(/^[\w-]+$/) });
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
      expect(Buffer.from(key['n'] ?? '', 'base64url').length).toBeGreaterThanOrEqual(256);
    }
  });

  test('MD4: have the key that signs, under its kid and its algorithm', async () => {
    const { code, verifier } = await obtainCode(person, spa);
    const { json } = await redeem(server, spa, { code, code_verifier: verifier });
    for (const jwt of [json.access_token, json.id_token]) {
      const { kid, alg } = headerOf(jwt);
      expect((await keys()).filter((key) => key['kid'] === kid).map((key) => key['alg'])).toEqual([alg]);
    }
  });
});
