import { createHash, generateKeyPairSync } from 'node:crypto';
import { exportJWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { native, spa, type TestClient, web, webPost } from '../support/clients.ts';
import { encodeFields, type Fields, formType, type Sent, send } from '../support/http.ts';
import {
  clientCredentials,
  type FullClient,
  machine,
  mobile,
  obtainTokens,
  portal,
  refresh,
  refreshed,
  registerApi,
  revoke,
  userinfo,
  warehouse,
} from '../support/lifecycle.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import {
  authorizeTarget,
  basic,
  claimsOf,
  headerOf,
  obtainCode,
  parametersOf,
  postToken,
  rawBasic,
  redeem,
} from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';

const claims = { ...ada.claims, name: 'Ada', email: 'ada@example.com', email_verified: true };

/** Its secret reads differently when it is form-decoded. */
const odd: FullClient = { ...portal, client_id: 'odd-_.~client', client_secret: 'c2VjcmV0+with/base64%2Fcharacters==' };
const { publicKey } = generateKeyPairSync('ed25519');
const { client_secret: _, ...withoutSecret } = portal;
const keyed: FullClient = {
  ...withoutSecret,
  client_id: 'keyed',
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: [await exportJWK(publicKey)] },
};
const onLocalhost: FullClient = { ...mobile, client_id: 'on-localhost', redirect_uris: ['http://localhost/callback'] };
const leaving: FullClient = { ...mobile, client_id: 'leaving', post_logout_redirect_uris: ['https://spa.example/bye'] };
const strict: FullClient = { ...portal, client_id: 'strict', strict_auth_method: true };
const strictPost: FullClient = {
  ...strict,
  client_id: 'strict-post',
  token_endpoint_auth_method: 'client_secret_post',
};
/** Apps that are called by a scheme without a dot. The operator lets only the second one have it. */
const editor: FullClient = {
  ...mobile,
  client_id: 'editor',
  redirect_uris: ['http://127.0.0.1/cb', 'cursor://editor/cb'],
};
const files: FullClient = {
  ...mobile,
  client_id: 'files',
  redirect_uris: ['oc://android.owncloud.com'],
  accept_dotless_schemes: true,
};

const server = await startTestServer({
  clients: [
    spa,
    native,
    web,
    webPost,
    mobile,
    portal,
    machine,
    warehouse,
    odd,
    keyed,
    onLocalhost,
    leaving,
    strict,
    strictPost,
    editor,
    files,
  ],
  accounts: [{ ...ada, claims }],
});
const catalog = 'https://api.example/catalog';
await registerApi({ resource: catalog, scope: ['api:read'] });
const person = await signedInPerson(server);

const discovery = '/.well-known/openid-configuration';
const oauthDiscovery = '/.well-known/oauth-authorization-server';
const get = async (target: string) => JSON.parse((await send(server.port, target)).body);
const metadata: Record<string, unknown> & { issuer: string } = await get(discovery);
const jwks: { keys: Record<string, string>[] } = await get('/jwks');

const newTokens = (client: TestClient = mobile, changes: Fields = {}) => obtainTokens(server, person, client, changes);
const answered = async (client: TestClient, changes: Fields) =>
  parametersOf(await person.authorize(authorizeTarget(client, changes)));

/** RFC 6749 §2.3.1 as `encode` spells it. */
const basicBy = (encode: (text: string) => string, { client_id, client_secret = '' }: TestClient) =>
  rawBasic(`${encode(client_id)}:${encode(client_secret)}`);

/** Every character that is not a letter or a digit in percent-encoding. */
const encodeFully = (text: string) =>
  text.replaceAll(
    /[^A-Za-z0-9]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );

describe('the metadata', () => {
  test('is identical at both well-known addresses', async () => {
    expect(await get(oauthDiscovery)).toEqual(metadata);
  });

  test('has an issuer on http://localhost with a port in local runs', () => {
    expect(metadata.issuer).toBe(`http://localhost:${server.port}`);
  });

  test('has an issuer that is the iss of ID tokens, without a slash more or less', async () => {
    const { id_token, access_token } = await newTokens();
    for (const token of [id_token, access_token]) expect(claimsOf(token)['iss']).toBe(metadata.issuer);
  });

  test.each([
    'authorization_endpoint',
    'token_endpoint',
    'userinfo_endpoint',
    'revocation_endpoint',
    'introspection_endpoint',
    'end_session_endpoint',
    'jwks_uri',
  ])('has the %s at the origin of the issuer, below it as a text (angular-oauth2-oidc)', (name) => {
    expect(String(metadata[name]).startsWith(`${metadata.issuer}/`)).toBe(true);
    expect(new URL(String(metadata[name])).origin).toBe(metadata.issuer);
  });

  test.each<[string, readonly string[]]>([
    ['scopes_supported', ['openid', 'profile', 'email', 'offline_access']],
    ['response_types_supported', ['code']],
    ['response_modes_supported', ['query', 'fragment', 'form_post']],
    ['grant_types_supported', ['authorization_code', 'refresh_token', 'client_credentials']],
    ['subject_types_supported', ['public']],
    ['id_token_signing_alg_values_supported', ['RS256']],
    ['token_endpoint_auth_methods_supported', ['client_secret_basic', 'client_secret_post', 'none', 'private_key_jwt']],
    ['code_challenge_methods_supported', ['S256']],
    ['claims_supported', ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'name', 'email', 'email_verified']],
  ])('has in %s at least %j', (name, values) => {
    expect(metadata[name]).toEqual(expect.arrayContaining([...values]));
  });

  test('MD5: has code_challenge_methods_supported as the union of what policies allow', async () => {
    expect(metadata['code_challenge_methods_supported']).toEqual(['S256', 'plain']);
    const { verifier } = pkcePair();
    const plain = { code_challenge: verifier, code_challenge_method: 'plain' };
    expect(await answered(web, plain)).toHaveProperty('code');
    expect((await answered(spa, plain)).error).toBe('invalid_request');
  });

  test('IS2: announces iss in the authorization response', () => {
    expect(metadata['authorization_response_iss_parameter_supported']).toBe(true);
  });

  test('has nothing that is null or empty', () => {
    for (const value of Object.values(metadata)) expect([null, '']).not.toContain(value);
    expect(Object.values(metadata).filter((value) => Array.isArray(value) && value.length === 0)).toEqual([]);
  });

  test.each([
    'issuer',
    'authorization_endpoint',
    'token_endpoint',
    'jwks_uri',
    'response_types_supported',
    'subject_types_supported',
    'id_token_signing_alg_values_supported',
  ])('has what AppAuth for Android and iOS cannot do without: %s', (name) => {
    expect(metadata[name]).toBeTruthy();
  });

  test('has token and userinfo endpoints (Auth.js, ALB)', () => {
    expect(metadata).toMatchObject({ token_endpoint: expect.any(String), userinfo_endpoint: expect.any(String) });
  });

  test('is at an address that AgentCore takes', () => {
    expect(`${metadata.issuer}${discovery}`).toMatch(/^.+\/\.well-known\/openid-configuration$/);
  });

  test('lets clients be public (claude.ai)', () => {
    expect(metadata['token_endpoint_auth_methods_supported']).toContain('none');
  });

  test.each([
    `${discovery}/x`,
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-authorization-server/tenant',
  ])('MC1: an address nearby is 4xx, never 5xx (MCP): %s', async (target) => {
    const { status } = await send(server.port, target);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

  test('is JSON for a client that sends MCP-Protocol-Version (MCP)', async () => {
    const answer = await send(server.port, oauthDiscovery, { headers: { 'mcp-protocol-version': '2026-07-28' } });
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
  });
});

describe('the JWKS', () => {
  test('has a kid and an alg in every key, and no kid twice (aws-jwt-verify)', () => {
    for (const key of jwks.keys) expect(key).toMatchObject({ kid: expect.any(String), alg: expect.any(String) });
    expect(new Set(jwks.keys.map(({ kid }) => kid)).size).toBe(jwks.keys.length);
  });

  test.each(['access_token', 'id_token'] as const)('has the kid and the alg of the %s', async (name) => {
    const { kid, alg } = headerOf((await newTokens())[name]);
    expect(jwks.keys).toContainEqual(expect.objectContaining({ kid, alg }));
  });

  test('is RSA at the start, which the API Gateway authorizer takes', () => {
    expect(jwks.keys.map(({ kty }) => kty)).toEqual(['RSA']);
  });

  test('has at most ten keys and 150 kB (ALB)', async () => {
    expect(jwks.keys.length).toBeLessThanOrEqual(10);
    expect((await send(server.port, '/jwks')).body.length).toBeLessThan(150_000);
  });

  test('is JSON', async () => {
    expect((await send(server.port, '/jwks')).headers['content-type']).toMatch(/^application\/(json|jwk-set\+json)/);
  });
});

describe('the token response', () => {
  test('has a token_type, whatever the grant', async () => {
    const tokens = await newTokens();
    const next = await refreshed(server, mobile, tokens.refresh_token);
    const own = await clientCredentials(server, machine);
    for (const { token_type } of [tokens, next, own.json]) expect(token_type).toMatch(/^bearer$/i);
  });

  test('leaves out what it does not have: no null, no empty text', async () => {
    const tokens = await newTokens(spa, { scope: 'api:read' });
    for (const value of Object.values(tokens)) expect([null, '']).not.toContain(value);
    expect(tokens).not.toHaveProperty('refresh_token');
    expect(tokens).not.toHaveProperty('id_token');
  });

  test('has a token that lives for ten minutes at least: some clients refresh at every call below', async () => {
    expect((await newTokens()).expires_in).toBeGreaterThan(600);
  });

  test('has a scope as a text', async () => {
    expect((await newTokens()).scope).toBeTypeOf('string');
  });
});

describe('the access token', () => {
  test('AT1, AT2: is a JWT of RFC 9068 by RS256 with a kid', async () => {
    const { access_token } = await newTokens();
    expect(headerOf(access_token)).toEqual({ alg: 'RS256', kid: expect.any(String), typ: 'at+jwt' });
    const found = claimsOf(access_token);
    for (const name of ['iss', 'sub', 'aud', 'client_id', 'scope', 'jti']) expect(found[name]).toBeTypeOf('string');
    for (const name of ['exp', 'iat']) expect(found[name]).toBeTypeOf('number');
  });

  test('AT3: always has an audience: the default one, or the resource', async () => {
    const { access_token } = await newTokens();
    const forApi = await clientCredentials(server, machine, { resource: catalog });
    expect(claimsOf(access_token)['aud']).toBe(server.issuer);
    expect(claimsOf(forApi.json.access_token)['aud']).toBe(catalog);
  });

  test('has the client as client_id (AgentCore, Verified Permissions)', async () => {
    expect(claimsOf((await newTokens()).access_token)['client_id']).toBe(mobile.client_id);
  });
});

describe('the ID token', () => {
  test('has the nonce of the request at the code exchange', async () => {
    expect(claimsOf((await newTokens(mobile, { nonce: 'n-0S6_WzA2Mj' })).id_token)['nonce']).toBe('n-0S6_WzA2Mj');
  });

  test('has no nonce when none was sent (oidc-client-ts)', async () => {
    expect(claimsOf((await newTokens()).id_token)).not.toHaveProperty('nonce');
  });

  test('has one audience as a text, the client, and so no azp', async () => {
    const found = claimsOf((await newTokens()).id_token);
    expect(found['aud']).toBe(mobile.client_id);
    expect(found).not.toHaveProperty('azp');
  });

  test('has an alg that is announced, and that Angular clients know', async () => {
    const { alg } = headerOf((await newTokens()).id_token);
    expect(metadata['id_token_signing_alg_values_supported']).toContain(alg);
    expect(['RS256', 'PS256', 'ES256']).toContain(alg);
  });

  test('OC7: has a right at_hash if it has one (angular-auth-oidc-client)', async () => {
    const { access_token = '', id_token } = await newTokens();
    const digest = createHash('sha256').update(access_token).digest();
    const right = digest.subarray(0, 16).toString('base64url');
    expect([undefined, right]).toContain(claimsOf(id_token)['at_hash']);
  });

  test('was issued just now (angular-auth-oidc-client: 120 s, AppAuth: 600 s)', async () => {
    expect(claimsOf((await newTokens()).id_token)['iat']).toBe(server.clock.now());
  });

  test('on refresh: the same sub, aud and auth_time, no azp, no nonce, and issued just now (AppAuth for Android)', async () => {
    const first = await newTokens(mobile, { nonce: 'n' });
    server.clock.advance(1_000);
    const second = await refreshed(server, mobile, first.refresh_token);
    const { sub, aud, auth_time, acr, amr } = claimsOf(first.id_token);
    expect(claimsOf(second.id_token)).toEqual({
      iss: server.issuer,
      sub,
      aud,
      auth_time,
      acr,
      amr,
      iat: server.clock.now(),
      exp: server.clock.now() + 3_600,
      at_hash: expect.any(String),
    });
  });
});

describe('24: CORS', () => {
  const readable: [string, string, Sent][] = [
    ['discovery', discovery, {}],
    ['discovery of OAuth', oauthDiscovery, {}],
    ['JWKS', '/jwks', {}],
    ['token', '/token', { method: 'POST', headers: formType, body: 'x=y' }],
    ['revoke', '/revoke', { method: 'POST', headers: formType, body: 'x=y' }],
    ['userinfo', '/userinfo', {}],
    ['userinfo by POST', '/userinfo', { method: 'POST', headers: formType, body: 'access_token=x' }],
  ];
  const headersFor = ({ headers }: Sent) => ({ ...headers, origin: 'https://spa.example' });

  test.each(readable)('any origin may read %s, refusals included, without credentials', async (_name, target, sent) => {
    const { headers } = await send(server.port, target, { ...sent, headers: headersFor(sent) });
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  test.each(readable)('%s exposes the headers that clients read', async (_name, target, sent) => {
    const { headers } = await send(server.port, target, { ...sent, headers: headersFor(sent) });
    expect(headers['access-control-expose-headers']).toBe('www-authenticate, dpop-nonce, retry-after');
  });

  test.each(readable)('%s takes the headers that clients send', async (_name, target) => {
    const names = 'authorization,content-type,mcp-protocol-version,x-okta-user-agent-extended';
    const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': names };
    const headers = { origin: 'https://spa.example', ...asked };
    const answer = await send(server.port, target, { method: 'OPTIONS', headers });
    expect(answer.status).toBe(204);
    expect(answer.headers['access-control-allow-headers']?.split(', ')).toEqual(names.split(','));
  });

  test.each(['/authorize', '/authorize/hybrid', '/sign-in', '/sign-out', '/introspect'])(
    'no origin may read %s',
    async (target) => {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const { headers } = await send(server.port, target, { method, headers: { origin: 'https://spa.example' } });
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      }
    },
  );
});

describe('errors', () => {
  const failing: [string, () => Promise<{ status: number; headers: Sent['headers']; body: string }>, number][] = [
    ['an unknown grant type', () => postToken(server, { grant_type: 'x', client_id: spa.client_id }), 400],
    ['an unknown client', () => postToken(server, { grant_type: 'authorization_code', client_id: 'nobody' }), 401],
    ['a wrong code', () => redeem(server, spa, { code: 'x', code_verifier: 'x'.repeat(43) }), 400],
    ['a wrong refresh token', () => refresh(server, mobile, 'x'), 400],
    ['a revocation without a token', () => revoke(server, mobile, {}), 400],
    ['a revocation by nobody', () => revoke(server, undefined, { token: 'x', client_id: 'nobody' }), 401],
    ['a wrong access token', () => userinfo(server, 'x'), 401],
  ];

  test.each(failing)('are JSON with error and error_description that nobody keeps: %s', async (_name, fail, status) => {
    const answer = await fail();
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(JSON.parse(answer.body)).toMatchObject({ error: expect.any(String), error_description: expect.any(String) });
  });

  test('an unknown client is invalid_client, on which MCP clients register again', async () => {
    const { json } = await postToken(server, { grant_type: 'refresh_token', client_id: 'nobody', refresh_token: 'x' });
    expect(json.error).toBe('invalid_client');
  });

  test('a refresh token that is over is invalid_grant, on which MCP clients drop their tokens', async () => {
    expect((await refresh(server, mobile, 'x')).json.error).toBe('invalid_grant');
  });
});

describe('23: WWW-Authenticate at the token endpoint', () => {
  test.each<[string, Fields]>([
    ['a wrong secret in the form', { client_id: webPost.client_id, client_secret: 'wrong' }],
    ['no secret', { client_id: web.client_id }],
    ['an unknown client', { client_id: 'nobody' }],
  ])('is not there unless Basic was used: %s', async (_name, fields) => {
    const { status, headers } = await postToken(server, { grant_type: 'authorization_code', ...fields });
    expect(status).toBe(401);
    expect(headers).not.toHaveProperty('www-authenticate');
  });

  test('is there when Basic was used', async () => {
    const authorization = basic({ ...web, client_secret: 'wrong' });
    const { status, headers } = await postToken(server, { grant_type: 'authorization_code' }, { authorization });
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toMatch(/^Basic /);
  });

  test('is not there for any other refusal, Basic or not', async () => {
    const answer = await postToken(
      server,
      { grant_type: 'authorization_code', code: 'x' },
      { authorization: basic(web) },
    );
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    expect(answer.headers).not.toHaveProperty('www-authenticate');
  });
});

describe('credentials in Basic', () => {
  test.each<[string, (text: string) => string]>([
    ['form-encoded, as RFC 6749 says', (text) => encodeFields({ text }).slice('text='.length)],
    ['by encodeURIComponent (expo-auth-session)', encodeURIComponent],
    ['percent-encoded to the last character (oauth4webapi)', encodeFully],
    ['as they are (MCP)', (text) => text],
  ])('are accepted %s', async (_name, encode) => {
    const { code, verifier } = await obtainCode(person, odd);
    const [redirect_uri] = odd.redirect_uris;
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri };
    expect((await postToken(server, form, { authorization: basicBy(encode, odd) })).status).toBe(200);
  });

  test('tried first by a client that takes the form only leave its code alone (Go oauth2)', async () => {
    const { code, verifier } = await obtainCode(person, strictPost);
    const [redirect_uri] = strictPost.redirect_uris;
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri };
    const first = await postToken(server, form, { authorization: basic(strictPost) });
    expect(first).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    const { client_id, client_secret } = strictPost;
    expect((await postToken(server, { ...form, client_id, client_secret })).status).toBe(200);
  });

  test('tried in the form first by a client that takes Basic only leave its code alone', async () => {
    const { code, verifier } = await obtainCode(person, strict);
    const { client_id, client_secret } = strict;
    const fields = { code, code_verifier: verifier, redirect_uri: strict.redirect_uris[0] };
    const form = { grant_type: 'authorization_code', ...fields };
    expect((await postToken(server, { ...form, client_id, client_secret })).status).toBe(401);
    expect((await redeem(server, strict, fields)).status).toBe(200);
  });
});

