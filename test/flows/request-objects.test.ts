import { CompactSign, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { spa, type TestClient } from '../support/clients.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { encodeFields, type Fields, formType, send } from '../support/http.ts';
import { isSignInPage, newPerson, type Page, signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, parametersOf, redeem } from '../support/protocol.ts';
import { openingOf, pushed } from '../support/pushed.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

const algorithms = ['PS256', 'ES256', 'EdDSA', 'RS256'] as const;
const pairs = new Map<string, Pair>();
for (const alg of algorithms) pairs.set(alg, await generateKeyPair(alg, { extractable: true }));
const stranger = await generateKeyPair('ES256', { extractable: true });
const keyOf = (alg: string): Pair['privateKey'] => (pairs.get(alg) ?? stranger).privateKey;
const jwks = {
  keys: await Promise.all(
    Array.from(pairs, async ([kid, { publicKey }]) => ({ ...(await exportJWK(publicKey)), kid, alg: kid })),
  ),
};

type Signing = TestClient & { require_signed_request_object?: boolean; request_object_signing_alg?: string };
const bank: Signing = {
  client_id: 'bank',
  client_secret: 'a secret of a client that signs, long enough',
  redirect_uris: ['https://bank.example/callback', 'https://bank.example/other'],
  token_endpoint_auth_method: 'client_secret_basic',
  scope: 'openid profile email',
  jwks,
};
const strict: Signing = { ...bank, client_id: 'strict', require_signed_request_object: true };
const onlyEd: Signing = { ...bank, client_id: 'only-ed', request_object_signing_alg: 'EdDSA' };
const onlyPs: Signing = { ...bank, client_id: 'only-ps', request_object_signing_alg: 'PS256' };
const pushes: Signing = { ...bank, client_id: 'pushes', require_pushed_authorization_requests: true };

const { client_secret: _, ...unproven } = bank;
const keyed: Signing = { ...unproven, client_id: 'keyed', token_endpoint_auth_method: 'private_key_jwt' };

/** Changes keys: for a while it has two of a type, and its library sends no kid. */
const next = await generateKeyPair('ES256', { extractable: true });
const twoKeys = await Promise.all([stranger, next].map(({ publicKey }) => exportJWK(publicKey)));
const renewing: Signing = { ...bank, client_id: 'renewing', jwks: { keys: twoKeys } };

const database = await startDatabaseProxy();
const server = await startTestServer({
  clients: [spa, bank, strict, onlyEd, onlyPs, pushes, keyed, renewing],
  dynamodb: database.endpoint,
});
const person = await signedInPerson(server, ada, { lifetime: 86_400, idleLifetime: 86_400 });
const { verifier, challenge } = pkcePair();

type Signed = { alg?: string; typ?: string | undefined; key?: Pair['privateKey']; kid?: string | undefined };

/** A request object that is right in every way, unless `changes` say otherwise; undefined takes a claim away. */
async function objectOf(client: TestClient, changes: JWTPayload = {}, signed: Signed = {}): Promise<string> {
  const { alg = 'ES256', typ = 'oauth-authz-req+jwt', key = keyOf(alg), kid = alg } = signed;
  const now = server.clock.now();
  const claims = {
    iss: client.client_id,
    aud: server.issuer,
    exp: now + 300,
    nbf: now,
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: client.redirect_uris[0],
    scope: 'openid',
    state: 'a-signed-state',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  };
  return new SignJWT(JSON.parse(JSON.stringify(claims)))
    .setProtectedHeader({
      alg,
      ...('kid' in signed && signed.kid === undefined ? {} : { kid }),
      ...('typ' in signed && signed.typ === undefined ? {} : { typ }),
    })
    .sign(key);
}

const withObject = (client: TestClient, request: string, more: Fields = {}) =>
  `/authorize?${encodeFields({ client_id: client.client_id, request, ...more })}`;
const answerIn = ({ headers }: Page) => parametersOf(new URL(headers.location ?? 'https://nowhere.example'));

/** What becomes of a request: a code, or the reason of the refusal, wherever it is told. */
async function outcomeOf(target: string): Promise<string> {
  const page = await person.follow(target);
  const { code, error_uri } = answerIn(page);
  if (code !== undefined) return 'a code';
  return (error_uri ?? /errors#[a-z_]+/.exec(page.body)?.[0] ?? 'neither').split('#')[1] ?? 'neither';
}

describe('a signed request at the authorization endpoint (RFC 9101)', () => {
  test.each([bank, onlyEd])('RFC 9864: may call EdDSA by the name of its curve: $client_id', async (client) => {
    const request = await objectOf(client, {}, { alg: 'Ed25519', key: keyOf('EdDSA'), kid: 'EdDSA' });
    expect(await outcomeOf(withObject(client, request))).toBe('a code');
  });

  test.each(algorithms)('JAR1: is taken, signed with %s', async (alg) => {
    const request = await objectOf(bank, { scope: 'openid email' }, { alg });
    const { code, state, iss } = answerIn(await person.follow(withObject(bank, request)));
    expect({ state, iss }).toEqual({ state: 'a-signed-state', iss: server.issuer });
    const { json } = await redeem(server, bank, { code, code_verifier: verifier });
    expect(json.scope).toBe('openid email');
  });

  test('JAR1: may have authorization details as an array of JSON, which stays one (RFC 9396 §2)', async () => {
    const details = [{ type: 'a' }, { type: 'b' }];
    for (const authorization_details of [details, details.slice(1), JSON.stringify(details)]) {
      const request = await objectOf(bank, { authorization_details });
      const { error, error_description: told } = answerIn(await person.follow(withObject(bank, request)));
      expect([error, told]).toEqual([
        'invalid_authorization_details',
        expect.stringContaining('Element 0 has a type that is not registered.'),
      ]);
    }
  });

  test('JAR1: nothing beside it counts but the client_id', async () => {
    const more = {
      scope: 'openid email',
      state: 'outside',
      redirect_uri: 'https://bank.example/other',
      prompt: 'none',
    };
    const target = withObject(bank, await objectOf(bank), { ...more, code_challenge: 'A'.repeat(43) });
    const page = await person.follow(target);
    expect(new URL(page.headers.location ?? '').pathname).toBe('/callback');
    const { code, state } = answerIn(page);
    expect(state).toBe('a-signed-state');
    expect((await redeem(server, bank, { code, code_verifier: verifier })).json.scope).toBe('openid');
  });

  test('JAR1: it travels no further than this endpoint: pages have a name for it', async () => {
    const somebody = newPerson(server);
    const request = await objectOf(bank, { login_hint: 'ada@example.com', ui_locales: 'de' });
    const page = await somebody.follow(withObject(bank, request));
    expect(isSignInPage(page)).toBe(true);
    expect(page.target).not.toContain(request.slice(0, 20));
    expect(page.body).toContain('value="ada@example.com"');
    server.clock.advance(1_200);
    const { headers } = await somebody.submit(page, { username: ada.username, password: ada.password });
    expect(answerIn(await somebody.follow(headers.location ?? '')).code).toBeDefined();
  });

  test('JAR1: it may come in a form, and members of JSON are what a query would have', async () => {
    const claims = { userinfo: { email: { essential: true } } };
    const request = await objectOf(bank, { claims, max_age: 100_000, prompt: null, nonce: '' });
    const body = encodeFields({ client_id: 'bank', request });
    const posted = await person.open('/authorize', { method: 'POST', headers: formType, body });
    expect(answerIn(await person.follow(posted.headers.location ?? '')).code).toBeDefined();
  });

  test('what it asks for is judged as ever, and the refusal goes where it says', async () => {
    const request = await objectOf(bank, { scope: 'nothing', redirect_uri: 'https://bank.example/other' });
    const page = await person.follow(withObject(bank, request));
    expect(new URL(page.headers.location ?? '').pathname).toBe('/other');
    expect(answerIn(page)).toMatchObject({ error: 'invalid_scope', state: 'a-signed-state' });
    const elsewhere = await objectOf(bank, { redirect_uri: 'https://evil.example/' });
    expect(await outcomeOf(withObject(bank, elsewhere))).toBe('redirect_uri_not_registered');
    const twice = await objectOf(bank, { scope: ['openid', 'email'] });
    expect(await outcomeOf(withObject(bank, twice))).toBe('parameter_duplicated');
  });

  test('JAR1: one with more values than a query may have is refused like any other', async () => {
    const request = await objectOf(bank, { resource: Array(101).fill('https://api.example/orders') });
    expect(await outcomeOf(withObject(bank, request))).toBe('request_object_invalid');
    expect((await pushed(server, bank, {}, { body: encodeFields({ request }) })).json.reason).toBe(
      'request_object_invalid',
    );
  });

  const now = () => server.clock.now();
  test.each<[string, () => JWTPayload, Signed?]>([
    ['of another key', () => ({}), { key: stranger.privateKey }],
    ['of another type of key than its kid says', () => ({}), { alg: 'ES256', kid: 'PS256' }],
    ['that is a JWT of another type', () => ({}), { typ: 'at+jwt' }],
    ['that is a client assertion', () => ({ sub: 'bank', jti: 'j-1' }), { typ: 'JWT' }],
    ['for somebody else', () => ({ aud: 'https://other.example' })],
    ['for several others', () => ({ aud: ['https://other.example', `${server.issuer}/par`] })],
    ['for nobody', () => ({ aud: undefined })],
    ['without an end', () => ({ exp: undefined })],
    ['that has expired', () => ({ exp: now() - 31 })],
    ['that ends in more than an hour', () => ({ exp: now() + 3_631 })],
    ['that has not begun', () => ({ nbf: now() + 31 })],
    ['that began more than an hour ago', () => ({ nbf: now() - 3_631 })],
    ['from the future', () => ({ iat: now() + 31 })],
    ['of another client', () => ({ client_id: 'strict' })],
    ['without a client', () => ({ client_id: undefined })],
    ['of another issuer', () => ({ iss: 'strict' })],
    ['with a request in it', () => ({ request: 'x' })],
    ['with a request_uri in it', () => ({ request_uri: 'https://bank.example/r' })],
    ['with half a character', () => ({ state: 'half \ud800' })],
    ['with half a character in a name', () => ({ 'x\udc00': 'y' })],
    ['with very many parameters', () => Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`p${at}`, 'x']))],
  ])('JAR1: one %s is refused, and tells why', async (_, changes, signed) => {
    const target = withObject(bank, await objectOf(bank, changes(), signed));
    const page = await person.follow(target);
    expect({ status: page.status, location: page.headers.location }).toEqual({ status: 400, location: undefined });
    expect(await outcomeOf(target)).toBe('request_object_invalid');
  });

  test('JAR1: needs no kid where several keys fit, and tells which claim is wrong', async () => {
    const outcome = async (key: Pair['privateKey'], changes: JWTPayload = {}) => {
      const request = await objectOf(renewing, changes, { key, kid: undefined });
      const page = await person.follow(withObject(renewing, request));
      return answerIn(page).code === undefined ? page.body : 'a code';
    };
    expect(await outcome(stranger.privateKey)).toBe('a code');
    expect(await outcome(next.privateKey)).toBe('a code');
    expect(await outcome(next.privateKey, { exp: now() - 31 })).toContain('It has expired.');
    expect(await outcome(keyOf('ES256'))).toContain('It is not a JWT that a key of the client has signed.');
  });

  test('JAR1: one for others, too, is taken: aud may be a list with the issuer in it (RFC 7519 §4.1.3)', async () => {
    const other = 'https://other.example';
    for (const aud of [[server.issuer], [server.issuer, other], [other, server.issuer]]) {
      expect(await outcomeOf(withObject(bank, await objectOf(bank, { aud })))).toBe('a code');
    }
  });

  test('JAR1: one that is not signed, or with what both sides know, is refused', async () => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const [, payload = ''] = (await objectOf(bank)).split('.');
    const secret = new TextEncoder().encode(bank.client_secret);
    const symmetric = await new SignJWT({ client_id: 'bank', aud: server.issuer, exp: now() + 60 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(secret);
    for (const jwt of [`${encode({ alg: 'none' })}.${payload}.`, symmetric, 'no.jwt.at-all', 'x', '{}']) {
      expect(await outcomeOf(withObject(bank, jwt))).toBe('request_object_invalid');
    }
  });

  test('JAR1: a refusal goes back to the client where the address has a redirect URI that is registered', async () => {
    const [redirect_uri] = bank.redirect_uris;
    const target = withObject(bank, await objectOf(bank, { aud: 'x' }), { redirect_uri, state: 'outside' });
    const { error, error_description, state } = answerIn(await person.follow(target));
    expect({ error, state }).toEqual({ error: 'invalid_request_object', state: 'outside' });
    expect(error_description).toContain('Its claim aud is missing or wrong.');
  });

  test('RFC 9101 5: without client_id beside it, it is refused on a page, which says that it is missing there', async () => {
    const page = await person.open(`/authorize?${encodeFields({ request: await objectOf(bank) })}`);
    expect(page.status).toBe(400);
    expect(page.body).toContain('beside request');
  });

  test('JAR1: a client may use its algorithm alone, and one without keys can sign nothing', async () => {
    expect(await outcomeOf(withObject(onlyPs, await objectOf(onlyPs, {}, { alg: 'PS256' })))).toBe('a code');
    expect(await outcomeOf(withObject(onlyPs, await objectOf(onlyPs)))).toBe('request_object_invalid');
    expect(await outcomeOf(withObject(spa, await objectOf(spa)))).toBe('request_object_invalid');
  });

  test('JAR1: a client that has to sign is refused without, wherever it asks', async () => {
    expect(await outcomeOf(authorizeTarget(strict))).toBe('signed_request_required');
    expect((await pushed(server, strict)).json.reason).toBe('signed_request_required');
    expect(await outcomeOf(withObject(strict, await objectOf(strict)))).toBe('a code');
  });

  test('FP2: a client that has to push is refused with a signed request from the browser, too', async () => {
    expect(await outcomeOf(withObject(pushes, await objectOf(pushes)))).toBe('pushed_request_required');
  });

  test('by reference it comes only from this server: nothing is fetched', async () => {
    const [redirect_uri] = bank.redirect_uris;
    const request_uri = 'https://bank.example/request.jwt';
    const target = `/authorize?${encodeFields({ client_id: 'bank', redirect_uri, response_type: 'code', request_uri })}`;
    expect(await outcomeOf(target)).toBe('request_uri_unsupported');
  });

  test('one that is refused is kept nowhere, and one that is taken costs one write', async () => {
    const [good, bad] = [await objectOf(bank), await objectOf(bank, { aud: 'x' })];
    await person.open(withObject(bank, good));
    expect(await database.callsDuring(() => person.open(withObject(bank, bad)))).toEqual([]);
    expect(await database.callsDuring(() => person.open(withObject(bank, good)))).toEqual([`PutItem ${tables.grants}`]);
  });
});

