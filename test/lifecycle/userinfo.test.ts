import { createHmac, createPublicKey } from 'node:crypto';
import { exportJWK, type JWTHeaderParameters, SignJWT } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { spa, type TestClient } from '../support/clients.ts';
import { encodeFields, type Fields, formType, send } from '../support/http.ts';
import {
  clientCredentials,
  type FullClient,
  machine,
  mobile,
  obtainTokens,
  portal,
  refreshed,
  type Tokens,
  userinfo,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { authorizeTarget, claimsOf, headerOf, obtainCode, parametersOf, redeem } from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';
import { stranger } from './stranger.ts';

const profile = {
  name: 'Ada Lovelace',
  given_name: 'Ada',
  family_name: 'Lovelace',
  preferred_username: 'ada',
  locale: 'en-GB',
  zoneinfo: 'Europe/London',
  birthdate: '1815-12-10',
  updated_at: 1_700_000_000,
};
const email = { email: 'ada@example.com', email_verified: true };
const phone = { phone_number: '+44 20 7946 0000', phone_number_verified: false };
const address = { address: { locality: 'London', country: 'United Kingdom' } };

const adaInFull = {
  ...ada,
  claims: {
    ...ada.claims,
    ...profile,
    ...email,
    ...phone,
    ...address,
    nickname: '',
    website: null,
    shoe_size: 38,
    hr_note: 'late',
  },
};
const hr: FullClient = {
  ...mobile,
  client_id: 'hr',
  first_party: true,
  scope: 'openid',
  claims: ['shoe_size', 'email'],
};
const strict: FullClient = { ...portal, client_id: 'strict', scope: 'openid profile email' };
const server = await startTestServer({ clients: [spa, mobile, strict, hr, machine], accounts: [adaInFull] });
const person = await signedInPerson(server);

/** Both schemes are taken, and RFC 9449 §7.1 wants the algorithms of the second. */
const schemes = 'Bearer realm="pixy", DPoP algs="ES256 EdDSA Ed25519 PS256 RS256 ES384 ES512"';

const newTokens = (changes: Fields = {}, client: TestClient = mobile) => obtainTokens(server, person, client, changes);

const get = (authorization?: string, target = '/userinfo') =>
  send(server.port, target, { headers: authorization === undefined ? {} : { authorization } });

const post = (fields: Fields, headers: Record<string, string> = {}) =>
  send(server.port, '/userinfo', { method: 'POST', headers: { ...formType, ...headers }, body: encodeFields(fields) });

describe('BT1: the access token', () => {
  test('comes in the header of a GET', async () => {
    const { access_token } = await newTokens();
    const answer = await get(`Bearer ${access_token}`);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ sub: ada.claims.sub });
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  });

  test('comes in the header of a POST without a body', async () => {
    const { access_token } = await newTokens();
    const headers = { authorization: `Bearer ${access_token}` };
    expect((await send(server.port, '/userinfo', { method: 'POST', headers })).status).toBe(200);
  });

  test('comes in the header of a POST with a form', async () => {
    const { access_token } = await newTokens();
    expect((await post({ something: 'else' }, { authorization: `Bearer ${access_token}` })).status).toBe(200);
  });

  test('comes in the form of a POST', async () => {
    const { access_token } = await newTokens();
    expect((await post({ access_token })).status).toBe(200);
  });

  test('is not taken from the address', async () => {
    const { access_token } = await newTokens();
    const answer = await get(undefined, `/userinfo?access_token=${access_token}`);
    expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': schemes } });
  });

  test('is not taken from a body in JSON', async () => {
    const { access_token } = await newTokens();
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ access_token });
    const answer = await send(server.port, '/userinfo', { method: 'POST', headers, body });
    expect(answer.status).toBe(415);
  });

  test('H18: is never in the log', async () => {
    const { access_token = '' } = await newTokens();
    await get(`Bearer ${access_token}`);
    await get(`Bearer ${access_token.slice(0, -1)}`);
    expect(server.auditLines.join('\n')).not.toContain(access_token.split('.')[2]?.slice(0, 40));
  });
});