describe('K6: a redirect URI whose scheme has no dot', () => {
  test('does not keep the others out, and a request that uses it is refused on a page', async () => {
    expect((await obtainCode(person, editor)).code).toEqual(expect.any(String));
    const page = await person.follow(authorizeTarget(editor, { redirect_uri: 'cursor://editor/cb' }));
    expect(page.status).toBe(400);
    expect(page.body).toContain('redirect_uri_not_registered');
  });

  test('works for a client that may have it, and matches exactly', async () => {
    expect((await obtainCode(person, files)).redirected.href).toMatch(/^oc:\/\/android\.owncloud\.com\?code=/);
    for (const redirect_uri of ['oc://android.owncloud.com/', 'oc://other', 'OC://android.owncloud.com']) {
      const page = await person.follow(authorizeTarget(files, { redirect_uri }));
      expect(page.status).toBe(400);
    }
  });
});

describe('the state', () => {
  test('is not required', async () => {
    expect(await answered(spa, { state: undefined })).toEqual({ code: expect.any(String), iss: server.issuer });
  });

  test('that is empty is not echoed (openid-client)', async () => {
    expect(await answered(spa, { state: '' })).not.toHaveProperty('state');
  });

  test('that is empty is not echoed with an error either', async () => {
    expect(await answered(spa, { state: '', scope: 'unheard-of' })).not.toHaveProperty('state');
  });

  test.each(['a;b;%2Fpath%3Fx=1', 'eyJhIjoiYiJ9.x-_~', 'https://app.example/?a=1&b=2#c', 'é+ %20', '{"json":true}'])(
    'is echoed byte for byte (angular-oauth2-oidc has a semicolon in it): %s',
    async (state) => {
      expect((await answered(spa, { state })).state).toBe(state);
    },
  );
});

