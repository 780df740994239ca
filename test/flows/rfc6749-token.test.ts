import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { grantId } from '../../shared/grants/issue-code.ts';
import { spa, type TestClient, web, webPost } from '../support/clients.ts';
import { type Fields, formType, send } from '../support/http.ts';
import { signedInPerson } from '../support/person.ts';
import {
  basic,
  claimsOf,
  headerOf,
  obtainCode,
  postToken,
  rawBasic,
  redeem,
  withoutChallenge,
} from '../support/protocol.ts';
import { rounds } from '../support/rounds.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

const odd: TestClient = {
  client_id: 'odd:client/100%+more',
  client_secret: 'a:b%c+d e&f',
  redirect_uris: ['https://odd.example/callback'],
  scope: 'openid',
};
/** Its credentials read differently when they are form-decoded. */
const plus: TestClient = { ...odd, client_id: 'plus', client_secret: 'c2VjcmV0+with/base64%2Fcharacters==' };
const machine: TestClient = {
  client_id: 'machine',
  client_secret: 'a secret that no person ever types in',
  redirect_uris: [],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['client_credentials'],
  scope: 'api:read api:write',
};
const mobile: TestClient = { ...spa, client_id: 'mobile', grant_types: ['authorization_code', 'refresh_token'] };
const tablet: TestClient = { ...mobile, client_id: 'tablet' };

const server = await startTestServer({ clients: [spa, web, webPost, odd, plus, machine, mobile, tablet] });
const person = await signedInPerson(server);
const grants = grantStore(openDatabase(), tables.grants);

/** Redeems a fresh code of `client` with `fields` changed. */
async function redeemFresh(client: TestClient, fields: Fields = {}) {
  const { code, verifier } = await obtainCode(person, client);
  return redeem(server, client, { code, code_verifier: verifier, ...fields });
}

/** A whole form for a fresh code, without client authentication. */
async function freshForm(client: TestClient): Promise<Fields> {
  const { code, verifier } = await obtainCode(person, client);
  const [redirect_uri] = client.redirect_uris;
  return { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri };
}

describe('a token response', () => {
  test('5.1: has a Bearer token, its lifetime and its scope', async () => {
    const { status, json } = await redeemFresh(spa);
    expect(status).toBe(200);
    expect(json).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: 'openid',
      id_token: expect.any(String),
    });
  });

  test('OA18, V10: is JSON that nobody keeps', async () => {
    const { headers } = await redeemFresh(spa);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      pragma: 'no-cache',
      'x-content-type-options': 'nosniff',
    });
    expect(headers).not.toHaveProperty('set-cookie');
  });

  test('AT1, AT2: has an access token as RFC 9068 describes it', async () => {
    const { json } = await redeemFresh(spa);
    const now = server.clock.now();
    expect(headerOf(json.access_token)).toEqual({ typ: 'at+jwt', alg: 'RS256', kid: expect.any(String) });
    expect(claimsOf(json.access_token)).toMatchObject({
      iss: server.issuer,
      sub: ada.claims.sub,
      aud: server.issuer,
      client_id: spa.client_id,
      scope: 'openid',
      iat: now,
      exp: now + 3_600,
      acr: '1fa',
      jti: expect.stringMatching(/^[\w-]{22,}$/),
    });
  });

  test('K14, K17: has one audience as a text, and no nbf in either token', async () => {
    const { json } = await redeemFresh(spa);
    expect(claimsOf(json.access_token)).not.toHaveProperty('nbf');
    expect(claimsOf(json.id_token)).not.toHaveProperty('nbf');
    expect(claimsOf(json.id_token)['aud']).toBe(spa.client_id);
    expect(claimsOf(json.access_token)['aud']).toBe(server.issuer);
  });

  test('AT2: gives every access token a jti of its own', async () => {
    const [one, other] = [await redeemFresh(spa), await redeemFresh(spa)];
    expect(claimsOf(one.json.access_token)['jti']).not.toBe(claimsOf(other.json.access_token)['jti']);
  });

  test('OC6: has an ID token for the client alone, with the nonce and the time of the sign-in', async () => {
    const { code, verifier } = await obtainCode(person, spa, { nonce: 'größe 🦄 "n"' });
    const { json } = await redeem(server, spa, { code, code_verifier: verifier });
    const now = server.clock.now();
    expect(headerOf(json.id_token)).toMatchObject({ alg: 'RS256' });
    expect(claimsOf(json.id_token)).toEqual({
      iss: server.issuer,
      sub: ada.claims.sub,
      aud: spa.client_id,
      iat: now,
      exp: now + 3_600,
      acr: '1fa',
      amr: ['pwd'],
      auth_time: now,
      nonce: 'größe 🦄 "n"',
      at_hash: expect.any(String),
    });
  });

  test('OC6: has no nonce when none was sent', async () => {
    expect(claimsOf((await redeemFresh(spa)).json.id_token)).not.toHaveProperty('nonce');
  });
});