describe('BT2: more than one way at once', () => {
  test('header and form are invalid_request', async () => {
    const { access_token } = await newTokens();
    const answer = await post({ access_token }, { authorization: `Bearer ${access_token}` });
    expect(answer.status).toBe(400);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer error="invalid_request"/);
    expect(JSON.parse(answer.body).error).toBe('invalid_request');
  });

  test('OA5: twice in the form is invalid_request', async () => {
    const { access_token } = await newTokens();
    const body = `access_token=${access_token}&access_token=${access_token}`;
    const answer = await send(server.port, '/userinfo', { method: 'POST', headers: formType, body });
    expect({ status: answer.status, error: JSON.parse(answer.body).error }).toEqual({
      status: 400,
      error: 'invalid_request',
    });
  });
});

describe('BT3: no access token', () => {
  test('is 401 and only says which schemes, each with a parameter', async () => {
    const answer = await get();
    expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': schemes } });
  });

  test('in a form either is the same', async () => {
    expect(await post({})).toMatchObject({ status: 401, headers: { 'www-authenticate': schemes } });
  });

  test.each(['Basic YTpi', 'Digest username="a"', 'x'])(
    'with a header of another scheme is the same: %s',
    async (authorization) => {
      const answer = await get(authorization);
      expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': schemes } });
      expect(JSON.parse(answer.body).reason).toBe('access_token_missing');
    },
  );

  test('in a header of another scheme leaves the one in the form', async () => {
    const { access_token } = await newTokens();
    expect((await post({ access_token }, { authorization: 'Basic YTpi' })).status).toBe(200);
  });
});

describe('BT4: a refusal', () => {
  test('of a token that is not valid is 401 invalid_token, in header and body', async () => {
    const answer = await get('Bearer x.y.z');
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer error="invalid_token", error_description="[^"]+"$/);
    expect(JSON.parse(answer.body).error).toBe('invalid_token');
  });

  test('for lack of the scope openid is 403 insufficient_scope, with the scope', async () => {
    const { access_token } = await newTokens({ scope: 'email api:read' });
    const answer = await get(`Bearer ${access_token}`);
    expect(answer.status).toBe(403);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer error="insufficient_scope", .*scope="openid"$/);
  });

  test('AT5: of the token of a client itself is 403: there is no person', async () => {
    const { json } = await clientCredentials(server, machine);
    expect((await get(`Bearer ${json.access_token}`)).status).toBe(403);
  });

  test('is JSON that nobody keeps', async () => {
    const { headers } = await get('Bearer x');
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  });
});

describe('BT5: an unusual Authorization header', () => {
  test.each(['bearer', 'BEARER', 'bEaReR'])('may spell the scheme %s', async (scheme) => {
    const { access_token } = await newTokens();
    expect((await get(`${scheme} ${access_token}`)).status).toBe(200);
  });

  test.each([
    'Bearer',
    'Bearer ',
    'Bearer  ',
    'Bearer a b',
    'Bearer a, Bearer b',
    'Bearer "quoted"',
    'Bearer ....',
    'Bearer a.b.c.d.e',
    `Bearer ${'x'.repeat(5_000)}`,
    'Basic YTpi',
    'x',
    'Bearer %00',
    'Bearer e30.e30.e30',
    'Bearer bnVsbA.bnVsbA.bnVsbA',
    'Bearer W10.W10.',
    '__proto__',
  ])('is refused with 401 and a challenge: %.40s', async (authorization) => {
    const answer = await get(authorization);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  });

  test('of 8,000 characters more than a token has is refused with 401', async () => {
    const { access_token } = await newTokens();
    expect((await post({ access_token: `${access_token}${'x'.repeat(8_000)}` })).status).toBe(401);
  });

  test.each(['PUT', 'DELETE', 'PATCH'])('does not matter for %s: 405 with Allow', async (method) => {
    const { status, headers } = await send(server.port, '/userinfo', { method });
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, POST' });
  });
});

