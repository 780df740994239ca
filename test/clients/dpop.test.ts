import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { describe, expect, test } from 'vitest';
import { type FullClient, machine, mobile, portal } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { claimsOf } from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';

/* DPoP as client libraries do it, with a server that asks every proof for a nonce: they have to find that out and try again. */

const bound: FullClient & { dpop_bound_access_tokens: boolean } = {
  ...mobile,
  client_id: 'bound',
  dpop_bound_access_tokens: true,
};
const server = await startTestServer({
  clients: [bound, portal, machine],
  clock: 'system',
  environment: { PIXY_DPOP_NONCES: 'on' },
});
const person = await signedInPerson(server);
const insecure = { [oauth.allowInsecureRequests]: true };

describe.each(['ES256', 'Ed25519', 'PS256', 'RS256'])('openid-client with a key for %s', (alg) => {
  const start = async (registered: FullClient) => {
    const { client_id: id, client_secret: secret } = registered;
    const authentication = secret === undefined ? client.None() : client.ClientSecretBasic(secret);
    const execute = [client.allowInsecureRequests];
    const config = await client.discovery(new URL(server.issuer), id, secret, authentication, { execute });
    const pair = await client.randomDPoPKeyPair(alg);
    return { config, DPoP: client.getDPoPHandle(config, pair) };
  };

  test.each([bound, portal])(
    '$client_id signs in with a bound code, asks userinfo, and refreshes',
    async (registered) => {
      const { config, DPoP } = await start(registered);
      const pkceCodeVerifier = client.randomPKCECodeVerifier();
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: registered.redirect_uris[0] ?? '',
        scope: 'openid',
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        dpop_jkt: await DPoP.calculateThumbprint(),
      });
      const redirected = await person.authorize(url.pathname + url.search);
      const tokens = await client.authorizationCodeGrant(config, redirected, { pkceCodeVerifier }, undefined, { DPoP });
      expect(tokens.token_type).toBe('dpop');
      expect(claimsOf(tokens.access_token)['cnf']).toEqual({ jkt: await DPoP.calculateThumbprint() });
      const { sub } = ada.claims;
      expect(await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).toMatchObject({ sub });
      const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP });
      expect(refreshed.token_type).toBe('dpop');
      expect(await client.fetchUserInfo(config, refreshed.access_token, sub, { DPoP })).toMatchObject({ sub });
    },
  );

  test('a pushed request binds its code to the key', async () => {
    const { config, DPoP } = await start(portal);
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const request = {
      redirect_uri: portal.redirect_uris[0] ?? '',
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    };
    const url = await client.buildAuthorizationUrlWithPAR(config, request, { DPoP });
    expect([...url.searchParams.keys()].toSorted()).toEqual(['client_id', 'request_uri']);
    const redirected = await person.authorize(url.pathname + url.search);
    const bearer = client.authorizationCodeGrant(config, redirected, { pkceCodeVerifier });
    await expect(bearer).rejects.toMatchObject({ error: 'invalid_grant' });
    const again = await client.buildAuthorizationUrlWithPAR(config, request, { DPoP });
    const back = await person.authorize(again.pathname + again.search);
    const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier }, undefined, { DPoP });
    expect(claimsOf(tokens.access_token)['cnf']).toEqual({ jkt: await DPoP.calculateThumbprint() });
  });

  test('a client gets a bound token for itself', async () => {
    const { config, DPoP } = await start(machine);
    expect((await client.clientCredentialsGrant(config, {}, { DPoP })).token_type).toBe('dpop');
  });
});

test('oauth4webapi finds out about the nonce, at the token endpoint and at userinfo', async () => {
  const as = await oauth
    .discoveryRequest(new URL(server.issuer), insecure)
    .then((answer) => oauth.processDiscoveryResponse(new URL(server.issuer), answer));
  expect(as.dpop_signing_alg_values_supported).toEqual(expect.arrayContaining(['ES256', 'EdDSA', 'PS256']));
  const registered: oauth.Client = { client_id: bound.client_id };
  const DPoP = oauth.DPoP(registered, await oauth.generateKeyPair('ES256'));
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(as.authorization_endpoint ?? '');
  url.search = String(
    new URLSearchParams({
      client_id: bound.client_id,
      redirect_uri: bound.redirect_uris[0] ?? '',
      response_type: 'code',
      scope: 'openid',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }),
  );
  const parameters = oauth.validateAuthResponse(as, registered, await person.authorize(url.pathname + url.search));

  const redeem = async () => {
    const redirectUri = bound.redirect_uris[0] ?? '';
    const answer = await oauth.authorizationCodeGrantRequest(
      as,
      registered,
      oauth.None(),
      parameters,
      redirectUri,
      verifier,
      { DPoP, ...insecure },
    );
    return oauth.processAuthorizationCodeResponse(as, registered, answer);
  };
  const first = await redeem().catch((error: unknown) => error);
  expect(oauth.isDPoPNonceError(first)).toBe(true);
  const tokens = await redeem();
  const ask = async () => {
    const answer = await oauth.userInfoRequest(as, registered, tokens.access_token, { DPoP, ...insecure });
    return oauth.processUserInfoResponse(as, registered, ada.claims.sub, answer);
  };
  expect(await ask()).toMatchObject(ada.claims);
});
