import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { spa } from '../support/clients.ts';
import { encodeFields, type Fields, formType } from '../support/http.ts';
import { mobile, obtainTokens, portal } from '../support/lifecycle.ts';
import { isSignInPage, newPerson, type Person, signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, claimsOf, headerOf, parametersOf, redeem, responseOf } from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';
import { stranger } from './stranger.ts';

const grace = { username: 'grace', password: 'a password of grace', claims: { sub: 'grace-0001' } };
const server = await startTestServer({ clients: [spa, mobile, portal], accounts: [ada, grace] });
const person = await signedInPerson(server);

/** What the client gets from the person who is signed in. */
const answered = async (changes: Fields, by: Person = person) =>
  parametersOf(await by.authorize(authorizeTarget(spa, changes)));

/** Whether the person has to sign in for this. */
const asksToSignIn = async (changes: Fields, by: Person = person) =>
  isSignInPage(await by.follow(authorizeTarget(spa, changes)));

const tokensFor = (changes: Fields = {}, by: Person = person) => obtainTokens(server, by, spa, changes);

describe('OC1: an authorization request by POST', () => {
  const request = authorizeTarget(spa, { nonce: 'n', state: 'a+b &=%é' }).slice('/authorize?'.length);
  const post = (body: string, type = formType['content-type']) =>
    person.open('/authorize', { method: 'POST', headers: { 'content-type': type }, body });

  test('is answered as one by GET', async () => {
    const posted = await post(request);
    expect(posted.status).toBe(303);
    const page = await person.follow(posted.headers.location ?? '');
    expect(parametersOf(new URL(page.headers.location ?? ''))).toEqual({
      code: expect.any(String),
      state: 'a+b &=%é',
      iss: server.issuer,
    });
  });

  test('leads somebody who is not signed in to the sign-in page', async () => {
    const somebody = newPerson(server);
    const posted = await somebody.open('/authorize', { method: 'POST', headers: formType, body: request });
    expect(isSignInPage(await somebody.follow(posted.headers.location ?? ''))).toBe(true);
  });

  test('is refused to the client as one by GET', async () => {
    const posted = await post(encodeFields({ client_id: spa.client_id, redirect_uri: spa.redirect_uris[0] }));
    expect(parametersOf(new URL(posted.headers.location ?? '')).error).toBe('invalid_request');
  });

  test('does not mix with the query', async () => {
    const page = await person.open(`/authorize?${request}`, { method: 'POST', headers: formType, body: '' });
    expect(page.status).toBe(400);
    expect(page.headers).not.toHaveProperty('location');
  });

  test.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x'])('as %s is 415', async (type) => {
    expect((await post(request, type)).status).toBe(415);
  });

  test('OA5: with a parameter twice is refused', async () => {
    const posted = await post(`${request}&nonce=other`);
    expect(parametersOf(new URL(posted.headers.location ?? '')).error).toBe('invalid_request');
  });

  test('H18: passes no client secret on', async () => {
    const posted = await post(`${request}&client_secret=do-not-tell`);
    expect(posted.headers.location).not.toContain('do-not-tell');
  });
});

describe('OC2: prompt=none', () => {
  test('is a code for somebody who is signed in', async () => {
    expect(await answered({ prompt: 'none' })).toHaveProperty('code');
  });

  test('is login_required for somebody who is not, with the state and the issuer', async () => {
    const redirected = await newPerson(server).follow(authorizeTarget(spa, { prompt: 'none' }));
    expect(parametersOf(new URL(redirected.headers.location ?? ''))).toMatchObject({
      error: 'login_required',
      state: 'a-state',
      iss: server.issuer,
    });
  });

  test('is login_required when the sign-in is too long ago for max_age', async () => {
    const somebody = await signedInPerson(server);
    server.clock.advance(101);
    expect(await answered({ prompt: 'none', max_age: '100' }, somebody)).toMatchObject({ error: 'login_required' });
  });

  test('never shows a page, whatever is wrong', async () => {
    for (const changes of [{ scope: 'unheard-of' }, { response_type: 'token' }, { code_challenge: 'short' }]) {
      const page = await newPerson(server).follow(authorizeTarget(spa, { prompt: 'none', ...changes }));
      expect(page.status).toBe(302);
    }
  });
});

describe('OC3: prompt=none with another value', () => {
  test.each(['none login', 'login none', 'none consent', 'none select_account', 'none unheard-of', 'none none login'])(
    'is invalid_request: %s',
    async (prompt) => {
      expect(await answered({ prompt })).toMatchObject({ error: 'invalid_request' });
    },
  );
});