describe('OC8: whose token it is', () => {
  test('decides the sub, the same as in the ID token', async () => {
    const { access_token, id_token } = await newTokens();
    expect((await userinfo(server, access_token)).json['sub']).toBe(claimsOf(id_token)['sub']);
  });

  test.each(['id_token', 'refresh_token', 'code'] as const)('AT4: is nobody’s when it is the %s: 401', async (name) => {
    const tokens = await newTokens();
    expect((await userinfo(server, tokens[name])).status).toBe(401);
  });

  test('BP16: is nobody’s as soon as the code is replayed: 401', async () => {
    const { access_token, code, verifier } = await newTokens();
    expect((await userinfo(server, access_token)).status).toBe(200);
    await redeem(server, mobile, { code, code_verifier: verifier });
    expect((await userinfo(server, access_token)).status).toBe(401);
  });

  test('BP16: is that of the newest refresh as well, as soon as the code is replayed: 401', async () => {
    const { code, verifier, refresh_token } = await newTokens();
    const { access_token } = await refreshed(server, mobile, refresh_token);
    await redeem(server, mobile, { code, code_verifier: verifier });
    expect((await userinfo(server, access_token)).status).toBe(401);
  });

  test('V2: stays that of the person when the replay cannot prove itself', async () => {
    const { access_token, code } = await newTokens();
    await redeem(server, mobile, { code, code_verifier: 'x'.repeat(43) });
    expect((await userinfo(server, access_token)).status).toBe(200);
  });
});