describe('IS1: iss', () => {
  test.each<[string, Fields]>([
    ['a code', {}],
    ['an error', { scope: 'unheard-of' }],
  ])('comes once with %s, byte for byte the issuer', async (_name, changes) => {
    const redirected = await person.authorize(authorizeTarget(spa, changes));
    expect(redirected.searchParams.getAll('iss')).toEqual([metadata.issuer]);
  });
});

describe('what is unknown or misplaced is ignored', () => {
  test('audience at both endpoints', async () => {
    const tokens = await obtainTokens(server, person, mobile, { audience: 'x' }, { audience: 'x', foo: 'bar' });
    expect(tokens.access_token).toBeTypeOf('string');
  });

  test('client_secret in the /authorize query (expo-auth-session), and it is never logged nor passed on', async () => {
    const client_secret = 'a-secret-that-strayed';
    const browser = newPerson(server);
    const page = await browser.open(authorizeTarget(web, { client_secret }));
    expect(JSON.stringify([page.headers, page.body])).not.toContain(client_secret);
    const redirected = await browser.authorize(authorizeTarget(web, { client_secret }));
    expect(parametersOf(redirected)).toHaveProperty('code');
    expect(redirected.href).not.toContain(client_secret);
    expect(server.auditLines.join('\n')).not.toContain(client_secret);
  });

  test('redirect_uri on refresh (AppAuth)', async () => {
    const { refresh_token } = await newTokens();
    const [redirect_uri] = mobile.redirect_uris;
    expect((await refresh(server, mobile, refresh_token, { redirect_uri })).status).toBe(200);
  });

  test('redirect_uri on refresh that is another one (AppAuth on another port)', async () => {
    const { refresh_token } = await newTokens();
    const fields = { redirect_uri: 'http://127.0.0.1:1/callback' };
    expect((await refresh(server, mobile, refresh_token, fields)).status).toBe(200);
  });

  test('code_verifier and access_type on refresh', async () => {
    const { refresh_token } = await newTokens();
    const fields = { code_verifier: 'x'.repeat(43), access_type: 'offline' };
    expect((await refresh(server, mobile, refresh_token, fields)).status).toBe(200);
  });
});