describe('the client', () => {
  test.each([
    ['with Basic, form-encoded first', basic(odd)],
    ['with Basic, every character percent-encoded', rawBasic('odd%3Aclient%2F100%25%2Bmore:a%3Ab%25c%2Bd%20e%26f')],
    ['with the scheme in lower case', basic(odd).replace('Basic', 'basic')],
    ['with Basic without padding', basic(odd).replaceAll('=', '')],
  ])('OA1: authenticates %s', async (_, authorization) => {
    expect((await postToken(server, await freshForm(odd), { authorization })).status).toBe(200);
  });

  test('OA1: authenticates with Basic as it is, where encoded and raw text differ', async () => {
    const form = await freshForm(plus);
    const authorization = rawBasic(`${plus.client_id}:${plus.client_secret}`);
    expect((await postToken(server, form, { authorization })).status).toBe(200);
    expect((await postToken(server, await freshForm(plus), { authorization: basic(plus) })).status).toBe(200);
  });

  test('3.2.1: may name itself in the form beside Basic', async () => {
    const form = { ...(await freshForm(web)), client_id: web.client_id };
    expect((await postToken(server, form, { authorization: basic(web) })).status).toBe(200);
  });

  test.each([
    ['no colon', rawBasic('web')],
    ['no client id', rawBasic(':secret')],
    ['nothing', 'Basic'],
    ['an empty text', 'Basic '],
    ['no base64', 'Basic !!!:###'],
    ['bytes that are no text', `Basic ${Buffer.from([0xff, 0xfe, 0x3a, 0xff]).toString('base64')}`],
    ['NUL', rawBasic('web\u0000:\u0000')],
    ['broken percent-encoding', rawBasic('%zz:%')],
    ['another scheme', 'Bearer abc'],
    ['two headers', [basic(web), basic(web)]],
    ['a JSON object', 'Basic {"client_id":"web"}'],
    ['__proto__', rawBasic('__proto__:constructor')],
    ['an id that is longer than any database key', rawBasic(`${'x'.repeat(3_000)}:secret`)],
  ])('OA3: is refused with malformed Basic: %s', async (_, authorization) => {
    const refused = await postToken(server, await freshForm(web), { Authorization: authorization });
    expect(refused.json.error).toBe('invalid_client');
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toMatch(/^Basic /);
  });

  test.each([
    ['a wrong secret', { client_secret: 'wrong' }],
    ['an unknown id', { client_id: 'nobody', client_secret: 'x' }],
    ['an id that is longer than any database key', { client_id: 'x'.repeat(3_000), client_secret: 'x' }],
    ['no secret, registered with one', { client_secret: undefined }],
    ['an empty secret', { client_secret: '' }],
    ['V16, N5: a secret, registered without one', { client_id: spa.client_id, client_secret: 'x' }],
    ['a wrong secret, registered for Basic', { client_id: web.client_id, client_secret: 'wrong' }],
  ])('5.2: is refused with 401 and without a challenge when the form has %s', async (_, fields: Fields) => {
    const form = { ...(await freshForm(webPost)), client_id: webPost.client_id, client_secret: webPost.client_secret };
    const refused = await postToken(server, { ...form, ...fields });
    expect(refused.json.error).toBe('invalid_client');
    expect(refused.status).toBe(401);
    expect(refused.headers).not.toHaveProperty('www-authenticate');
  });

  test('5.2: is refused with 401 and a challenge when Basic has a wrong secret, and the code stays', async () => {
    const form = await freshForm(web);
    const refused = await postToken(server, form, { authorization: basic({ ...web, client_secret: 'wrong' }) });
    expect(refused.json.error).toBe('invalid_client');
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toMatch(/^Basic realm=/);
    expect((await postToken(server, form, { authorization: basic(web) })).status).toBe(200);
  });

  test('K1: may use Basic when it is registered for the form', async () => {
    const redeemed = await postToken(server, await freshForm(webPost), { authorization: basic(webPost) });
    expect(redeemed.status).toBe(200);
  });

  test.each([
    ['a secret in the form beside Basic', { client_secret: web.client_secret }],
    ['another id in the form beside Basic', { client_id: spa.client_id }],
  ])('OA2, V7: is refused with %s', async (_, fields) => {
    const form = { ...(await freshForm(web)), ...fields };
    const refused = await postToken(server, form, { authorization: basic(web) });
    expect(refused).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
  });

  test('OA2: is refused with its credentials in the address', async () => {
    const query = new URLSearchParams({ client_id: webPost.client_id, client_secret: webPost.client_secret ?? '' });
    const refused = await send(server.port, `/token?${query.toString()}`, {
      method: 'POST',
      headers: formType,
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: 'x',
        client_id: webPost.client_id,
      }).toString(),
    });
    expect(refused.status).toBe(401);
    expect(JSON.parse(refused.body)).toMatchObject({ error: 'invalid_client' });
  });

  test('3.2.1: is refused without any client id', async () => {
    const refused = await postToken(server, await freshForm(spa));
    expect(refused).toMatchObject({ status: 400, json: { error: 'invalid_request', reason: 'client_id_missing' } });
  });
});