describe('AT4: a token that was tampered with: 401', async () => {
  const { access_token: genuine = '' } = await newTokens();
  const claims = claimsOf(genuine);
  const [header = '', payload = '', signature = ''] = genuine.split('.');
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const jwks = JSON.parse((await send(server.port, '/jwks')).body);
  const pem = createPublicKey({ key: jwks.keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
  const strangerJwk = await exportJWK(stranger.publicKey);

  const hmac = (key: string, alg: string) => {
    const input = `${encode({ ...headerOf(genuine), alg })}.${payload}`;
    return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
  };
  const signed = (more: Partial<JWTHeaderParameters>, changes: object = {}) =>
    new SignJWT({ ...claims, ...changes })
      .setProtectedHeader({ ...(headerOf(genuine) as JWTHeaderParameters), ...more })
      .sign(stranger.privateKey);
  /** The genuine signature under another header. */
  const reheaded = (more: object) => `${encode({ ...headerOf(genuine), ...more })}.${payload}.${signature}`;

  const forgeries: [string, string | Promise<string>][] = [
    ['alg none without a signature', `${encode({ ...headerOf(genuine), alg: 'none' })}.${payload}.`],
    ['alg None with the signature', reheaded({ alg: 'None' })],
    ['HS256 with the public key in PEM', hmac(pem, 'HS256')],
    ['HS256 with the modulus', hmac(jwks.keys[0].n, 'HS256')],
    ['HS256 with the JWK', hmac(JSON.stringify(jwks.keys[0]), 'HS256')],
    ['another sub', `${header}.${encode({ ...claims, sub: 'grace-0001' })}.${signature}`],
    ['no signature', `${header}.${payload}.`],
    ['signed by somebody else', signed({})],
    ['with a key in the header', signed({ jwk: strangerJwk })],
    ['with a jku in the header', signed({ jku: 'https://attacker.example/jwks' })],
    ['with an x5u in the header', signed({ x5u: 'https://attacker.example/cert' })],
    ['with an x5c in the header', signed({ x5c: ['AAAA'] })],
    ['with an unknown kid', signed({ kid: 'unknown' })],
    ['with a kid that is a path', signed({ kid: '../../dev/null' })],
    ['with a critical extension', reheaded({ crit: ['exp'] })],
    ['with an unknown critical extension', reheaded({ crit: ['b64'], b64: false })],
    ['with another typ', reheaded({ typ: 'JWT' })],
    ['with RS512', reheaded({ alg: 'RS512' })],
    ['with PS256', reheaded({ alg: 'PS256' })],
    ['with 3,000 levels of JSON', `${header}.${Buffer.from('['.repeat(3_000)).toString('base64url')}.${signature}`],
    ['with the signature in another alphabet', `${header}.${payload}.${signature.replaceAll(/[-_]/g, '+')}=`],
  ];

  test('unlike the genuine one', async () => {
    expect((await userinfo(server, genuine)).status).toBe(200);
  });

  test.each(forgeries)('%s', async (_, token) => {
    expect((await userinfo(server, await token)).status).toBe(401);
  });
});

describe('OC9: claims by scope', () => {
  test.each<[string, object]>([
    ['openid', {}],
    ['openid profile', profile],
    ['openid email', email],
    ['openid phone', phone],
    ['openid address', address],
    ['openid profile email phone address', { ...profile, ...email, ...phone, ...address }],
    ['openid api:read', {}],
  ])('%s', async (scope, expected) => {
    const { access_token } = await newTokens({ scope });
    expect((await userinfo(server, access_token)).json).toEqual({ sub: ada.claims.sub, ...expected });
  });

  test('5.3.2: a claim that is null or empty is left out', async () => {
    const { access_token } = await newTokens({ scope: 'openid profile' });
    const { json } = await userinfo(server, access_token);
    for (const name of ['nickname', 'website']) expect(json).not.toHaveProperty(name);
  });

  test('a claim that is nobody’s business is never there', async () => {
    const { access_token } = await newTokens({ scope: 'openid profile email phone address' });
    const { json } = await userinfo(server, access_token);
    for (const name of ['shoe_size', 'password', 'passwordHash', 'username']) expect(json).not.toHaveProperty(name);
  });

  test('5.4: the ID token of a code has none of them', async () => {
    const { id_token } = await newTokens({ scope: 'openid profile email' });
    for (const name of [...Object.keys(profile), ...Object.keys(email)]) {
      expect(claimsOf(id_token)).not.toHaveProperty(name);
    }
  });
});

describe('5.5: the claims parameter', () => {
  const withClaims = (claims: unknown, scope = 'openid') => newTokens({ scope, claims: JSON.stringify(claims) });

  test.each([
    ['null', null],
    ['essential', { essential: true }],
    ['voluntary', { essential: false }],
    ['with a purpose nobody knows', { purpose: 'fun' }],
  ])('adds a claim to userinfo: %s', async (_, request) => {
    const { access_token, id_token } = await withClaims({ userinfo: { email: request } });
    expect((await userinfo(server, access_token)).json).toEqual({ sub: ada.claims.sub, email: email.email });
    expect(claimsOf(id_token)).not.toHaveProperty('email');
  });

  test('adds a claim to the ID token alone', async () => {
    const { access_token, id_token } = await withClaims({ id_token: { name: { essential: true } } });
    expect(claimsOf(id_token)['name']).toBe(profile.name);
    expect((await userinfo(server, access_token)).json).toEqual({ sub: ada.claims.sub });
  });

  test('counts after a refresh, too', async () => {
    const { refresh_token } = await withClaims({ userinfo: { email: null }, id_token: { name: null } });
    const { access_token, id_token } = await refreshed(server, mobile, refresh_token);
    expect((await userinfo(server, access_token)).json).toEqual({ sub: ada.claims.sub, email: email.email });
    expect(claimsOf(id_token)['name']).toBe(profile.name);
  });

  test('adds to what the scope lets through', async () => {
    const { access_token } = await withClaims({ userinfo: { email: null } }, 'openid phone');
    expect((await userinfo(server, access_token)).json).toEqual({
      sub: ada.claims.sub,
      email: email.email,
      ...phone,
    });
  });

  test('5.5.1: an essential claim that there is not is no error', async () => {
    const { access_token } = await withClaims({ userinfo: { picture: { essential: true } } });
    expect((await userinfo(server, access_token)).json).toEqual({ sub: ada.claims.sub });
  });

  test.each(['iss', 'aud', 'exp', 'iat', 'nonce', 'auth_time', 'c_hash'])(
    'never replaces what the server says itself: %s',
    async (name) => {
      const plain = claimsOf((await newTokens()).id_token);
      const { id_token } = await withClaims({ id_token: { [name]: { value: 'forged' } }, userinfo: {} });
      expect(claimsOf(id_token)[name]).toEqual(plain[name]);
    },
  );

  test.each([
    ['text', 'text'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '1'],
    ['a list for userinfo', '{"userinfo":[]}'],
    ['a text for a claim', '{"userinfo":{"email":"x"}}'],
    ['cut off', '{"userinfo":'],
    ['a thousand levels', '['.repeat(1_000)],
    [
      '51 names',
      JSON.stringify({ userinfo: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`c${i}`, null])) }),
    ],
    ['5,000 characters', JSON.stringify({ userinfo: { ['c'.repeat(5_000)]: null } })],
  ])('that is malformed is invalid_request: %s', async (_, claims) => {
    expect(parametersOf(await person.authorize(authorizeTarget(mobile, { claims }))).error).toBe('invalid_request');
  });

  test.each(['{"userinfo":{"__proto__":null}}', '{"__proto__":{"email":null}}', '{"userinfo":{"constructor":null}}'])(
    'H35: reaches no prototype: %s',
    async (claims) => {
      const { access_token } = await newTokens({ claims });
      expect((await userinfo(server, access_token)).json).toEqual({ sub: ada.claims.sub });
    },
  );

  test('members that are unknown are ignored', async () => {
    const { access_token } = await withClaims({ something: { email: null } });
    expect((await userinfo(server, access_token)).json).toEqual({ sub: ada.claims.sub });
  });
});