describe('revocation', () => {
  test('`{}` body on revoke (AppAuth, oidc-client-ts)', async () => {
    const { refresh_token } = await newTokens();
    const { body, headers } = await revoke(server, mobile, { token: refresh_token });
    expect(body).toBe('{}');
    expect(headers['content-type']).toMatch(/^application\/json/);
  });

  test('takes client_id in the body from a public client (oidc-client-ts)', async () => {
    const { access_token } = await newTokens();
    const fields = { token: access_token, token_type_hint: 'access_token', client_id: mobile.client_id };
    expect((await revoke(server, undefined, fields)).status).toBe(200);
  });
});

describe('the content type starts with application/json (oidc-client-ts)', () => {
  test.each<[string, string, Sent]>([
    ['token', '/token', { method: 'POST', headers: formType, body: 'grant_type=x&client_id=spa' }],
    ['revoke', '/revoke', { method: 'POST', headers: formType, body: 'token=x&client_id=spa' }],
    ['a refused revoke', '/revoke', { method: 'POST', headers: formType, body: 'token=x&client_id=nobody' }],
    ['introspect', '/introspect', { method: 'POST', headers: formType, body: 'token=x' }],
    ['userinfo', '/userinfo', {}],
    ['a wrong method', '/token', { method: 'GET' }],
    ['a wrong content type', '/token', { method: 'POST', body: '{}' }],
    ['JWKS', '/jwks', {}],
    ['discovery', discovery, {}],
  ])('%s', async (_name, target, sent) => {
    expect((await send(server.port, target, sent)).headers['content-type']).toMatch(/^application\/json/);
  });
});

