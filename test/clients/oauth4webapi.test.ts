import * as oauth from 'oauth4webapi';
import { describe, expect, test } from 'vitest';
import { encodeFields, formType } from '../support/http.ts';
import { type FullClient, formOf, machine, mobile, portal, warehouse } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { ada, startTestServer } from '../support/server.ts';

const { privateKey, publicKey } = await oauth.generateKeyPair('RS256');
const { client_secret: _, ...withoutSecret } = portal;
const keyed: FullClient = {
  ...withoutSecret,
  client_id: 'keyed',
  token_endpoint_auth_method: 'private_key_jwt',
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  jwks: { keys: [{ ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'k1' }] },
};
const hybrid: FullClient = { ...portal, client_id: 'hybrid', response_types: ['code', 'code id_token'] };

const server = await startTestServer({ clients: [mobile, portal, machine, warehouse, keyed, hybrid], clock: 'system' });
const insecure = { [oauth.allowInsecureRequests]: true };
const person = await signedInPerson(server);

const issuer = new URL(server.issuer);
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));

const authenticationOf = ({ client_secret, jwks }: FullClient): oauth.ClientAuth => {
  if (jwks) return oauth.PrivateKeyJwt({ key: privateKey, kid: 'k1' });
  return client_secret === undefined ? oauth.None() : oauth.ClientSecretBasic(client_secret);
};

/** Follows an authorization request to what the client receives. */
async function visit(registered: FullClient, more: Record<string, string>) {
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const url = new URL(as.authorization_endpoint ?? '');
  for (const [name, value] of Object.entries({
    client_id: registered.client_id,
    redirect_uri: registered.redirect_uris[0] ?? '',
    response_type: 'code',
    scope: 'openid api:read',
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    state: 'a-state',
    ...more,
  })) {
    url.searchParams.set(name, value);
  }
  return { page: await person.follow(url.pathname + url.search), codeVerifier };
}

async function redeem(
  registered: FullClient,
  parameters: URLSearchParams,
  codeVerifier: string,
  expectedNonce?: string,
) {
  const client = { client_id: registered.client_id };
  const authentication = authenticationOf(registered);
  const redirectUri = registered.redirect_uris[0] ?? '';
  const response = await oauth.authorizationCodeGrantRequest(as, client, authentication, parameters, redirectUri, codeVerifier, insecure); // biome-ignore format: the library's own order
  return oauth.processAuthorizationCodeResponse(as, client, response, {
    ...(expectedNonce !== undefined && { expectedNonce }),
    requireIdToken: true,
  });
}

async function signIn(registered: FullClient) {
  const { page, codeVerifier } = await visit(registered, {});
  const client = { client_id: registered.client_id };
  const parameters = oauth.validateAuthResponse(as, client, new URL(page.headers.location ?? ''), 'a-state');
  return redeem(registered, parameters, codeVerifier);
}

async function refresh(registered: FullClient, refreshToken = '') {
  const client = { client_id: registered.client_id };
  const response = await oauth.refreshTokenGrantRequest(
    as,
    client,
    authenticationOf(registered),
    refreshToken,
    insecure,
  );
  return oauth.processRefreshTokenResponse(as, client, response);
}

describe('oauth4webapi', () => {
  test.each<[string, FullClient]>([
    ['public', mobile],
    ['client_secret_basic', portal],
    ['private_key_jwt', keyed],
  ])('signs in, refreshes, reads userinfo and revokes: %s', async (_method, registered) => {
    const client = { client_id: registered.client_id };
    const first = await signIn(registered);
    const second = await refresh(registered, first.refresh_token);
    const sub = oauth.getValidatedIdTokenClaims(second)?.sub ?? '';
    expect(sub).toBe(ada.claims.sub);

    const userinfo = await oauth.userInfoRequest(as, client, second.access_token, insecure);
    expect(await oauth.processUserInfoResponse(as, client, sub, userinfo)).toEqual({ sub });

    const token = second.refresh_token ?? '';
    const revoked = await oauth.revocationRequest(as, client, authenticationOf(registered), token, insecure);
    expect(await oauth.processRevocationResponse(revoked)).toBeUndefined();
    await expect(refresh(registered, token)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('introspects as a resource server', async () => {
    const { access_token } = await signIn(mobile);
    const client = { client_id: warehouse.client_id };
    const request = (token: string) =>
      oauth.introspectionRequest(as, client, authenticationOf(warehouse), token, insecure);
    const active = await oauth.processIntrospectionResponse(as, client, await request(access_token));
    expect(active).toMatchObject({ active: true, sub: ada.claims.sub });
    const inactive = await oauth.processIntrospectionResponse(as, client, await request('garbage'));
    expect(inactive).toEqual({ active: false });
  });

  test.each<[string, FullClient]>([
    ['client_secret_basic', machine],
    ['private_key_jwt', keyed],
  ])('gets a token for itself: %s', async (_method, registered) => {
    const client = { client_id: registered.client_id };
    const authentication = authenticationOf(registered);
    const parameters = { scope: 'api:read' };
    const response = await oauth.clientCredentialsGrantRequest(as, client, authentication, parameters, insecure);
    const tokens = await oauth.processClientCredentialsResponse(as, client, response);
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'api:read' });
  });

  test('OC7: validates code id_token in the fragment, with c_hash and nonce', async () => {
    const nonce = oauth.generateRandomNonce();
    const { page, codeVerifier } = await visit(hybrid, { response_type: 'code id_token', nonce });
    const url = new URL(page.headers.location ?? '');
    const parameters = await oauth.validateCodeIdTokenResponse(as, { client_id: hybrid.client_id }, url, nonce, 'a-state', undefined, insecure); // biome-ignore format: the library's own order
    const tokens = await redeem(hybrid, parameters, codeVerifier, nonce);
    expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(ada.claims.sub);
  });

  test('IS3: validates code id_token in a form', async () => {
    const nonce = oauth.generateRandomNonce();
    const { page, codeVerifier } = await visit(hybrid, {
      response_type: 'code id_token',
      response_mode: 'form_post',
      nonce,
    });
    const { action, fields } = formOf(page);
    const request = new Request(action, { method: 'POST', headers: formType, body: encodeFields(fields) });
    const parameters = await oauth.validateCodeIdTokenResponse(as, { client_id: hybrid.client_id }, request, nonce, 'a-state', undefined, insecure); // biome-ignore format: the library's own order
    const tokens = await redeem(hybrid, parameters, codeVerifier, nonce);
    expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(ada.claims.sub);
  });

  test('finds the end of the session in the metadata', () => {
    expect(as.end_session_endpoint).toBe(`${server.issuer}/sign-out`);
  });

  test('reports what revocation refuses', async () => {
    const client = { client_id: portal.client_id };
    const response = await oauth.revocationRequest(as, client, oauth.ClientSecretPost('wrong'), 'x', insecure);
    await expect(oauth.processRevocationResponse(response)).rejects.toMatchObject({
      name: 'ResponseBodyError',
      error: 'invalid_client',
    });
  });
});