describe('S10: a claim of nobody’s standard', async () => {
  const clients = clientStore(openDatabase(), tables.clients, server.clock.now);
  const names = { shoe_size: null, email: null, hr_note: null };
  const claims = JSON.stringify({ userinfo: names, id_token: names });
  const mine = { shoe_size: 38, email: email.email };

  /** Which of these claims the client learns, at userinfo and from the ID token. */
  async function learned({ access_token, id_token }: Partial<Tokens>) {
    const asked = (claims: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(claims).filter(([name]) => name in names));
    return { told: asked((await userinfo(server, access_token)).json), proven: asked(claimsOf(id_token)) };
  }

  /** Registers `hr` anew, or no more, and waits until the servers have noticed. */
  async function register(changes: Partial<RegisteredClient> | undefined): Promise<void> {
    const author = { by: 'ada', why: 'a test' };
    await clients.put('hr', changes && { ...registered, ...changes }, author);
    server.clock.advance(31);
  }
  const registered = (await clients.find('hr')) as RegisteredClient;
  afterEach(() => register({}));

  test.each([spa, mobile])('is left out for a client that is not registered for it: $client_id', async (client) => {
    const tokens = await newTokens({ scope: 'openid', claims }, client);
    expect(await learned(tokens)).toEqual({ told: { email: email.email }, proven: { email: email.email } });
  });

  test('goes to a client that is registered for it, and no other one with it', async () => {
    expect(await learned(await newTokens({ scope: 'openid', claims }, hr))).toEqual({ told: mine, proven: mine });
  });

  test('has to be asked for by name', async () => {
    expect(await learned(await newTokens({ scope: 'openid' }, hr))).toEqual({ told: {}, proven: {} });
  });

  test('goes no more to a client that has lost it since: at userinfo, with a code, after a refresh', async () => {
    const tokens = await newTokens({ scope: 'openid', claims }, hr);
    const { code, verifier } = await obtainCode(person, hr, { scope: 'openid', claims });
    await register({ claims: ['email'] });
    const kept = { email: email.email };
    expect((await learned(tokens)).told).toEqual(kept);
    const redeemed = await redeem(server, hr, { code, code_verifier: verifier });
    expect(await learned(redeemed.json)).toEqual({ told: kept, proven: kept });
    const next = await refreshed(server, hr, tokens.refresh_token);
    expect(await learned(next)).toEqual({ told: kept, proven: kept });
    await register({ claims: [] });
    expect((await learned(next)).told).toEqual({});
    await register({ claims: [], scope: ['openid', 'email'] });
    expect((await learned(next)).told).toEqual(kept);
  });

  test('goes to nobody when the client was removed', async () => {
    const { access_token } = await newTokens({ scope: 'openid', claims }, hr);
    await register(undefined);
    expect((await userinfo(server, access_token)).json['reason']).toBe('access_token_invalid');
  });
});

describe('OC8: the token', () => {
  test('is accepted in the last second of its life, and refused after it', async () => {
    const { access_token } = await newTokens();
    server.clock.advance(3_599);
    expect((await userinfo(server, access_token)).status).toBe(200);
    server.clock.advance(1);
    expect((await userinfo(server, access_token)).status).toBe(401);
  });
});