describe('a signed request that is pushed (RFC 9126 §3)', () => {
  const push = async (client: TestClient, request: string, more: Fields = {}) =>
    pushed(server, client, {}, { body: encodeFields({ request, ...more }) });

  test('JAR1: is taken, and nothing beside it counts', async () => {
    const { status, json } = await push(bank, await objectOf(bank), { scope: 'openid email', state: 'outside' });
    expect(status).toBe(201);
    const { code, state } = answerIn(await person.open(openingOf(bank, json)));
    expect(state).toBe('a-signed-state');
    expect((await redeem(server, bank, { code, code_verifier: verifier })).json.scope).toBe('openid');
  });

  test('JAR1: is refused when it is nested so deeply that nothing could be made of it', async () => {
    const claims = { client_id: 'bank', aud: server.issuer, exp: server.clock.now() + 60 };
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const text = `${JSON.stringify(claims).slice(0, -1)},"deep":${deep}}`;
    const jwt = await new CompactSign(new TextEncoder().encode(text))
      .setProtectedHeader({ alg: 'ES256', kid: 'ES256' })
      .sign(keyOf('ES256'));
    const { status, json } = await push(bank, jwt);
    expect({ status, reason: json.reason }).toEqual({ status: 400, reason: 'request_object_invalid' });
  });

  test('JAR1: is refused as at the authorization endpoint, with the same checks of what is in it', async () => {
    const foreign = await push(bank, await objectOf(strict));
    expect({ status: foreign.status, ...foreign.json }).toMatchObject({
      status: 400,
      error: 'invalid_request_object',
      reason: 'request_object_invalid',
    });
    const weak = await push(bank, await objectOf(bank, { code_challenge_method: 'plain' }));
    expect(weak.json.reason).toBe('code_challenge_method_plain_refused');
    const both = await push(bank, await objectOf(bank), { request_uri: 'x' });
    expect(both.json.reason).toBe('request_uri_pushed');
  });
});