describe('the parameters', () => {
  test('OA4: may be more than the server knows', async () => {
    expect((await redeemFresh(spa, { audience: 'x', '🦄': '1', 'a[]': '2', resource_owner: 'x' })).status).toBe(200);
  });

  test.each(['client_secret', 'scope'])('OA6: an empty %s is an omitted one', async (name) => {
    expect((await redeemFresh(spa, { [name]: '' })).status).toBe(200);
  });

  test.each(['grant_type', 'code', 'redirect_uri', 'code_verifier', 'client_id', 'unheard_of'])(
    'OA5: %s sent twice is refused, and the code stays',
    async (name) => {
      const fields: Fields = { client_id: spa.client_id, ...(await freshForm(spa)), unheard_of: 'x' };
      const form = new URLSearchParams(fields as Record<string, string>).toString();
      const again = new URLSearchParams({ [name]: fields[name] ?? '' }).toString();
      const refused = await postToken(server, `${form}&${again}`);
      expect(refused).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
      expect((await postToken(server, form)).status).toBe(200);
    },
  );

  test.each([
    ['missing', undefined, 'invalid_request'],
    ['empty', '', 'invalid_request'],
    ['unknown', 'urn:example:unknown', 'unsupported_grant_type'],
    ['BP12: password', 'password', 'unsupported_grant_type'],
    ['in the wrong case', 'Authorization_Code', 'unsupported_grant_type'],
    ['__proto__', '__proto__', 'unsupported_grant_type'],
  ])('OA20: grant_type %s', async (_, grant_type, error) => {
    const refused = await redeemFresh(spa, { grant_type });
    expect(refused).toMatchObject({ status: 400, json: { error } });
  });

  test('OA20: a grant type that the client is not registered for is unauthorized_client', async () => {
    const refused = await redeem(server, machine, { code: 'x' });
    expect(refused).toMatchObject({ status: 400, json: { error: 'unauthorized_client' } });
  });

  test('4.1.3: without a code the request is invalid', async () => {
    expect(await redeemFresh(spa, { code: undefined })).toMatchObject({
      status: 400,
      json: { error: 'invalid_request' },
    });
  });
});

