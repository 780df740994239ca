import { describe, expect, test } from 'vitest';
import { native, spa, type TestClient } from '../support/clients.ts';
import { encodeFields, type Fields, formType } from '../support/http.ts';
import { isSignInPage, newPerson, signedInPerson } from '../support/person.ts';
import {
  authorizeTarget,
  claimsOf,
  obtainCode,
  parametersOf,
  type ResponseParameters,
  redeem,
  withoutChallenge,
} from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

const withQuery: TestClient = { ...spa, client_id: 'with-query', redirect_uris: ['https://query.example/cb?tenant=7'] };
const machine: TestClient = {
  client_id: 'machine',
  client_secret: 'a secret that no person ever types in',
  redirect_uris: ['https://machine.example/cb'],
  grant_types: ['client_credentials'],
};
const openidOnly: TestClient = { ...spa, client_id: 'openid-only', scope: 'openid' };

const server = await startTestServer({ clients: [spa, native, withQuery, machine, openidOnly] });
const person = await signedInPerson(server);

/** The parameters of the redirect to the client. */
const authorize = async (client: TestClient, changes: Fields = {}) =>
  parametersOf(await person.authorize(authorizeTarget(client, changes)));

/** The authorization request with something appended to its query. */
const authorizeWith = async (client: TestClient, appended: string) =>
  parametersOf(await person.authorize(`${authorizeTarget(client)}&${appended}`));

const refusal = (error: string) => expect.objectContaining({ error, state: 'a-state', iss: server.issuer });

describe('an authorization request that can be granted', () => {
  test('4.1.2: leads back with code, state and iss, and nothing else', async () => {
    const granted = await authorize(spa);
    expect(granted).toEqual({ code: expect.stringMatching(/^[\w-]{43,}$/), state: 'a-state', iss: server.issuer });
  });

  test('OA4: may have parameters that nobody knows', async () => {
    expect(await authorizeWith(spa, 'audience=x&%F0%9F%A6%84=1&a[]=2')).toHaveProperty('code');
  });

  test('OA4: may bring a client_secret along, which goes no further', async () => {
    const page = await newPerson(server).open(`${authorizeTarget(spa)}&client_secret=stray-secret`);
    expect(page.status).toBe(303);
    expect(page.headers.location).not.toContain('stray-secret');
  });

  test.each(['state', 'nonce', 'scope', 'prompt', 'max_age', 'response_mode', 'redirect_uri', 'login_hint'])(
    'OA6: an empty %s is an omitted one',
    async (name) => {
      expect(await authorize(spa, { [name]: '' })).toEqual(await withNewCode(authorize(spa, { [name]: undefined })));
    },
  );

  test('3.1.2.3: may leave out the redirect URI when exactly one is registered', async () => {
    const redirected = await person.authorize(authorizeTarget(spa, { redirect_uri: undefined }));
    expect(redirected.origin + redirected.pathname).toBe(spa.redirect_uris[0]);
  });

  test('3.1.2: keeps the query of the registered redirect URI', async () => {
    const { href } = await person.authorize(authorizeTarget(withQuery));
    expect(href).toMatch(/^https:\/\/query\.example\/cb\?tenant=7&code=/);
  });

  test.each([
    ['unicode', 'größe 🦄 ﷽ \u202e'],
    ['what a query string is made of', '+ % & = ? # / ; %20 %2B'],
    ['quotes and markup', `"><script>alert('1')</script>\\`],
    ['control characters', 'a\r\nSet-Cookie: b=c\u0000\t'],
    ['4 KB', 'x'.repeat(4_096)],
    ['JSON', '{"return_to":"/a?b=c&d=e"}'],
    ['a comma and a semicolon', 'a,b;c,'],
  ])('OA16: gives back the state byte for byte: %s', async (_, state) => {
    expect((await authorize(spa, { state })).state).toBe(state);
    expect((await authorize(spa, { state, response_type: undefined })).state).toBe(state);
  });

  test('OA16: gives back the state byte for byte after a sign-in in between', async () => {
    const state = 'größe 🦄 + % & = %2B';
    const redirected = await newPerson(server).authorize(authorizeTarget(spa, { state }));
    expect(redirected.searchParams.get('state')).toBe(state);
  });

  test('OA16: a state of 4,096 characters gets through a sign-in whatever its characters', async () => {
    // Characters that may stand in a query as they are.
    const state = '/?:@!$,;~'.repeat(456).slice(0, 4_096);
    const target = `${authorizeTarget(spa, { state: undefined })}&state=${state}`;
    const redirected = await newPerson(server).authorize(target);
    expect(redirected.searchParams.get('state')).toBe(state);
  });

  test('OA16: without a state there is none', async () => {
    expect(await authorize(spa, { state: undefined })).not.toHaveProperty('state');
  });

  test('OC1: may come by POST, and goes on by GET', async () => {
    const [path = '', body = ''] = authorizeTarget(spa).split('?');
    const posted = await person.open(path, { method: 'POST', headers: formType, body });
    expect(posted.status).toBe(303);
    expect((await person.authorize(posted.headers.location ?? '')).searchParams.get('code')).toBeTruthy();
  });

  test('PM4, OA5: by POST the query is not read: a challenge there does not mix with the one in the body', async () => {
    const body = encodeFields({ client_id: spa.client_id, response_type: 'code', state: 'a-state' });
    const posted = await person.open(authorizeTarget(spa), { method: 'POST', headers: formType, body });
    const refused = parametersOf(new URL(posted.headers.location ?? ''));
    expect(refused).toEqual(refusal('invalid_request'));
    expect(refused.error_description).toContain('code_challenge');
  });
});

