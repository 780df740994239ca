import { generateKeyPairSync } from 'node:crypto';
import { exportJWK } from 'jose';
import * as client from 'openid-client';
import { describe, expect, test } from 'vitest';
import { decideFor, deviceGrant } from '../support/device.ts';
import { encodeFields, formType } from '../support/http.ts';
import { type FullClient, formOf, machine, mobile, portal, registerApi, warehouse } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { ada, startTestServer } from '../support/server.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = await crypto.subtle.importKey(
  'jwk',
  { ...privateKey.export({ format: 'jwk' }) },
  { name: 'ECDSA', namedCurve: 'P-256' },
  false,
  ['sign'],
);
const { client_secret: _, ...withoutSecret } = portal;
const keyed: FullClient = {
  ...withoutSecret,
  client_id: 'keyed',
  token_endpoint_auth_method: 'private_key_jwt',
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'k1' }] },
};
const hybrid: FullClient = { ...portal, client_id: 'hybrid', response_types: ['code', 'code id_token'] };
const television: FullClient = {
  ...mobile,
  client_id: 'television',
  grant_types: ['refresh_token', deviceGrant],
  redirect_uris: [],
};
const leaving: FullClient = {
  ...portal,
  client_id: 'leaving',
  post_logout_redirect_uris: ['https://portal.example/bye'],
};

const adaWithEmail = { ...ada, claims: { ...ada.claims, name: 'Ada', email: 'ada@example.com', email_verified: true } };
const server = await startTestServer({
  clients: [mobile, portal, machine, warehouse, keyed, hybrid, leaving, television],
  accounts: [adaWithEmail],
  clock: 'system',
});
await registerApi({ resource: 'https://api.example/catalog', scope: ['api:read'] });
const person = await signedInPerson(server);

async function discover(registered: FullClient, authentication?: client.ClientAuth) {
  const config = await client.discovery(
    new URL(server.issuer),
    registered.client_id,
    registered.client_secret,
    authentication ?? (registered.client_secret ? client.ClientSecretBasic(registered.client_secret) : client.None()),
    { execute: [client.allowInsecureRequests] },
  );
  client.enableNonRepudiationChecks(config);
  return config;
}

/** The whole flow in the way of the library's quick start, with what the browser brings back as `currentUrl`. */
async function signIn(config: client.Configuration, registered: FullClient, more: Record<string, string> = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const redirectUri = registered.redirect_uris[0] ?? '';
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid email api:read',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...more,
  });
  const page = await person.follow(url.pathname + url.search);
  const posted = formOf(page);
  const currentUrl = page.headers.location
    ? new URL(page.headers.location)
    : new Request(posted.action, { method: 'POST', headers: formType, body: encodeFields(posted.fields) });
  return client.authorizationCodeGrant(config, currentUrl, {
    pkceCodeVerifier,
    expectedState,
    expectedNonce,
    idTokenExpected: true,
  });
}

