import { createHmac, createPublicKey, randomBytes } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { spa, web, webPost } from '../support/clients.ts';
import { encodeFields, type Fields, formType, send } from '../support/http.ts';
import { type FullClient, machine, mobile, portal, revoke, warehouse } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { basic, obtainCode, postToken, redeem } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

type Holder = { alg: string; kid: string; privateKey: CryptoKey; jwk: JWK };

async function newKey(alg: string): Promise<Holder> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid: alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid: alg, alg } };
}

const keys = await Promise.all(['RS256', 'PS256', 'ES256', 'EdDSA'].map(newKey));
const [rsa, , ec, ed] = keys as [Holder, Holder, Holder, Holder];
const stranger = await newKey('ES256');

/** Authenticates with its keys. */
const keyed: FullClient = {
  client_id: 'keyed',
  redirect_uris: ['https://keyed.example/callback'],
  token_endpoint_auth_method: 'private_key_jwt',
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  scope: 'openid api:read',
  may_introspect: true,
  jwks: { keys: keys.map(({ jwk }) => jwk) },
};
/** Changes keys: for a while it has two of a type, and its library sends no kid. */
const [old, next] = [await newKey('RS256'), await newKey('RS256')];
const unnamed = ({ jwk }: Holder): JWK => ({ ...jwk, kid: undefined });
const renewing: FullClient = { ...keyed, client_id: 'renewing', jwks: { keys: [unnamed(old), unnamed(next)] } };
/** Has keys that say what they are for by the newer name of EdDSA, or not at all. */
const newer: FullClient = {
  ...keyed,
  client_id: 'newer',
  jwks: { keys: [ed.jwk, { ...ed.jwk, kid: 'Ed25519', alg: 'Ed25519' }, { ...ed.jwk, kid: 'plain', alg: undefined }] },
};
/** The same keys, another client. */
const twin: FullClient = { ...keyed, client_id: 'twin' };

const bytes = (count: number) => randomBytes(count).toString('base64url');