/** Two grants differ in their codes only. */
async function withNewCode(granted: Promise<ResponseParameters>) {
  return { ...(await granted), code: expect.any(String) };
}

describe('the granted scope', () => {
  async function grantedScope(client: TestClient, scope: string | undefined) {
    const { code, verifier } = await obtainCode(person, client, { scope });
    return (await redeem(server, client, { code, code_verifier: verifier })).json;
  }

  test('OA11: is narrowed to what the client is registered for, and echoed', async () => {
    const { scope, access_token } = await grantedScope(spa, 'openid unknown api:read admin');
    expect(scope).toBe('openid api:read');
    expect(claimsOf(access_token)['scope']).toBe('openid api:read');
  });

  test('OC5: holds openid, and so gives an ID token, only for those who ask', async () => {
    expect(await grantedScope(spa, 'openid')).toHaveProperty('id_token');
    expect(await grantedScope(spa, 'api:read')).not.toHaveProperty('id_token');
  });

  test('3.3: is what the client is registered for when it asks for none, without openid', async () => {
    const tokens = await grantedScope(spa, undefined);
    expect(tokens.scope).toBe('profile email api:read');
    expect(tokens).not.toHaveProperty('id_token');
  });

  test('3.3: is never an empty text', async () => {
    const { code, verifier } = await obtainCode(person, openidOnly, { scope: undefined });
    const { json } = await redeem(server, openidOnly, { code, code_verifier: verifier });
    expect(json).not.toHaveProperty('scope');
    expect(claimsOf(json.access_token)).not.toHaveProperty('scope');
  });

  test.each([
    ['nothing the client is registered for', 'admin root'],
    ['a character that a scope cannot have', 'openid "api"'],
    ['a control character', 'openid\u0000'],
    ['spaces only', '  '],
  ])('OA11: refuses %s', async (_, scope) => {
    expect(await authorize(spa, { scope })).toEqual(refusal('invalid_scope'));
  });
});