describe('openid-client', () => {
  test.each<[string, FullClient]>([
    ['public', mobile],
    ['confidential', portal],
  ])('refreshes, and validates the new ID token: %s', async (_, registered) => {
    const config = await discover(registered);
    const first = await signIn(config, registered);
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? '');
    expect(second.claims()).toMatchObject({ sub: ada.claims.sub, auth_time: first.claims()?.auth_time });
    expect(second.refresh_token).not.toBe(first.refresh_token);
  });

  test('refreshes for a narrower scope', async () => {
    const config = await discover(portal);
    const first = await signIn(config, portal);
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? '', { scope: 'api:read' });
    expect(second.scope).toBe('api:read');
  });

  test('OC8: fetches claims from userinfo for the subject it expects', async () => {
    const config = await discover(mobile);
    const tokens = await signIn(config, mobile);
    const found = await client.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '');
    expect(found).toEqual({ sub: ada.claims.sub, email: 'ada@example.com', email_verified: true });
  });

  test('BT4: understands what userinfo refuses', async () => {
    const config = await discover(mobile);
    await expect(client.fetchUserInfo(config, 'x.y.z', ada.claims.sub)).rejects.toMatchObject({
      name: 'WWWAuthenticateChallengeError',
      cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }],
    });
  });

  test('RV4: revokes a refresh token, and everything that came with it', async () => {
    const config = await discover(portal);
    const { access_token, refresh_token = '' } = await signIn(config, portal);
    await client.tokenRevocation(config, refresh_token, { token_type_hint: 'refresh_token' });
    const ended = { name: 'WWWAuthenticateChallengeError' };
    await expect(client.fetchUserInfo(config, access_token, ada.claims.sub)).rejects.toMatchObject(ended);
    await expect(client.refreshTokenGrant(config, refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('introspects as a resource server', async () => {
    const { access_token } = await signIn(await discover(mobile), mobile);
    const config = await discover(warehouse);
    expect(await client.tokenIntrospection(config, access_token)).toMatchObject({
      active: true,
      sub: ada.claims.sub,
      client_id: mobile.client_id,
    });
    expect(await client.tokenIntrospection(config, 'garbage')).toEqual({ active: false });
  });

  test('gets a token for itself', async () => {
    const config = await discover(machine);
    const tokens = await client.clientCredentialsGrant(config, { scope: 'api:read' });
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'api:read', expires_in: 3_600 });
  });

  test('RI4: gets a token for an API', async () => {
    const config = await discover(machine);
    const resource = 'https://api.example/catalog';
    const { access_token } = await client.clientCredentialsGrant(config, { resource });
    const [, payload = ''] = access_token.split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ aud: resource });
  });

  test('authenticates with private_key_jwt for code, refresh token, itself and revocation', async () => {
    const config = await discover(keyed, client.PrivateKeyJwt({ key, kid: 'k1' }));
    const first = await signIn(config, keyed);
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? '');
    expect(second.claims()?.sub).toBe(ada.claims.sub);
    expect((await client.clientCredentialsGrant(config)).access_token).toBeTypeOf('string');
    await client.tokenRevocation(config, second.access_token);
    const again = client.refreshTokenGrant(config, second.refresh_token ?? '');
    await expect(again).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('OC7: uses code id_token, and validates the c_hash', async () => {
    const config = await discover(hybrid);
    client.useCodeIdTokenResponseType(config);
    const tokens = await signIn(config, hybrid);
    expect(tokens.claims()?.sub).toBe(ada.claims.sub);
  });

  test('IS3: receives the answer as a form', async () => {
    const tokens = await signIn(await discover(portal), portal, { response_mode: 'form_post' });
    expect(tokens.claims()?.sub).toBe(ada.claims.sub);
  });

  test('IS3: receives code id_token as a form', async () => {
    const config = await discover(hybrid);
    client.useCodeIdTokenResponseType(config);
    const tokens = await signIn(config, hybrid, { response_mode: 'form_post' });
    expect(tokens.claims()?.sub).toBe(ada.claims.sub);
  });

  test('DF1, DF2: waits on a device until somebody allows it elsewhere, with PKCE', async () => {
    const config = await discover(television);
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const codes = await client.initiateDeviceAuthorization(config, {
      scope: 'openid email',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    expect((await decideFor(person, codes.user_code)).status).toBe(200);
    const tokens = await client.pollDeviceAuthorizationGrant(config, codes, { code_verifier: pkceCodeVerifier });
    expect(tokens.claims()?.sub).toBe(ada.claims.sub);
    expect((await client.refreshTokenGrant(config, tokens.refresh_token ?? '')).access_token).toBeTypeOf('string');
  });

  test('OC17: signs out with the ID token, and gets its state back', async () => {
    const config = await discover(leaving);
    const browser = await signedInPerson(server);
    const { id_token = '' } = await signIn(config, leaving);
    const url = client.buildEndSessionUrl(config, {
      post_logout_redirect_uri: 'https://portal.example/bye',
      id_token_hint: id_token,
      state: 'a-state',
    });
    const page = await browser.open(url.pathname + url.search);
    expect(page.headers.location).toBe('https://portal.example/bye?state=a-state');
  });

  test('reports a refused refresh as the OAuth error it is', async () => {
    const refused = client.refreshTokenGrant(await discover(mobile), 'garbage');
    await expect(refused).rejects.toMatchObject({ name: 'ResponseBodyError', error: 'invalid_grant', status: 400 });
  });
});