/** Keys that nothing can be verified with. */
const brokenKeys: Record<string, JWK> = {
  'EC with a point that is not on the curve': { kty: 'EC', crv: 'P-256', x: bytes(32), y: bytes(32) },
  'EC with short coordinates': { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' },
  'EC without coordinates': { kty: 'EC', crv: 'P-256' },
  'EC on another curve': { kty: 'EC', crv: 'P-521', x: bytes(66), y: bytes(66) },
  'EC on an unknown curve': { kty: 'EC', crv: 'P-999', x: bytes(32), y: bytes(32) },
  'OKP of the wrong length': { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' },
  'OKP without a key': { kty: 'OKP', crv: 'Ed25519' },
  'OKP on another curve': { kty: 'OKP', crv: 'X25519', x: bytes(32) },
  'RSA without a modulus': { kty: 'RSA', e: 'AQAB' },
  'RSA with an empty modulus': { kty: 'RSA', n: '', e: 'AQAB' },
  'RSA with an exponent of zero': { kty: 'RSA', n: bytes(256), e: 'AA' },
  'RSA with 512 bits': { kty: 'RSA', n: bytes(64), e: 'AQAB' },
  'RSA with 16,384 bits': { kty: 'RSA', n: bytes(2_048), e: 'AQAB' },
  'RSA with an exponent of 4,096 bits': { kty: 'RSA', n: bytes(512), e: bytes(512) },
  'RSA with a modulus that is no text': { kty: 'RSA', n: 5 as unknown as string, e: 'AQAB' },
  'RSA with a modulus that is not base64url': { kty: 'RSA', n: '!!!!', e: 'AQAB' },
  'for encryption alone': { ...ec.jwk, use: 'enc' },
  'for signing alone': { ...ec.jwk, key_ops: ['sign'] },
};
const algorithmOf: Partial<Record<string, string>> = { RSA: 'RS256', EC: 'ES256', OKP: 'EdDSA' };
const brokenClients = Object.entries(brokenKeys).map(([name, key], index): [string, FullClient, string] => [
  name,
  { ...keyed, client_id: `broken-${index}`, jwks: { keys: [key] } },
  algorithmOf[key.kty ?? ''] ?? 'ES256',
]);

/** A client that is refused at its registration cannot authenticate either. */
const registrable: FullClient[] = [];
for (const [, client] of brokenClients) if ((await parseRegistration(client)).ok) registrable.push(client);

const strict: FullClient = { ...machine, client_id: 'strict', strict_auth_method: true };
const strictPost: FullClient = {
  ...strict,
  client_id: 'strict-post',
  token_endpoint_auth_method: 'client_secret_post',
};
const talkative: FullClient = { ...mobile, client_id: 'talkative', ignore_public_client_secret: true };

const server = await startTestServer({
  clients: [
    spa,
    web,
    webPost,
    mobile,
    portal,
    machine,
    warehouse,
    keyed,
    twin,
    renewing,
    newer,
    strict,
    strictPost,
    talkative,
    ...registrable,
  ],
});

type Claims = Record<string, unknown>;

const claims = (changes: Claims = {}): Claims => ({
  iss: keyed.client_id,
  sub: keyed.client_id,
  aud: server.issuer,
  iat: server.clock.now(),
  exp: server.clock.now() + 60,
  jti: crypto.randomUUID(),
  ...changes,
});

/** A signed assertion; a claim that is undefined is left out. */
const sign = (changes: Claims = {}, header: Partial<JWTHeaderParameters> = {}, by: Holder = ec): Promise<string> =>
  new SignJWT(claims(changes)).setProtectedHeader({ alg: by.alg, kid: by.kid, ...header }).sign(by.privateKey);

/** An assertion without a kid. */
const signOf = ({ client_id }: FullClient, by: Holder, changes: Claims = {}): Promise<string> =>
  sign({ iss: client_id, sub: client_id, ...changes }, { kid: undefined as unknown as string }, by);

const credentials = (client_assertion: string | undefined): Fields => ({
  client_assertion_type: assertionType,
  client_assertion,
});

const ask = (fields: Fields, headers: Record<string, string> = {}) =>
  postToken(server, { grant_type: 'client_credentials', ...fields }, headers);

const outcomeOf = async (assertion: string | undefined, fields: Fields = {}) => {
  const { status, json } = await ask({ ...credentials(assertion), ...fields });
  return { status, error: json.error };
};

/** Where clients authenticate, besides /token. */
const otherEndpoints = ['/introspect', '/revoke', '/device_authorization', '/par'];

const errorAt = async (path: string, assertion: string): Promise<unknown> => {
  const body = encodeFields({ token: 'x', ...credentials(assertion) });
  const answer = await send(server.port, path, { method: 'POST', headers: formType, body });
  return JSON.parse(answer.body).error;
};

const accepted = { status: 200, error: undefined };
const refused = { status: 401, error: 'invalid_client' };

describe('private_key_jwt: an assertion that proves the client', () => {
  test.each(keys.map((key) => [key.alg, key] as const))('is signed with %s', async (_, key) => {
    expect(await outcomeOf(await sign({}, {}, key))).toEqual(accepted);
  });

  test.each(['EdDSA', 'Ed25519', 'plain'])('RFC 9864: is signed by Ed25519 under either name, key %s', async (kid) => {
    for (const alg of ['EdDSA', 'Ed25519']) {
      const assertion = await sign({ iss: 'newer', sub: 'newer' }, { alg, kid }, ed);
      expect(await outcomeOf(assertion)).toEqual(accepted);
    }
  });

  test('needs no kid where one key fits', async () => {
    expect(await outcomeOf(await sign({}, { kid: undefined as unknown as string }))).toEqual(accepted);
  });

  test.each([
    ['the old', old],
    ['the new', next],
  ])('needs no kid where several keys fit: signed with %s one', async (_, key) => {
    expect(await outcomeOf(await signOf(renewing, key))).toEqual(accepted);
  });

  test.each<[string, () => unknown]>([
    ['the issuer', () => server.issuer],
    ['the token endpoint', () => `${server.issuer}/token`],
    ['both', () => [server.issuer, `${server.issuer}/token`]],
  ])('RFC 7523 3: has as its audience %s', async (_, aud) => {
    expect(await outcomeOf(await sign({ aud: aud() }))).toEqual(accepted);
  });

  test('S23: of the type of today, has the issuer as its audience', async () => {
    expect(await outcomeOf(await sign({}, { typ: 'client-authentication+jwt' }))).toEqual(accepted);
  });

  test.each(['iat', 'nbf'])('S23: has an %s ten seconds ahead, as clocks differ', async (name) => {
    expect(await outcomeOf(await sign({ [name]: server.clock.now() + 10 }))).toEqual(accepted);
  });

  test('RFC 7521 4.2: may come beside the same client_id', async () => {
    expect(await outcomeOf(await sign(), { client_id: keyed.client_id })).toEqual(accepted);
  });

  test.each<[string, () => Claims]>([
    ['that is five minutes away', () => ({ exp: server.clock.now() + 300, iat: undefined })],
    ['that is an hour away, if it was made now', () => ({ exp: server.clock.now() + 3_600 })],
    [
      'that is an hour away, if it was made less than five minutes ago',
      () => ({ exp: server.clock.now() + 3_600, iat: server.clock.now() - 299 }),
    ],
    ['that passed half a minute ago, as clocks differ', () => ({ exp: server.clock.now() - 29 })],
  ])('has an exp %s', async (_, changes) => {
    expect(await outcomeOf(await sign(changes()))).toEqual(accepted);
  });

  test.each<[string, () => Claims]>([
    ['iat', () => ({ iat: undefined })],
    ['nbf that has passed', () => ({ nbf: server.clock.now() - 10 })],
  ])('may do without iat, and with nbf: %s', async (_, changes) => {
    expect(await outcomeOf(await sign(changes()))).toEqual(accepted);
  });

  test('redeems a code and refreshes', async () => {
    const person = await signedInPerson(server);
    const { code, verifier } = await obtainCode(person, keyed);
    const fields = { code, code_verifier: verifier, ...credentials(await sign()) };
    const { status, json } = await redeem(server, keyed, fields);
    expect(status).toBe(200);
    const { refresh_token } = json as { refresh_token?: string };
    const again = { grant_type: 'refresh_token', refresh_token, ...credentials(await sign()) };
    expect((await postToken(server, again)).status).toBe(200);
  });

  test('RV1: revokes', async () => {
    expect((await revoke(server, undefined, { token: 'x', ...credentials(await sign()) })).status).toBe(200);
  });

  test('IN1: introspects', async () => {
    const body = encodeFields({ token: 'x', ...credentials(await sign()) });
    const answer = await send(server.port, '/introspect', { method: 'POST', headers: formType, body });
    expect(answer).toMatchObject({ status: 200, body: '{"active":false}' });
  });

  test.each(otherEndpoints)('names the endpoint that it is sent to, %s', async (path) => {
    expect(await errorAt(path, await sign({ aud: server.issuer + path }))).not.toBe('invalid_client');
    expect(await errorAt(path, await sign({ aud: [server.issuer, server.issuer + path] }))).not.toBe('invalid_client');
  });

  test('H18: is never in the log', async () => {
    const assertion = await sign();
    await outcomeOf(assertion);
    await outcomeOf(assertion);
    expect(server.auditLines.join('\n')).not.toContain(assertion.split('.')[2]);
  });
});

describe('private_key_jwt: claims that prove nothing: invalid_client', () => {
  const wrong: Record<string, () => Claims> = {
    'another audience': () => ({ aud: 'https://elsewhere.example' }),
    'the issuer with a slash': () => ({ aud: `${server.issuer}/` }),
    'another endpoint': () => ({ aud: `${server.issuer}/authorize` }),
    'no audience': () => ({ aud: undefined }),
    'an empty audience': () => ({ aud: [] }),
    'an audience that is no text': () => ({ aud: { a: 1 } }),
    'another iss': () => ({ iss: 'somebody' }),
    'the issuer as iss': () => ({ iss: server.issuer }),
    'no iss': () => ({ iss: undefined }),
    'another sub': () => ({ sub: 'twin' }),
    'an unknown sub': () => ({ sub: 'nobody' }),
    'no sub': () => ({ sub: undefined }),
    'a sub that is a number': () => ({ sub: 5 }),
    'a sub that is an object': () => ({ sub: { keyed: true } }),
    'a sub that is a list': () => ({ sub: ['keyed'] }),
    'a sub that is empty': () => ({ sub: '' }),
    'a sub of 3,000 characters': () => ({ sub: 'x'.repeat(3_000) }),
    'a sub that is the prototype': () => ({ sub: '__proto__' }),
    'an exp that is an hour away, without iat': () => ({ exp: server.clock.now() + 3_600, iat: undefined }),
    'an exp that is six minutes away, without iat': () => ({ exp: server.clock.now() + 360, iat: undefined }),
    'an exp that is an hour away, made six minutes ago': () => ({
      exp: server.clock.now() + 3_600,
      iat: server.clock.now() - 360,
    }),
    'an exp that is a minute away, of an hour': () => ({
      exp: server.clock.now() + 60,
      iat: server.clock.now() - 3_540,
    }),
    'an exp that is two hours away': () => ({ exp: server.clock.now() + 7_200 }),
    'an exp in milliseconds': () => ({ exp: server.clock.now() * 1_000 }),
    'an exp that has passed': () => ({ exp: server.clock.now() - 31 }),
    'an exp that is a text': () => ({ exp: String(server.clock.now() + 60) }),
    'no exp': () => ({ exp: undefined }),
    'a negative exp': () => ({ exp: -1 }),
    'an nbf in the future': () => ({ nbf: server.clock.now() + 40 }),
    'an nbf that is a text': () => ({ nbf: 'now' }),
    'S23: an iat in the future': () => ({ iat: server.clock.now() + 61 }),
    'S23: an nbf a minute ahead': () => ({ nbf: server.clock.now() + 61 }),
    'S23: an audience of somebody else beside ours': () => ({ aud: [server.issuer, 'https://elsewhere.example'] }),
    'S23: an audience of somebody else before ours': () => ({ aud: ['https://elsewhere.example', server.issuer] }),
    'S23: an audience without a value': () => ({ aud: [] }),
    'no jti': () => ({ jti: undefined }),
    'an empty jti': () => ({ jti: '' }),
    'a jti that is a number': () => ({ jti: 1 }),
    'a jti of 256 characters': () => ({ jti: 'x'.repeat(256) }),
  };

  test.each(Object.entries(wrong))('%s', async (_, changes) => {
    expect(await outcomeOf(await sign(changes()))).toEqual(refused);
  });
});

describe('private_key_jwt: the address of an endpoint as the audience', () => {
  test.each(otherEndpoints)('is refused elsewhere: %s', async (path) => {
    for (const other of ['/token', ...otherEndpoints].filter((endpoint) => endpoint !== path)) {
      expect(await errorAt(other, await sign({ aud: server.issuer + path }))).toBe('invalid_client');
    }
  });

  test.each(otherEndpoints)('S23: is refused in an assertion of the type of today: %s', async (path) => {
    const assertion = await sign({ aud: server.issuer + path }, { typ: 'client-authentication+jwt' });
    expect(await errorAt(path, assertion)).toBe('invalid_client');
  });
});

test('private_key_jwt: what is wrong may be any claim that it needs, and the answer names them', async () => {
  const { json } = await ask(credentials(await sign({ jti: undefined })));
  for (const name of ['iss', 'sub', 'aud', 'jti', 'exp', 'iat']) expect(json.error_description).toMatch(`${name} `);
});

describe('private_key_jwt: an assertion of the type of today', () => {
  test.each<[string, () => unknown]>([
    ['the token endpoint', () => `${server.issuer}/token`],
    ['the issuer in an array', () => [server.issuer]],
    ['both', () => [server.issuer, `${server.issuer}/token`]],
  ])('S23: is refused with the audience %s', async (_, aud) => {
    for (const typ of [
      'client-authentication+jwt',
      'Client-Authentication+JWT',
      'application/client-authentication+jwt',
    ]) {
      expect(await outcomeOf(await sign({ aud: aud() }, { typ }))).toEqual(refused);
    }
  });
});

describe('private_key_jwt: a JWT that says what it is', () => {
  test.each(['JWT', 'jwt', 'application/jwt', 'application/client-authentication+jwt'])('is taken: %s', async (typ) => {
    expect(await outcomeOf(await sign({}, { typ }))).toEqual(accepted);
  });

  test.each([
    'oauth-authz-req+jwt',
    'application/oauth-authz-req+jwt',
    'dpop+jwt',
    'at+jwt',
    'logout+jwt',
    'oauth-id-jag+jwt',
    'secevent+jwt',
    '',
  ])('is no assertion when it is something else: %j', async (typ) => {
    expect(await outcomeOf(await sign({}, { typ }))).toEqual(refused);
  });
});

describe('private_key_jwt: a signature that proves nothing: invalid_client', () => {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const pem = createPublicKey({ key: { ...rsa.jwk }, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });
  const hmac = (key: string, alg = 'HS256') => {
    const input = `${encode({ alg, kid: rsa.kid })}.${encode(claims())}`;
    return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
  };
  /** A genuine signature behind another header. */
  const reheaded = async (header: object) => {
    const [, payload, signature] = (await sign()).split('.');
    return `${encode({ alg: ec.alg, kid: ec.kid, ...header })}.${payload}.${signature}`;
  };

  const forged: Record<string, () => Promise<string> | string> = {
    'alg none': () => `${encode({ alg: 'none' })}.${encode(claims())}.`,
    'alg NONE': () => `${encode({ alg: 'NONE' })}.${encode(claims())}.`,
    'HS256 with the public key in PEM': () => hmac(pem.toString()),
    'HS256 with the modulus': () => hmac(rsa.jwk.n ?? ''),
    'HS256 with the JWK': () => hmac(JSON.stringify(rsa.jwk)),
    'HS256 with nothing': () => hmac(''),
    'the key of somebody else': () => sign({}, { kid: ec.kid }, stranger),
    'the key of somebody else without a kid': () => sign({}, { kid: undefined as unknown as string }, stranger),
    'the key of somebody else without a kid, where several keys fit': () => signOf(renewing, rsa),
    'an expired one without a kid, where several keys fit': () =>
      signOf(renewing, next, { exp: server.clock.now() - 60 }),
    'an unknown kid': () => sign({}, { kid: 'unknown' }),
    'the kid of another key': () => sign({}, { kid: rsa.kid }),
    'a kid that is a number': () => sign({}, { kid: 5 as unknown as string }),
    'the key in the header': () => sign({}, { kid: 'x', jwk: stranger.jwk }, stranger),
    'the key in the header, with a known kid': () => sign({}, { kid: ec.kid, jwk: stranger.jwk }, stranger),
    'a jku': () => sign({}, { kid: 'x', jku: 'https://attacker.example/jwks' }, stranger),
    'an x5u': () => sign({}, { kid: 'x', x5u: 'https://attacker.example/cert' }, stranger),
    'an x5c': () => sign({}, { kid: 'x', x5c: ['AAAA'] }, stranger),
    'RS256 by a key for PS256': () => reheaded({ alg: 'RS256' }),
    RS512: () => reheaded({ alg: 'RS512' }),
    ES384: () => reheaded({ alg: 'ES384' }),
    'an alg that is no text': () => reheaded({ alg: ['ES256'] }),
    'no alg': () => reheaded({ alg: undefined }),
    'crit with an unknown member': () => reheaded({ crit: ['unknown'], unknown: 1 }),
    'crit with exp': () => reheaded({ crit: ['exp'], exp: 1 }),
    'an empty crit': () => reheaded({ crit: [] }),
    'b64 false': () => reheaded({ b64: false, crit: ['b64'] }),
    'a compressed payload': () => reheaded({ zip: 'DEF' }),
    'a key of 16,384 bits in the header': () =>
      sign({}, { kid: 'x', jwk: { kty: 'RSA', n: bytes(2_048), e: 'AQAB' } }, stranger),
    'no signature': async () => `${(await sign()).split('.').slice(0, 2).join('.')}.`,
    'the signature of another assertion': async () => {
      const [header, payload] = (await sign()).split('.');
      return `${header}.${payload}.${(await sign()).split('.')[2]}`;
    },
    'a signature in DER': async () => `${(await sign()).split('.').slice(0, 2).join('.')}.MEUCIQ${bytes(64)}`,
    'a signature of zeros': async () =>
      `${(await sign()).split('.').slice(0, 2).join('.')}.${Buffer.alloc(64).toString('base64url')}`,
  };

  test.each(Object.entries(forged))('%s', async (_, make) => {
    const assertion = await make();
    // The genuine client exists: what is refused is the proof.
    const before = server.auditLines.length;
    expect(await outcomeOf(assertion)).toEqual(refused);
    expect(server.auditLines.slice(before).join()).toContain('client_assertion_wrong');
  });
});

describe('private_key_jwt: text that is no assertion: invalid_client', () => {
  const encode = (text: string) => Buffer.from(text).toString('base64url');

  test.each<[string, string | undefined]>([
    ['nothing', undefined],
    ['garbage', 'garbage'],
    ['dots', '..'],
    ['five parts', 'e30.e30.e30.e30.e30'],
    ['a header that is null', `${encode('null')}.${encode('{"sub":"keyed"}')}.AA`],
    ['a header that is a list', `${encode('[]')}.${encode('{"sub":"keyed"}')}.AA`],
    ['a payload that is null', `${encode('{"alg":"ES256"}')}.${encode('null')}.AA`],
    ['a payload that is a list', `${encode('{"alg":"ES256"}')}.${encode('[]')}.AA`],
    ['a payload that is no JSON', `${encode('{"alg":"ES256"}')}.${encode('{')}.AA`],
    ['a payload that is not UTF-8', `${encode('{"alg":"ES256"}')}._____w.AA`],
    ['a header of 1,500 levels', `${encode('['.repeat(1_500))}.${encode('{"sub":"keyed"}')}.AA`],
    ['a payload of 5,000 levels', `${encode('{}')}.${encode(`${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`)}.AA`],
    [
      'a payload with deep members',
      `${encode('{"alg":"ES256"}')}.${encode(`{"sub":"keyed","a":${'['.repeat(2_000)}${']'.repeat(2_000)}}`)}.AA`,
    ],
    ['9,000 characters', `e30.${'A'.repeat(9_000)}.AA`],
    ['60,000 characters', 'x'.repeat(60_000)],
    ['characters beyond ASCII', 'é.é.é'],
    ['white space', ' . . '],
    ['NUL', '\0.\0.\0'],
  ])('H40: %s', async (_, assertion) => {
    expect(await outcomeOf(assertion)).toEqual(refused);
  });

  test.each([
    undefined,
    '',
    'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
    'urn:ietf:params:oauth:client-assertion-type:JWT-bearer',
    'jwt-bearer',
  ])('the assertion type %j', async (client_assertion_type) => {
    expect(await outcomeOf(await sign(), { client_assertion_type })).toEqual(refused);
  });
});

describe('private_key_jwt: keys of the client that are broken: invalid_client, never a failure', () => {
  test.each(brokenClients)('%s', async (_, { client_id }, alg) => {
    const signer = keys.find((key) => key.alg === alg) ?? ec;
    const assertion = await sign({ iss: client_id, sub: client_id }, { kid: undefined as unknown as string }, signer);
    expect(await outcomeOf(assertion)).toEqual(refused);
  });

  test.each<[string, object]>([
    ['with a private key', { jwks: { keys: [{ ...ec.jwk, d: 'AA' }] } }],
    ['with a shared secret', { jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }],
    ['without keys', { jwks: { keys: [] } }],
    ['without jwks', { jwks: undefined }],
    ['with both', { jwks_uri: 'https://keyed.example/jwks' }],
    ['with a secret', { client_secret: 'x' }],
  ])('a client cannot be registered %s', async (_, changes) => {
    expect((await parseRegistration(JSON.parse(JSON.stringify({ ...keyed, ...changes })))).ok).toBe(false);
  });

  test.each([
    'http://keyed.example/jwks',
    'https://127.0.0.1/jwks',
    'https://[::1]/jwks',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/jwks',
    'https://keys.internal/jwks',
    'https://keyed.example:8443/jwks',
    'https://user:password@keyed.example/jwks',
    'https://2130706433/jwks',
    'https://0x7f.1/jwks',
    'file:///etc/passwd',
    'data:application/json,{}',
  ])('DC3: a jwks_uri cannot be %s', async (jwks_uri) => {
    const { jwks: _, ...client } = keyed;
    expect(await parseRegistration({ ...client, jwks_uri })).toMatchObject({
      ok: false,
      refusal: { member: 'jwks_uri' },
    });
  });
});

describe('private_key_jwt: a jti', () => {
  test('RFC 7523 3: works once', async () => {
    const assertion = await sign();
    expect(await outcomeOf(assertion)).toEqual(accepted);
    expect(await outcomeOf(assertion)).toEqual(refused);
  });

  test('works once, in whatever assertion it is', async () => {
    const jti = crypto.randomUUID();
    expect(await outcomeOf(await sign({ jti }))).toEqual(accepted);
    expect(await outcomeOf(await sign({ jti, exp: server.clock.now() + 61 }))).toEqual(refused);
  });

  test('works once, at whatever endpoint', async () => {
    const assertion = await sign();
    expect((await revoke(server, undefined, { token: 'x', ...credentials(assertion) })).status).toBe(200);
    expect(await outcomeOf(assertion)).toEqual(refused);
  });

  test('works once when it comes 20 times at once', async () => {
    const assertion = await sign();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcomeOf(assertion)));
    expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(outcomes.filter(({ status }) => status === 401)).toHaveLength(19);
  });

  test('is not used up by an assertion that proves nothing', async () => {
    const jti = crypto.randomUUID();
    expect(await outcomeOf(await sign({ jti }, { kid: ec.kid }, stranger))).toEqual(refused);
    expect(await outcomeOf(await sign({ jti }))).toEqual(accepted);
  });

  test('of one client is free for another', async () => {
    const jti = crypto.randomUUID();
    expect(await outcomeOf(await sign({ jti }))).toEqual(accepted);
    expect(await outcomeOf(await sign({ jti, iss: twin.client_id, sub: twin.client_id }))).toEqual(accepted);
  });

  test('is used up even when the request is refused for something else', async () => {
    const assertion = await sign();
    expect((await outcomeOf(assertion, { grant_type: 'password' })).error).toBe('unsupported_grant_type');
    expect(await outcomeOf(assertion)).toEqual(refused);
  });
});

describe('V7: more than one way at once', () => {
  test.each<[string, Fields, Record<string, string>]>([
    ['an assertion and a secret', { client_secret: 'x' }, {}],
    ['an assertion and Basic', {}, { authorization: basic(machine) }],
    ['an assertion and another client_id', { client_id: 'twin' }, {}],
  ])('%s is invalid_request', async (_, fields, headers) => {
    const { status, json } = await ask({ ...credentials(await sign()), ...fields }, headers);
    expect({ status, error: json.error }).toEqual({ status: 400, error: 'invalid_request' });
  });

  test('two assertions are invalid_request', async () => {
    const body = `${encodeFields({ grant_type: 'client_credentials', ...credentials(await sign()) })}&client_assertion=x`;
    expect((await postToken(server, body)).json.error).toBe('invalid_request');
  });

  test('Basic and a secret in the form are invalid_request', async () => {
    const { json } = await ask({ client_secret: machine.client_secret }, { authorization: basic(machine) });
    expect(json.error).toBe('invalid_request');
  });
});

describe('OA2: the method that is registered is the only one', () => {
  const secret = 'a secret that is as good as any other';

  test.each<[string, () => Promise<Fields> | Fields, Record<string, string>]>([
    ['private_key_jwt: nothing', () => ({ client_id: keyed.client_id }), {}],
    ['private_key_jwt: a secret in the form', () => ({ client_id: keyed.client_id, client_secret: secret }), {}],
    [
      'private_key_jwt: a secret in Basic',
      () => ({}),
      { authorization: basic({ client_id: keyed.client_id, client_secret: secret }) },
    ],
    ['client_secret_basic: nothing', () => ({ client_id: machine.client_id }), {}],
    [
      'client_secret_basic, strict: the secret in the form',
      () => ({ client_id: strict.client_id, client_secret: strict.client_secret }),
      {},
    ],
    [
      'client_secret_basic: an assertion',
      async () => credentials(await sign({ iss: machine.client_id, sub: machine.client_id })),
      {},
    ],
    ['client_secret_post: nothing', () => ({ client_id: webPost.client_id }), {}],
    ['client_secret_post, strict: the secret in Basic', () => ({}), { authorization: basic(strictPost) }],
    [
      'client_secret_post: an assertion',
      async () => credentials(await sign({ iss: webPost.client_id, sub: webPost.client_id })),
      {},
    ],
    ['none: a secret in the form', () => ({ client_id: spa.client_id, client_secret: secret }), {}],
    ['none: Basic', () => ({}), { authorization: basic({ client_id: spa.client_id, client_secret: secret }) }],
    ['none: an assertion', async () => credentials(await sign({ iss: spa.client_id, sub: spa.client_id })), {}],
  ])('%s is refused with 401', async (_, fields, headers) => {
    const { status, json } = await ask(await fields(), headers);
    expect({ status, error: json.error }).toEqual(refused);
  });

  test('client_secret_jwt is none of them', async () => {
    const key = new TextEncoder().encode(machine.client_secret);
    const own = claims({ iss: machine.client_id, sub: machine.client_id });
    const assertion = await new SignJWT(own).setProtectedHeader({ alg: 'HS256' }).sign(key);
    expect(await outcomeOf(assertion)).toEqual(refused);
  });
});

describe('a client library that authenticates in another way than the client is registered for', () => {
  type Way = { headers: Record<string, string>; fields: Fields };
  const inBasic = ({ client_id }: FullClient, client_secret: string): Way => ({
    headers: { authorization: basic({ client_id, client_secret }) },
    fields: {},
  });
  const { client_id, client_secret = '' } = portal;
  const ways = {
    inHeader: inBasic(portal, client_secret),
    inForm: { headers: {}, fields: { client_id, client_secret } },
  } satisfies Record<string, Way>;

  const post = async (path: string, { headers, fields }: Way, more: Fields) => {
    const body = encodeFields({ ...fields, ...more });
    const sent = { method: 'POST', headers: { ...formType, ...headers }, body };
    const { status, body: text } = await send(server.port, path, sent);
    return { status, json: JSON.parse(text) as { refresh_token?: string } };
  };

  test.each([
    ['inHeader', 'inForm'],
    ['inForm', 'inHeader'],
  ] as const)('K1: redeems a code %s, refreshes and revokes %s', async (first, then) => {
    const { code, verifier } = await obtainCode(await signedInPerson(server), portal);
    const redirect_uri = portal.redirect_uris[0];
    const exchange = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri };
    const { status, json } = await post('/token', ways[first], exchange);
    expect(status).toBe(200);
    const refreshing = { grant_type: 'refresh_token', refresh_token: json.refresh_token };
    const refreshed = await post('/token', ways[then], refreshing);
    expect(refreshed.status).toBe(200);
    const revoked = await post('/revoke', ways[then], { token: refreshed.json.refresh_token });
    expect(revoked.status).toBe(200);
  });

  test('K1: introspects with its secret in the form', async () => {
    const credentials = { client_id: warehouse.client_id, client_secret: warehouse.client_secret };
    const body = encodeFields({ ...credentials, token: 'x' });
    const answer = await send(server.port, '/introspect', { method: 'POST', headers: formType, body });
    expect(answer.status).toBe(200);
  });

  test.each<[string, FullClient, Way]>([
    ['K5: an empty secret in Basic', mobile, inBasic(mobile, '')],
    ['K5: an empty secret in the form', mobile, { headers: {}, fields: { client_id: 'mobile', client_secret: '' } }],
    ['K11: a secret in Basic that is ignored', talkative, inBasic(talkative, 'x')],
    [
      'K11: a secret in the form that is ignored',
      talkative,
      { headers: {}, fields: { client_id: 'talkative', client_secret: 'x' } },
    ],
  ])('is public and sends %s', async (_, client, way) => {
    const { code, verifier } = await obtainCode(await signedInPerson(server), client);
    const [redirect_uri] = client.redirect_uris;
    const exchange = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri };
    const { status, json } = await post('/token', way, exchange);
    expect(status).toBe(200);
    expect((await post('/revoke', way, { token: json.refresh_token })).status).toBe(200);
    expect((await post('/introspect', way, { token: 'x' })).status).toBe(403);
  });
});

describe('23: the challenge', () => {
  test('does not come with a wrong assertion', async () => {
    const { headers } = await ask(credentials(await sign({ aud: 'x' })));
    expect(headers).not.toHaveProperty('www-authenticate');
  });

  test('comes with wrong Basic', async () => {
    const { headers } = await ask({}, { authorization: basic({ ...machine, client_secret: 'wrong' }) });
    expect(headers['www-authenticate']).toMatch(/^Basic realm="/);
  });
});