describe('refused to the client', () => {
  const known: Fields = {
    response_type: 'code',
    response_mode: 'query',
    scope: 'openid',
    nonce: 'n',
    prompt: 'none',
    max_age: '10',
    login_hint: 'ada',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    unheard_of: '1',
  };

  test.each(Object.entries(known))('OA5: %s sent twice, even with the same value', async (name, value) => {
    const twice = `${encodeFields({ [name]: value })}&${encodeFields({ [name]: value })}`;
    const target = `${authorizeTarget(spa, { [name]: undefined })}&${twice}`;
    expect(parametersOf(await person.authorize(target))).toEqual(refusal('invalid_request'));
  });

  test('OA5: a parameter sent twice, once of them empty', async () => {
    expect(await authorizeWith(spa, 'scope=')).toEqual(refusal('invalid_request'));
  });

  test('OA5: a state sent twice, and then no state is echoed', async () => {
    const refused = await authorizeWith(spa, 'state=another');
    expect(refused.error).toBe('invalid_request');
    expect(refused).not.toHaveProperty('state');
  });

  test('OA7: no response type', async () => {
    expect(await authorize(spa, { response_type: undefined })).toEqual(refusal('invalid_request'));
  });

  test.each(['Code', 'code code', 'none', '__proto__'])('OA7: response type %s', async (response_type) => {
    expect(await authorize(spa, { response_type })).toEqual(refusal('unsupported_response_type'));
  });

  test.each(['token', 'id_token', 'code token', 'id_token token', 'code id_token token'])(
    'OA7: response type %s, in the fragment, where a client that asks for a token looks (§4.2.2.1)',
    async (response_type) => {
      const { hash, search } = await person.authorize(authorizeTarget(spa, { response_type, nonce: 'n' }));
      expect(search).toBe('');
      const answer = Object.fromEntries(new URLSearchParams(hash.slice(1)));
      expect(answer).toEqual(refusal('unsupported_response_type'));
    },
  );

  test.each([
    ['a response mode that is not announced', { response_mode: 'web_message' }, 'invalid_request'],
    ['OC10: a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'invalid_request_object'],
    ['OC10: a request_uri', { request_uri: 'https://x.example/r' }, 'request_uri_not_supported'],
    ['OC3: prompt none with another prompt', { prompt: 'none login' }, 'invalid_request'],
    ['a max_age that is no number', { max_age: '-1' }, 'invalid_request'],
    ['a max_age beyond all numbers', { max_age: '1'.repeat(40) }, 'invalid_request'],
    ['a nonce of 1,025 characters', { nonce: 'n'.repeat(1_025) }, 'invalid_request'],
    ['a scope of 2,049 characters', { scope: 's'.repeat(2_049) }, 'invalid_request'],
    ['V3: no code challenge', withoutChallenge, 'invalid_request'],
  ])('%s', async (_, changes: Fields, error) => {
    expect(await authorize(spa, changes)).toEqual(refusal(error));
  });

  test('a parameter that is not valid percent-encoding', async () => {
    expect(await authorizeWith(spa, 'nonce=%zz')).toEqual(refusal('invalid_request'));
    expect(await authorizeWith(spa, 'nonce=%ff')).toEqual(refusal('invalid_request'));
  });

  test('a state that is longer than 4,096 characters, and then it is not echoed', async () => {
    const refused = await authorize(spa, { state: 's'.repeat(4_097) });
    expect(refused.error).toBe('invalid_request');
    expect(refused).not.toHaveProperty('state');
  });

  test('OA20: a client that is not registered for the authorization code grant', async () => {
    expect(await authorize(machine)).toEqual(refusal('unauthorized_client'));
  });

  test('before anybody has to sign in', async () => {
    const redirected = await newPerson(server).open(authorizeTarget(spa, withoutChallenge));
    expect(redirected.status).toBe(302);
    expect(redirected.headers.location).toContain('error=invalid_request');
  });

  test('without a code, and with an address that explains the reason', async () => {
    const refused = await authorize(spa, withoutChallenge);
    expect(refused).not.toHaveProperty('code');
    const [address = '', reason] = refused.error_uri?.split('#') ?? [];
    expect(address).toBe(`${server.issuer}/errors`);
    expect((await person.open('/errors')).body).toContain(`id="${reason}"`);
  });

  test('OA19: in plain ASCII without quotes and backslashes, whatever was sent', async () => {
    const nasty = `"\\\r\n\u0007 größe 🦄 <b> ${'%'}00`;
    const names = ['response_type', 'response_mode', 'scope', 'max_age', 'code_challenge', 'request'];
    for (const name of [...names, 'code_challenge_method', 'request_uri']) {
      const refused = await authorize(spa, { [name]: nasty });
      expect(refused.error).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
      expect(refused.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    }
  });
});

describe('shown on a page, without a redirect', () => {
  test.each([
    ['OA8: an unknown client', { client_id: 'nobody' }],
    ['OA8: no client', { client_id: undefined }],
    ['OA6: an empty client_id', { client_id: '' }],
    ['OA8: a redirect URI that is not registered', { redirect_uri: 'https://evil.example/' }],
    ['OA8: the redirect URI of another client', { redirect_uri: withQuery.redirect_uris[0] }],
  ])('%s', async (_, changes: Fields) => {
    const page = await person.open(authorizeTarget(spa, changes));
    expect(page.status).toBe(400);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers).not.toHaveProperty('location');
    expect(isSignInPage(page)).toBe(false);
  });

  test('OA8: no redirect URI where several are registered', async () => {
    const page = await person.open(authorizeTarget(native, { redirect_uri: undefined }));
    expect(page.status).toBe(400);
    expect(page.headers).not.toHaveProperty('location');
  });

  test.each([
    ['client_id', spa.client_id],
    ['redirect_uri', spa.redirect_uris[0] ?? ''],
  ])('OA5: %s sent twice', async (name, value) => {
    const page = await person.open(`${authorizeTarget(spa)}&${encodeFields({ [name]: value })}`);
    expect(page.status).toBe(400);
    expect(page.headers).not.toHaveProperty('location');
  });

  test('a client id that is longer than any database key', async () => {
    const page = await person.open(authorizeTarget(spa, { client_id: 'x'.repeat(3_000) }));
    expect(page.status).toBe(400);
    expect(page.headers).not.toHaveProperty('location');
  });

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('the method %s, with 405 and Allow', async (method) => {
    const page = await person.open(authorizeTarget(spa), { method });
    expect(page.status).toBe(405);
    expect(page.headers.allow).toBe('GET, POST');
  });
});

describe('what changes nothing', () => {
  test('HEAD is answered with 405: it never makes a code', async () => {
    const { status, headers } = await person.open(authorizeTarget(spa), { method: 'HEAD' });
    expect({ status, allow: headers.allow, location: headers.location }).toEqual({
      status: 405,
      allow: 'GET, POST',
      location: undefined,
    });
  });
});

describe('a request that is too long to be sent on', () => {
  test('is refused before a page would have to carry it', async () => {
    const { headers } = await person.open('/authorize', {
      method: 'POST',
      headers: formType,
      body: `${authorizeTarget(spa).replace('/authorize?', '')}&more=${'x'.repeat(8_000)}`,
    });
    expect(parametersOf(new URL(headers.location ?? ''))).toMatchObject({ error: 'invalid_request' });
  });
});