test.each([
  ['/par', { status: 201 }],
  ['/token', { status: 201 }],
  ['', { status: 201 }],
  ['/userinfo', { status: 401 }],
])('PA2: a client assertion may name this server by its address and %s', async (path, expected) => {
  const { client_id } = keyed;
  const client_assertion = await new SignJWT({ jti: crypto.randomUUID(), iss: client_id, sub: client_id })
    .setProtectedHeader({ alg: 'ES256', kid: 'ES256' })
    .setAudience(server.issuer + path)
    .setExpirationTime(server.clock.now() + 60)
    .sign(keyOf('ES256'));
  const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  const asked = { redirect_uri: keyed.redirect_uris[0], response_type: 'code', code_challenge: challenge };
  const fields = { ...asked, code_challenge_method: 'S256', client_assertion_type, client_assertion };
  const answer = await send(server.port, '/par', { method: 'POST', headers: formType, body: encodeFields(fields) });
  expect(answer).toMatchObject(expected);
});

test('JAR1: the metadata says what is taken', async () => {
  const metadata = JSON.parse((await send(server.port, '/.well-known/openid-configuration')).body);
  expect(metadata).toMatchObject({
    request_parameter_supported: true,
    request_uri_parameter_supported: false,
    request_object_signing_alg_values_supported: ['PS256', 'ES256', 'EdDSA', 'Ed25519', 'RS256'],
  });
});