describe('prompt', () => {
  test.each(['login', 'login select_account', 'login consent', 'consent login select_account'])(
    'asks somebody who is signed in to sign in again: %s',
    async (prompt) => {
      expect(await asksToSignIn({ prompt })).toBe(true);
    },
  );

  test('login: the ID token has the time of the new sign-in', async () => {
    const somebody = await signedInPerson(server);
    const before = claimsOf((await tokensFor({}, somebody)).id_token)['auth_time'];
    server.clock.advance(50);
    const { id_token } = await tokensFor({ prompt: 'login' }, somebody);
    expect(claimsOf(id_token)['auth_time']).toBe(Number(before) + 50);
  });

  test('login: asks once, not in a circle', async () => {
    expect(await answered({ prompt: 'login' }, await signedInPerson(server))).toHaveProperty('code');
  });

  test.each(['', ' ', 'unheard-of'])('is ignored when it says nothing known: %j', async (prompt) => {
    expect(await answered({ prompt })).toHaveProperty('code');
  });
});

describe('OC4: max_age and auth_time', () => {
  test('the ID token always has the time of the sign-in', async () => {
    const somebody = await signedInPerson(server);
    const signedInAt = server.clock.now();
    server.clock.advance(200);
    const { id_token } = await tokensFor({}, somebody);
    expect(claimsOf(id_token)).toMatchObject({ auth_time: signedInAt, iat: signedInAt + 200 });
  });

  test('max_age that has not passed asks nothing', async () => {
    const somebody = await signedInPerson(server);
    server.clock.advance(300);
    expect(await asksToSignIn({ max_age: '300' }, somebody)).toBe(false);
  });

  test('max_age that has passed asks for a sign-in, and auth_time is that of the new one', async () => {
    const somebody = await signedInPerson(server);
    server.clock.advance(301);
    expect(await asksToSignIn({ max_age: '300' }, somebody)).toBe(true);
    const { id_token } = await tokensFor({ max_age: '300' }, somebody);
    expect(claimsOf(id_token)['auth_time']).toBe(server.clock.now());
  });

  test('max_age=0 asks for a sign-in, as prompt=login does', async () => {
    expect(await asksToSignIn({ max_age: '0' }, await signedInPerson(server))).toBe(true);
  });

  test('max_age=0 asks once, not in a circle', async () => {
    expect(await answered({ max_age: '0' }, await signedInPerson(server))).toHaveProperty('code');
  });

  test.each(['-1', '1.5', '1e3', 'x', '99999999999', '0x10', ' 1', '٣'])(
    'max_age=%s is invalid_request',
    async (max_age) => {
      expect(await answered({ max_age })).toMatchObject({ error: 'invalid_request' });
    },
  );
});

describe('OC5: the ID token', () => {
  test('comes with the scope openid', async () => {
    expect(await tokensFor({ scope: 'openid' })).toHaveProperty('id_token');
  });

  test.each<[string, string | undefined]>([
    ['another scope', 'email api:read'],
    ['no scope parameter', undefined],
  ])('does not come with %s', async (_, scope) => {
    expect(await tokensFor({ scope })).not.toHaveProperty('id_token');
  });
});

describe('OC6: the claims of the ID token', () => {
  test('are those of the sign-in, and no others', async () => {
    const { id_token } = await tokensFor({ nonce: 'n-0S6_WzA2Mj' });
    expect(claimsOf(id_token)).toEqual({
      iss: server.issuer,
      sub: ada.claims.sub,
      aud: spa.client_id,
      iat: server.clock.now(),
      exp: server.clock.now() + 3_600,
      auth_time: expect.any(Number),
      acr: '1fa',
      amr: ['pwd'],
      nonce: 'n-0S6_WzA2Mj',
      at_hash: expect.any(String),
    });
    expect(headerOf(id_token)).toEqual({ alg: 'RS256', kid: expect.any(String), typ: 'JWT' });
  });

  test.each(['é 🔑', '"quoted"\\', '<b>', 'a+b%20c', 'x'.repeat(1_024)])(
    'have the nonce as it was: %.40j',
    async (nonce) => {
      expect(claimsOf((await tokensFor({ nonce })).id_token)['nonce']).toBe(nonce);
    },
  );

  test('have no nonce that is too long to be kept', async () => {
    expect(await answered({ nonce: 'x'.repeat(1_025) })).toMatchObject({ error: 'invalid_request' });
  });
});