describe('redirect URIs', () => {
  test.each([
    ['http://127.0.0.1:3335/callback', native],
    ['http://127.0.0.1:49150/callback', native],
    ['http://[::1]:8080/callback', native],
    ['http://localhost:3335/callback', onLocalhost],
    ['com.example.app:/callback', native],
  ])('N1: takes any port on the loopback interface, and private-use schemes (mcp-remote): %s', async (uri, client) => {
    expect(await answered(client, { redirect_uri: uri })).toHaveProperty('code');
  });

  test.each(['https://spa.example/callback/', 'https://spa.example/callback?x', 'https://SPA.example/callback'])(
    'BP1: takes nothing but the exact text: %s',
    async (redirect_uri) => {
      const page = await person.open(authorizeTarget(spa, { redirect_uri }));
      expect(page.status).toBe(400);
      expect(page.headers).not.toHaveProperty('location');
    },
  );
});

describe('H14: what API Gateway does to requests', () => {
  test('duplicates are seen in the query, not joined with commas', async () => {
    const page = await person.open(`${authorizeTarget(spa)}&nonce=a&nonce=b`);
    expect(parametersOf(new URL(page.headers.location ?? '')).error).toBe('invalid_request');
  });

  test('a comma in a value is no duplicate', async () => {
    expect(claimsOf((await newTokens(mobile, { nonce: 'a,b' })).id_token)['nonce']).toBe('a,b');
  });

  test('form bodies that arrive in base64 are read', async () => {
    const { code, verifier } = await obtainCode(person, spa);
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' };
    const form = { grant_type: 'authorization_code', client_id: spa.client_id, code, code_verifier: verifier };
    const body = encodeFields({ ...form, redirect_uri: spa.redirect_uris[0] });
    expect((await send(server.port, '/token', { method: 'POST', headers, body })).status).toBe(200);
  });
});

