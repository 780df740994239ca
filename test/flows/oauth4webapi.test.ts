import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { describe, expect, test } from 'vitest';
import { native, spa, type TestClient, web, webPost } from '../support/clients.ts';
import { listenOnLoopback, loopbackAddresses } from '../support/loopback-client.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { authorizeTarget } from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';

const oddCharacters: TestClient = {
  client_id: 'odd:client/100%+more',
  client_secret: `short: 5% + "quotes" & ~`,
  redirect_uris: ['https://odd.example/callback?tenant=1&more=a%20b'],
  token_endpoint_auth_method: 'client_secret_basic',
  scope: 'openid',
};
const oddInForm: TestClient = {
  ...oddCharacters,
  client_id: 'odd&form=client',
  token_endpoint_auth_method: 'client_secret_post',
};

const signingKey = await generateKeyPair('ES256', { extractable: true });
const signing = {
  ...web,
  client_id: 'signing',
  require_signed_request_object: true,
  jwks: { keys: [await exportJWK(signingKey.publicKey)] },
};

const server = await startTestServer({
  clients: [spa, native, web, webPost, oddCharacters, oddInForm, signing],
  clock: 'system',
});
const insecure = { [oauth.allowInsecureRequests]: true };
const person = await signedInPerson(server);

const discover = async (algorithm: 'oidc' | 'oauth2' = 'oidc') => {
  const issuer = new URL(server.issuer);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...insecure }));
};

const authentication = ({ client_secret = '', token_endpoint_auth_method: method }: TestClient): oauth.ClientAuth => {
  if (method === 'client_secret_basic') return oauth.ClientSecretBasic(client_secret);
  return method === 'client_secret_post' ? oauth.ClientSecretPost(client_secret) : oauth.None();
};

/** Pushes the request: what is left to send through the browser. */
async function pushed(
  as: oauth.AuthorizationServer,
  client: oauth.Client,
  registered: TestClient,
  request: URLSearchParams,
) {
  const response = await oauth.pushedAuthorizationRequest(as, client, authentication(registered), request, insecure);
  const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, response);
  return new URLSearchParams({ client_id: client.client_id, request_uri });
}

/** The whole flow in the way of the library's example. */
async function signIn(
  registered: TestClient,
  redirectUri = registered.redirect_uris[0] ?? '',
  { browser = person, pushes = false, signs = false, arriveAt = async (redirected: URL) => redirected } = {},
) {
  const as = await discover();
  const client: oauth.Client = { client_id: registered.client_id };
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  let request = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid api:read',
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  if (signs) {
    request.set('response_mode', 'jwt');
    const object = await oauth.issueRequestObject(as, client, request, signingKey.privateKey);
    request = new URLSearchParams({ client_id: client.client_id, request: object });
  }
  const url = new URL(as.authorization_endpoint ?? '');
  url.search = (pushes ? await pushed(as, client, registered, request) : request).toString();

  const currentUrl = await arriveAt(await browser.authorize(url.pathname + url.search));
  const parameters = signs
    ? await oauth.validateJwtAuthResponse(as, client, currentUrl, state, insecure)
    : oauth.validateAuthResponse(as, client, currentUrl, state);
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    authentication(registered),
    parameters,
    redirectUri,
    codeVerifier,
    insecure,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(as, response, insecure);
  return { as, tokens, claims: oauth.getValidatedIdTokenClaims(tokens) };
}

