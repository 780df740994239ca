import { exportJWK, generateKeyPair } from 'jose';
import * as client from 'openid-client';
import { describe, expect, test } from 'vitest';
import { native, spa, type TestClient, web, webPost } from '../support/clients.ts';
import { listenOnLoopback } from '../support/loopback-client.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { ada, startTestServer } from '../support/server.ts';

const oddCharacters: TestClient = {
  client_id: 'odd:client/100%+more',
  client_secret: 'a "longer" secret: 100% + more & more, ~ and so on',
  redirect_uris: ['https://odd.example/callback'],
  scope: 'openid',
};

const signingKey = await generateKeyPair('PS256', { extractable: true });
/** Signs its requests, and wants its answers signed. */
const signing = {
  ...web,
  client_id: 'signing',
  pkce_policy: 'S256',
  require_signed_request_object: true,
  jwks: { keys: [await exportJWK(signingKey.publicKey)] },
};

const server = await startTestServer({ clients: [spa, native, web, webPost, oddCharacters, signing], clock: 'system' });
const person = await signedInPerson(server);

const discover = ({ client_id, client_secret }: TestClient, authentication?: client.ClientAuth) =>
  client.discovery(new URL(server.issuer), client_id, client_secret, authentication, {
    execute: [client.allowInsecureRequests],
  });

type Visit = {
  parameters?: Record<string, string>;
  pushes?: boolean;
  signs?: CryptoKey;
  browser?: typeof person;
  arriveAt?: (url: URL) => Promise<URL>;
};

/** The whole flow in the way of the library's quick start; `extra` goes with the authorization request. */
async function signIn(config: client.Configuration, redirectUri: string, visit: Visit = {}) {
  const {
    parameters = {},
    pushes = false,
    signs,
    browser = person,
    arriveAt = async (redirected: URL) => redirected,
  } = visit;
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const request = {
    redirect_uri: redirectUri,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...parameters,
  };
  const signed = signs ? await client.buildAuthorizationUrlWithJAR(config, request, signs) : undefined;
  const asked = signed?.searchParams ?? request;
  const url = pushes
    ? await client.buildAuthorizationUrlWithPAR(config, asked)
    : client.buildAuthorizationUrl(config, asked);
  const currentUrl = await arriveAt(await browser.authorize(url.pathname + url.search));
  return client.authorizationCodeGrant(config, currentUrl, {
    pkceCodeVerifier,
    expectedState,
    expectedNonce,
    idTokenExpected: true,
    ...(parameters['max_age'] !== undefined && { maxAge: Number(parameters['max_age']) }),
  });
}

describe('openid-client', () => {
  test.each([
    ['public', spa, client.None()],
    ['confidential, client_secret_basic', web, client.ClientSecretBasic(web.client_secret)],
    ['confidential, client_secret_post', webPost, client.ClientSecretPost(webPost.client_secret)],
    [
      'OA1 with an id and a secret that need encoding',
      oddCharacters,
      client.ClientSecretBasic(oddCharacters.client_secret),
    ],
  ])('signs a person in and validates the ID token: %s', async (_, registered, authentication) => {
    const config = await discover(registered, authentication);
    client.enableNonRepudiationChecks(config);
    const tokens = await signIn(config, registered.redirect_uris[0] ?? '');
    expect(tokens.claims()).toMatchObject({ sub: ada.claims.sub, aud: registered.client_id });
  });

  test.each([
    ['public', spa, client.None()],
    ['confidential', web, client.ClientSecretBasic(web.client_secret)],
  ])('PA4: pushes its request first where it is told to: %s', async (_, registered, authentication) => {
    const config = await discover(registered, authentication);
    const tokens = await signIn(config, registered.redirect_uris[0] ?? '', { pushes: true });
    expect(tokens.claims()).toMatchObject({ sub: ada.claims.sub, aud: registered.client_id });
  });

  test.each([
    ['through the browser', false],
    ['by pushing it', true],
  ])('JAR1: JARM1: sends a signed request %s, and reads the signed answer', async (_, pushes) => {
    const config = await discover(signing, client.ClientSecretBasic(signing.client_secret));
    client.useJwtResponseMode(config);
    const tokens = await signIn(config, signing.redirect_uris[0] ?? '', { pushes, signs: signingKey.privateKey });
    expect(tokens.claims()).toMatchObject({ sub: ada.claims.sub, aud: signing.client_id });
  });

  test('PA5: is told what is wrong with a pushed request', async () => {
    const config = await discover(web, client.ClientSecretBasic(web.client_secret));
    const pushed = client.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: 'https://evil.example/',
      scope: 'openid',
    });
    await expect(pushed).rejects.toMatchObject({ name: 'ResponseBodyError', error: 'invalid_request', status: 400 });
  });

  test('signs in somebody who has to type a password first', async () => {
    const tokens = await signIn(await discover(spa, client.None()), spa.redirect_uris[0] ?? '', {
      browser: newPerson(server),
    });
    expect(tokens.claims()?.sub).toBe(ada.claims.sub);
  });

  test('N1: receives the redirect on a free port of the loopback interface', async () => {
    const { redirectUri, arrive } = await listenOnLoopback('127.0.0.1');
    const tokens = await signIn(await discover(native, client.None()), redirectUri, { arriveAt: arrive });
    expect(tokens.claims()?.sub).toBe(ada.claims.sub);
  });

  test('N3: receives the redirect on a private-use scheme', async () => {
    const tokens = await signIn(await discover(native, client.None()), 'com.example.app:/callback');
    expect(tokens.claims()?.sub).toBe(ada.claims.sub);
  });

  test('OC4: accepts the auth_time that max_age asks for', async () => {
    const tokens = await signIn(await discover(spa, client.None()), spa.redirect_uris[0] ?? '', {
      parameters: { max_age: '600' },
    });
    expect(tokens.claims()?.auth_time).toBeTypeOf('number');
  });

  test('MD5: sees that the server supports PKCE', async () => {
    const config = await discover(spa, client.None());
    expect(config.serverMetadata().supportsPKCE('S256')).toBe(true);
  });

  test('BP18: an injected code fails, because its verifier is another one', async () => {
    const config = await discover(spa, client.None());
    const stolen = await person.authorize(
      client
        .buildAuthorizationUrl(config, {
          redirect_uri: spa.redirect_uris[0] ?? '',
          scope: 'openid',
          code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
          code_challenge_method: 'S256',
        })
        .href.slice(server.issuer.length),
    );
    const injected = client.authorizationCodeGrant(config, stolen, {
      pkceCodeVerifier: client.randomPKCECodeVerifier(),
    });
    await expect(injected).rejects.toMatchObject({ name: 'ResponseBodyError', error: 'invalid_grant' });
  });
});