describe('PKCE as clients do it', () => {
  test('PK2: a verifier of 128 characters (AppAuth)', async () => {
    const verifier = 'aZ0-._~x'.repeat(16);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const { code } = await answered(mobile, { code_challenge: challenge });
    expect((await redeem(server, mobile, { code, code_verifier: verifier })).status).toBe(200);
  });

  test('plain, to which AppAuth for Android falls back, is refused with a reason where the policy is S256', async () => {
    const answer = await answered(mobile, { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' });
    expect(answer).toMatchObject({ error: 'invalid_request', error_description: expect.stringContaining('S256') });
  });

  test('none at all is right for clients that cannot, under the policy none (ALB, passport)', async () => {
    const { code } = await answered(web, { code_challenge: undefined, code_challenge_method: undefined });
    expect((await redeem(server, web, { code })).status).toBe(200);
  });
});

describe('what else clients ask for', () => {
  test('the e-mail address is there and verified (oauth2-proxy, better-auth)', async () => {
    const { access_token } = await newTokens(mobile, { scope: 'openid profile email' });
    expect((await userinfo(server, access_token)).json).toMatchObject({
      sub: ada.claims.sub,
      email: 'ada@example.com',
      email_verified: true,
    });
  });

  test('RI4, MC8: resource goes through authorization, token and refresh as it is (MCP)', async () => {
    const tokens = await obtainTokens(server, person, mobile, { resource: catalog }, { resource: catalog });
    const next = await refreshed(server, mobile, tokens.refresh_token, { resource: catalog });
    for (const { access_token } of [tokens, next]) {
      expect(claimsOf(access_token)['aud']).toEqual([catalog, server.issuer]);
    }
  });

  test('offline_access with prompt=consent is granted (MCP)', async () => {
    const tokens = await newTokens(mobile, { scope: 'openid offline_access', prompt: 'consent' });
    expect(tokens).toMatchObject({ scope: 'openid offline_access', refresh_token: expect.any(String) });
  });

  test('OC2: prompt=none answers with an error, not with a page (oidc-client-ts in a frame)', async () => {
    const page = await newPerson(server).open(authorizeTarget(spa, { prompt: 'none' }));
    expect(page.status).toBe(302);
    expect(parametersOf(new URL(page.headers.location ?? '')).error).toBe('login_required');
  });

  test('OC17: the end of the session takes id_token_hint, and gives the state back (oidc-client-ts)', async () => {
    const browser = await signedInPerson(server);
    const { id_token } = await obtainTokens(server, browser, leaving);
    const [post_logout_redirect_uri] = leaving.post_logout_redirect_uris ?? [];
    const query = encodeFields({ id_token_hint: id_token, post_logout_redirect_uri, state: 'x;y' });
    const { headers } = await browser.open(`/sign-out?${query}`);
    expect(headers.location).toBe('https://spa.example/bye?state=x%3By');
  });

  test('a client with private_key_jwt never gets away without it', async () => {
    const { status, json } = await refresh(server, keyed, 'x');
    expect({ status, error: json.error }).toEqual({ status: 401, error: 'invalid_client' });
  });
});