describe('OC10: a request object', () => {
  test.each([
    ['request', 'eyJhbGciOiJub25lIn0.e30.', 'invalid_request_object'],
    ['request_uri', 'https://spa.example/request.jwt', 'request_uri_not_supported'],
  ])('%s=%s is refused by its own name', async (name, value, error) => {
    expect(await answered({ [name]: value })).toMatchObject({ error, state: 'a-state', iss: server.issuer });
  });

  test('is refused in the response mode that it asks for', async () => {
    const [header, payload] = [{ alg: 'none' }, { response_mode: 'form_post' }].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const page = await person.arrive(authorizeTarget(spa, { request: `${header}.${payload}.` }));
    expect(page.status).toBe(200);
    expect(responseOf(page)).toMatchObject({ error: 'invalid_request_object', state: 'a-state', iss: server.issuer });
  });

  test('is refused when the rest of the request is right without it as well', async () => {
    expect(await answered({ request: 'x', prompt: 'none' })).not.toHaveProperty('code');
  });
});

describe('OC13: id_token_hint', async () => {
  const { id_token: ofAda = '', access_token } = await tokensFor();
  const graceAtHome = await signedInPerson(server, grace);
  const { id_token: ofGrace } = await tokensFor({}, graceAtHome);
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const [header = '', payload = '', signature = ''] = (ofGrace ?? '').split('.');

  test('of the person who is signed in goes on', async () => {
    expect(await answered({ id_token_hint: ofAda, prompt: 'none' })).toHaveProperty('code');
  });

  test('of somebody else asks for a sign-in', async () => {
    expect(await asksToSignIn({ id_token_hint: ofGrace })).toBe(true);
  });

  test('of somebody else is login_required with prompt=none', async () => {
    expect(await answered({ id_token_hint: ofGrace, prompt: 'none' })).toMatchObject({ error: 'login_required' });
  });

  test('of somebody else is satisfied by that person', async () => {
    const browser = await signedInPerson(server);
    const redirected = await browser.authorize(authorizeTarget(spa, { id_token_hint: ofGrace }), grace);
    expect(parametersOf(redirected)).toHaveProperty('code');
  });

  test('of somebody else is login_required when another person signs in, not a circle', async () => {
    const browser = await signedInPerson(server);
    const signIn = await browser.follow(authorizeTarget(spa, { id_token_hint: ofGrace }));
    const submitted = await browser.submit(signIn, { username: ada.username, password: ada.password });
    const page = await browser.follow(submitted.headers.location ?? '');
    expect(isSignInPage(page)).toBe(false);
    expect(page.headers.location).toContain('error=login_required');
  });

  test('never authenticates anybody: without a session it is login_required', async () => {
    const page = await newPerson(server).follow(authorizeTarget(spa, { id_token_hint: ofAda, prompt: 'none' }));
    expect(parametersOf(new URL(page.headers.location ?? '')).error).toBe('login_required');
  });

  test('never authenticates anybody: without a session there is a sign-in', async () => {
    expect(await asksToSignIn({ id_token_hint: ofAda }, newPerson(server))).toBe(true);
  });

  test('that has expired counts all the same', async () => {
    server.clock.advance(3_601);
    expect(await answered({ id_token_hint: ofAda, prompt: 'none' })).toHaveProperty('code');
    expect(await answered({ id_token_hint: ofGrace, prompt: 'none' })).toMatchObject({ error: 'login_required' });
  });

  test.each<[string, string | undefined | Promise<string>]>([
    ['garbage', 'garbage'],
    ['dots', '..'],
    ['an access token', access_token],
    ['unsigned', `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`],
    ['without its signature', `${header}.${payload}.`],
    ['with another payload', `${header}.${encode({ ...claimsOf(ofGrace), x: 1 })}.${signature}`],
    [
      'signed by somebody else',
      new SignJWT(claimsOf(ofGrace))
        .setProtectedHeader({ ...headerOf(ofGrace), alg: 'RS256' })
        .sign(stranger.privateKey),
    ],
    ['with 1,500 levels of JSON', `${header}.${Buffer.from('['.repeat(1_500)).toString('base64url')}.${signature}`],
    ['empty', ''],
  ])('that is foreign or forged is ignored: %s', async (_, id_token_hint) => {
    expect(await answered({ id_token_hint: await id_token_hint, prompt: 'none' })).toHaveProperty('code');
  });

  test('H18: is never in the log', () => {
    expect(server.auditLines.join('\n')).not.toContain(signature);
  });
});

describe('login_hint', () => {
  test('fills in the name of the account', async () => {
    const page = await newPerson(server).follow(authorizeTarget(spa, { login_hint: 'ada@example.com' }));
    expect(page.body).toContain('value="ada@example.com"');
  });

  test.each(['"><script>alert(1)</script>', "' onfocus=alert(1) autofocus='"])(
    'H30: is text: %s',
    async (login_hint) => {
      const page = await newPerson(server).follow(authorizeTarget(spa, { login_hint }));
      expect(page.body).not.toContain(login_hint);
    },
  );

  test('does not sign anybody out', async () => {
    expect(await answered({ login_hint: 'grace', prompt: 'none' })).toHaveProperty('code');
  });
});