describe('a code', () => {
  const invalidGrant = (reason: string) => ({ status: 400, json: { error: 'invalid_grant', reason } });

  test.each([
    ['never issued', 'x'.repeat(43)],
    ['with a character more', undefined],
    ['of 10,000 characters', 'x'.repeat(10_000)],
    ['with NUL in it', '\u0000'],
    ['like a prototype', '__proto__'],
  ])('4.1.3: is refused when it is %s', async (_, code) => {
    const fresh = await obtainCode(person, spa);
    const refused = await redeem(server, spa, { code: code ?? `${fresh.code}x`, code_verifier: fresh.verifier });
    expect(refused).toMatchObject(invalidGrant('code_unknown'));
  });

  test('OA12: lives for 60 seconds', async () => {
    const { code, verifier } = await obtainCode(person, spa);
    server.clock.advance(59);
    expect((await redeem(server, spa, { code, code_verifier: verifier })).status).toBe(200);
  });

  test('OA12: is expired after 60 seconds', async () => {
    const { code, verifier } = await obtainCode(person, spa);
    server.clock.advance(60);
    expect(await redeem(server, spa, { code, code_verifier: verifier })).toMatchObject(invalidGrant('code_expired'));
  });

  test('OA13, V2: is refused a second time, and a replay that proves itself revokes the grant', async () => {
    const { code, verifier } = await obtainCode(person, spa);
    expect((await redeem(server, spa, { code, code_verifier: verifier })).status).toBe(200);
    expect((await grants.find(grantId(code)))?.state).toBe('redeemed');
    expect(await redeem(server, spa, { code, code_verifier: verifier })).toMatchObject(invalidGrant('code_spent'));
    expect((await grants.find(grantId(code)))?.state).toBe('revoked');
  });

  test.each([
    ['another verifier', { code_verifier: 'v'.repeat(43) }],
    ['no verifier', { code_verifier: undefined }],
    ['another redirect URI', { redirect_uri: 'https://evil.example/' }],
  ])('V2: a replay with %s is refused and revokes nothing', async (_, fields: Fields) => {
    const { code, verifier } = await obtainCode(person, spa);
    await redeem(server, spa, { code, code_verifier: verifier });
    expect((await redeem(server, spa, { code, code_verifier: verifier, ...fields })).json.error).toBe('invalid_grant');
    expect((await grants.find(grantId(code)))?.state).toBe('redeemed');
  });

  test('V2: a replay by another client is refused and revokes nothing', async () => {
    const { code, verifier } = await obtainCode(person, spa);
    await redeem(server, spa, { code, code_verifier: verifier });
    const [redirect_uri] = spa.redirect_uris;
    const replayed = await redeem(server, web, { code, code_verifier: verifier, redirect_uri });
    expect(replayed.json.error).toBe('invalid_grant');
    expect((await grants.find(grantId(code)))?.state).toBe('redeemed');
  });

  test('is redeemed once by 20 requests at the same time, in every round', async () => {
    for (let round = 0; round < rounds(1, 100); round += 1) {
      const { code, verifier } = await obtainCode(person, spa);
      const attempts = Array.from({ length: 20 }, () => redeem(server, spa, { code, code_verifier: verifier }));
      const statuses = (await Promise.all(attempts)).map(({ status }) => status);
      expect(statuses.toSorted((a, b) => a - b)).toEqual([200, ...Array.from({ length: 19 }, () => 400)]);
    }
  });

  test('OA14: of one client is refused to another, and the first can still redeem it', async () => {
    const { code, verifier } = await obtainCode(person, spa);
    const [redirect_uri] = spa.redirect_uris;
    const stolen = await redeem(server, web, { code, code_verifier: verifier, redirect_uri });
    expect(stolen).toMatchObject(invalidGrant('code_of_another_client'));
    expect((await redeem(server, spa, { code, code_verifier: verifier })).status).toBe(200);
  });

  test('OA15: is refused with another redirect URI', async () => {
    const refused = await redeemFresh(spa, { redirect_uri: 'https://spa.example/callback/' });
    expect(refused).toMatchObject(invalidGrant('redirect_uri_differs'));
  });

  test('OA15: is refused without the redirect URI when nothing else binds it', async () => {
    const { code } = await obtainCode(person, web, withoutChallenge);
    expect(await redeem(server, web, { code, redirect_uri: undefined })).toMatchObject(
      invalidGrant('redirect_uri_required'),
    );
  });

  test('V5: needs no redirect URI where PKCE binds it', async () => {
    expect((await redeemFresh(spa, { redirect_uri: undefined })).status).toBe(200);
  });

  test('4.1.3: needs no redirect URI when the authorization request had none', async () => {
    const { code } = await obtainCode(person, web, { ...withoutChallenge, redirect_uri: undefined });
    expect((await redeem(server, web, { code, redirect_uri: undefined })).status).toBe(200);
  });

  test('OA22, V14: is never the same twice, and has 256 bits', async () => {
    const codes = await Promise.all(Array.from({ length: 20 }, async () => (await obtainCode(person, spa)).code));
    expect(new Set(codes).size).toBe(20);
    // 256 random bits, and after them the subject, encrypted, with 8 bytes by which its key is known.
    const bytes = codes.map((code) => Buffer.from(code, 'base64url'));
    expect(new Set(bytes.map((code) => code.subarray(0, 32).toString('hex'))).size).toBe(20);
    for (const code of bytes) expect(code).toHaveLength(32 + 8 + ada.claims.sub.length);
  });
});