describe('oauth4webapi', () => {
  test.each([
    ['public', spa],
    ['confidential, client_secret_basic', web],
    ['confidential, client_secret_post', webPost],
    ['OA1 client_secret_basic with an id and a secret that need encoding', oddCharacters],
    ['client_secret_post with an id and a secret that need encoding', oddInForm],
  ])('signs a person in and validates the tokens: %s', async (_, client) => {
    const { tokens, claims } = await signIn(client);
    expect(claims).toMatchObject({ sub: ada.claims.sub, aud: client.client_id });
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 3_600 });
  });

  test.each([
    ['public', spa],
    ['confidential', web],
  ])('PA4: pushes its request first where it is told to: %s', async (_, client) => {
    const { claims } = await signIn(client, undefined, { pushes: true });
    expect(claims).toMatchObject({ sub: ada.claims.sub, aud: client.client_id });
  });

  test.each([
    ['through the browser', false],
    ['by pushing it', true],
  ])('JAR1: JARM1: sends a signed request %s, and reads the signed answer', async (_, pushes) => {
    const { claims } = await signIn(signing, undefined, { signs: true, pushes });
    expect(claims).toMatchObject({ sub: ada.claims.sub, aud: signing.client_id });
  });

  test('signs in somebody who has to type a password first', async () => {
    const { claims } = await signIn(spa, undefined, { browser: newPerson(server) });
    expect(claims?.sub).toBe(ada.claims.sub);
  });

  test.each(loopbackAddresses)('N1, BP2: receives the redirect on a free port of %s', async (address) => {
    const { redirectUri, arrive } = await listenOnLoopback(address);
    const { claims } = await signIn(native, redirectUri, { arriveAt: arrive });
    expect(claims?.sub).toBe(ada.claims.sub);
  });

  test('N3: receives the redirect on a private-use scheme', async () => {
    const { claims } = await signIn(native, 'com.example.app:/callback');
    expect(claims?.sub).toBe(ada.claims.sub);
  });

  test('MD1: discovers the same server by RFC 8414 as by OpenID Connect', async () => {
    expect(await discover('oauth2')).toEqual(await discover('oidc'));
  });

  test('reports an error response as the error it is', async () => {
    const as = await discover();
    const redirected = await person.authorize(authorizeTarget(spa, { response_type: undefined, state: 's' }));
    const validate = () => oauth.validateAuthResponse(as, { client_id: spa.client_id }, redirected, 's');
    expect(validate).toThrow(expect.objectContaining({ name: 'AuthorizationResponseError', error: 'invalid_request' }));
  });

  test.each([
    ['a public client, as an OAuth error', spa, oauth.None(), 'ResponseBodyError'],
    ['a Basic client, as a challenge', web, oauth.ClientSecretBasic('wrong'), 'WWWAuthenticateChallengeError'],
    ['a post client, as an OAuth error', webPost, oauth.ClientSecretPost('wrong'), 'ResponseBodyError'],
  ])('reports a refusal at the token endpoint to %s', async (_, { client_id }, clientAuthentication, name) => {
    const as = await discover();
    const parameters = oauth.validateAuthResponse(
      as,
      { client_id },
      new URLSearchParams({ code: 'x', iss: server.issuer }),
      oauth.expectNoState,
    );
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      { client_id },
      clientAuthentication,
      parameters,
      'https://spa.example/callback',
      oauth.generateRandomCodeVerifier(),
      insecure,
    );
    const processed = oauth.processAuthorizationCodeResponse(as, { client_id }, response);
    await expect(processed).rejects.toMatchObject({ name });
  });
});

describe('the access token', () => {
  test('AT1, AT2: verifies with the published keys, for the issuer and the audience, as an access token', async () => {
    const { as, tokens } = await signIn(spa);
    const keys = createRemoteJWKSet(new URL(as.jwks_uri ?? ''));
    const { payload, protectedHeader } = await jwtVerify(tokens.access_token, keys, {
      issuer: server.issuer,
      audience: server.issuer,
      typ: 'at+jwt',
      algorithms: ['RS256'],
      requiredClaims: ['sub', 'client_id', 'iat', 'exp', 'jti', 'scope'],
    });
    expect(payload).toMatchObject({ sub: ada.claims.sub, client_id: spa.client_id, scope: 'openid api:read' });
    expect(protectedHeader.kid).toBeTypeOf('string');
  });

  test('AT1: validates as a JWT access token of RFC 9068', async () => {
    const { as, tokens } = await signIn(spa);
    const request = new Request('https://api.example/', {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const claims = await oauth.validateJwtAccessToken(as, request, server.issuer, insecure);
    expect(claims).toMatchObject({ sub: ada.claims.sub, client_id: spa.client_id });
  });

  test('AT4: an ID token is not accepted in its place', async () => {
    const { as, tokens } = await signIn(spa);
    const keys = createRemoteJWKSet(new URL(as.jwks_uri ?? ''));
    await expect(jwtVerify(tokens.id_token ?? '', keys, { typ: 'at+jwt' })).rejects.toThrow('"typ"');
  });
});