describe('OC15: what only asks for comfort', () => {
  test.each<[string, Fields]>([
    ['acr_values', { acr_values: 'urn:mace:incommon:iap:silver 1' }],
    ['display', { display: 'popup' }],
    ['an unknown display', { display: '"><script>' }],
    ['ui_locales', { ui_locales: 'de-CH de en' }],
    ['malformed ui_locales', { ui_locales: '\0 %zz ../../etc' }],
    ['claims_locales', { claims_locales: 'fr' }],
    ['registration', { registration: '{}' }],
    ['OA4: unknown parameters', { audience: 'https://api.example', foo: 'bar', 'a[]': '1', access_type: 'offline' }],
  ])('is ignored safely: %s', async (_, changes) => {
    expect(await answered({ ...changes, prompt: 'none' })).toEqual({
      code: expect.any(String),
      state: 'a-state',
      iss: server.issuer,
    });
  });

  test('is ignored on the sign-in page, too', async () => {
    const somebody = newPerson(server);
    expect(await answered({ ui_locales: 'de', display: 'touch', acr_values: '2' }, somebody)).toHaveProperty('code');
  });
});

describe('3.1.2.2, 5.5.1: a claims request that asks for a value', () => {
  const ask = (claims: object, changes: Fields = {}) =>
    answered({ claims: JSON.stringify(claims), prompt: 'none', ...changes });

  test.each([{ id_token: null }, { userinfo: null }, { id_token: null, userinfo: { email: null } }])(
    'null where nothing is asked for is a code: %j',
    async (claims) => {
      expect(await ask(claims)).toHaveProperty('code');
    },
  );

  test.each([[], { id_token: [] }, { userinfo: { email: true } }])('of another form is refused: %j', async (claims) => {
    expect(await ask(claims)).toMatchObject({ error: 'invalid_request' });
  });

  test('sub of the person who is signed in is a code', async () => {
    expect(await ask({ id_token: { sub: { value: ada.claims.sub } } })).toHaveProperty('code');
  });

  test('sub of somebody else is never a code for the person who is signed in', async () => {
    const answer = await ask({ id_token: { sub: { value: grace.claims.sub } } });
    expect(answer).not.toHaveProperty('code');
    expect(answer).toHaveProperty('error');
  });

  test.each<[string, object]>([
    ['in the second place', { values: [grace.claims.sub, ada.claims.sub] }],
    ['beside another one', { value: grace.claims.sub, values: [ada.claims.sub] }],
  ])('5.5.1: sub may be any of several values: %s', async (_, sub) => {
    expect(await ask({ id_token: { sub } })).toHaveProperty('code');
  });

  test('5.5.1: sub that is none of several values is no code', async () => {
    const answer = await ask({ id_token: { sub: { values: [grace.claims.sub, 'nobody'] } } });
    expect(answer).toMatchObject({ error: 'login_required' });
  });

  test('5.5.1.1: an essential acr that cannot be had is no sign-in', async () => {
    const answer = await ask({ id_token: { acr: { essential: true, values: ['urn:mace:incommon:iap:silver'] } } });
    expect(answer).not.toHaveProperty('code');
    expect(answer).toHaveProperty('error');
  });

  test('5.5.1.1: a voluntary acr is a wish', async () => {
    expect(await ask({ id_token: { acr: { values: ['urn:mace:incommon:iap:silver'] } } })).toHaveProperty('code');
  });

  test('auth_time as an essential claim is there', async () => {
    const { verifier, challenge } = pkcePair();
    const claims = { id_token: { auth_time: { essential: true } } };
    const { code } = await ask(claims, { code_challenge: challenge });
    const { json } = await redeem(server, spa, { code, code_verifier: verifier });
    expect(claimsOf(json.id_token)['auth_time']).toBeTypeOf('number');
  });
});

describe('the scope offline_access', () => {
  test('is granted to a client that is registered for it, which gets a refresh token', async () => {
    const tokens = await obtainTokens(server, await signedInPerson(server), mobile, {
      scope: 'openid offline_access',
      prompt: 'consent',
    });
    expect(tokens).toMatchObject({ scope: 'openid offline_access', refresh_token: expect.any(String) });
  });

  test('is not granted to a client that is not registered for it', async () => {
    const tokens = await obtainTokens(server, await signedInPerson(server), portal, { scope: 'openid offline_access' });
    expect(tokens.scope).toBe('openid');
  });
});