describe('a refusal', () => {
  test('5.2: is JSON that nobody keeps, with a reason and the address that explains it', async () => {
    const refused = await redeemFresh(spa, { code: 'unknown' });
    expect(refused.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(refused.json).toEqual({
      error: 'invalid_grant',
      error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
      error_uri: `${server.issuer}/errors#code_unknown`,
      reason: 'code_unknown',
    });
  });

  test('carries the request id of its audit line', async () => {
    const refused = await redeemFresh(spa, { code: 'unknown' });
    const line = JSON.parse(server.auditLines.at(-1) ?? '');
    expect(refused.headers['x-request-id']).toBe(line.request);
    expect(line).toMatchObject({
      endpoint: 'token',
      verdict: 'refused',
      reason: 'code_unknown',
      client: spa.client_id,
    });
  });

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH'])('OA10: %s is answered with 405 and Allow', async (method) => {
    const refused = await send(server.port, '/token?grant_type=authorization_code', { method });
    expect(refused.status).toBe(405);
    expect(refused.headers.allow).toBe('POST');
    expect(refused.headers['content-type']).toBe('application/json');
  });

  test('OA10: a form with a charset is a form', async () => {
    const headers = { 'content-type': 'Application/X-WWW-Form-URLEncoded ; charset=UTF-8' };
    const form = { client_id: spa.client_id, ...(await freshForm(spa)) };
    expect((await postToken(server, form, headers)).status).toBe(200);
  });
});

describe('6: a refresh token', () => {
  const fresh = async (scope = 'openid api:read') => {
    const { code, verifier } = await obtainCode(person, mobile, { scope });
    return (await redeem(server, mobile, { code, code_verifier: verifier })).json;
  };
  const refresh = (client: TestClient, fields: Fields) =>
    redeem(server, client, { grant_type: 'refresh_token', ...fields });

  test('is only for clients that are registered for it', async () => {
    expect(await fresh()).toHaveProperty('refresh_token');
    expect((await redeemFresh(spa)).json).not.toHaveProperty('refresh_token');
  });

  test('BP10: is replaced at every use', async () => {
    const { refresh_token } = await fresh();
    const { status, json } = await refresh(mobile, { refresh_token });
    expect(status).toBe(200);
    expect(json.refresh_token).not.toBe(refresh_token);
    expect((await refresh(mobile, { refresh_token: json.refresh_token })).status).toBe(200);
  });

  test('OA21, V11: is refused to another client, and still works for its own', async () => {
    const { refresh_token } = await fresh();
    const stolen = await refresh(tablet, { refresh_token });
    expect(stolen).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    expect((await refresh(mobile, { refresh_token })).status).toBe(200);
  });

  test('OA21: never widens the scope, and still works within it', async () => {
    const { refresh_token } = await fresh('api:read');
    const wider = await refresh(mobile, { refresh_token, scope: 'api:read profile' });
    expect(wider).toMatchObject({ status: 400, json: { error: 'invalid_scope' } });
    expect((await refresh(mobile, { refresh_token, scope: 'api:read' })).json.scope).toBe('api:read');
  });

  test.each([
    ['missing', undefined, 'invalid_request'],
    ['garbage', 'garbage', 'invalid_grant'],
    ['an access token', 'eyJhbGciOiJSUzI1NiJ9.e30.x', 'invalid_grant'],
    ['60,000 characters', 'x'.repeat(60_000), 'invalid_grant'],
    ['NUL', '\u0000', 'invalid_grant'],
  ])('is refused when it is %s', async (_, refresh_token, error) => {
    expect(await refresh(mobile, { refresh_token })).toMatchObject({ status: 400, json: { error } });
  });
});

describe('4.4: client credentials', () => {
  const ask = (client: TestClient, fields: Fields = {}) =>
    redeem(server, client, { grant_type: 'client_credentials', redirect_uri: undefined, ...fields });

  test('AT5: give a token whose subject is the client, without a refresh token and an ID token', async () => {
    const { status, json } = await ask(machine);
    expect(status).toBe(200);
    expect(Object.keys(json).toSorted()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
    expect(claimsOf(json.access_token)).toMatchObject({ sub: machine.client_id, client_id: machine.client_id });
  });

  test('OA11: are narrowed to the scope that was asked for', async () => {
    expect((await ask(machine, { scope: 'api:read admin' })).json.scope).toBe('api:read');
    expect(await ask(machine, { scope: 'admin' })).toMatchObject({ status: 400, json: { error: 'invalid_scope' } });
  });

  test('OA17: are refused to a public client', async () => {
    expect(await ask(spa)).toMatchObject({ status: 400, json: { error: 'unauthorized_client' } });
  });
});
