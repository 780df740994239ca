import { AuthorizationCode, ClientCredentials } from 'simple-oauth2';
import { describe, expect, test } from 'vitest';
import { type FullClient, machine, portal, userinfo } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { ada, startTestServer } from '../support/server.ts';

/** Everything in its secret that form encoding changes. */
const secret = 'a secret: 100% + a bit & "more", ~ and so on!';
const old: FullClient = { ...portal, client_id: 'simple+client', client_secret: secret, pkce_policy: 'none' };
const inForm: FullClient = { ...old, client_id: 'simple-form', token_endpoint_auth_method: 'client_secret_post' };
const strict: FullClient = { ...old, client_id: 'simple-strict', pkce_policy: 'S256' };
const robot: FullClient = { ...machine, client_id: 'simple/robot', client_secret: secret };

const server = await startTestServer({ clients: [old, inForm, strict, robot], clock: 'system' });
const person = await signedInPerson(server);

type Options = { authorizationMethod?: 'header' | 'body'; credentialsEncodingMode?: 'strict' | 'loose' };

const configOf = ({ client_id, client_secret = '' }: FullClient, options: Options = {}) => ({
  client: { id: client_id, secret: client_secret },
  auth: { tokenHost: server.issuer, tokenPath: '/token', revokePath: '/revoke' },
  options,
});

/** The whole flow; what PKCE adds goes through as other parameters. */
async function signIn(
  registered: FullClient,
  { options = {}, authorize = {}, redeem = {} }: { options?: Options; authorize?: object; redeem?: object } = {},
) {
  const { auth, ...config } = configOf(registered, options);
  const client = new AuthorizationCode({ ...config, auth: { ...auth, authorizePath: '/authorize' } });
  const redirect_uri = registered.redirect_uris[0] ?? '';
  const url = new URL(
    client.authorizeURL({ redirect_uri, scope: ['openid', 'email'], state: 'a-state', ...authorize }),
  );
  const arrived = await person.authorize(url.pathname + url.search);
  return client.getToken({ code: arrived.searchParams.get('code') ?? '', redirect_uri, ...redeem });
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

describe('simple-oauth2', () => {
  test.each<[string, FullClient, Options]>([
    ['Basic, form-encoded', old, {}],
    ['Basic, as it is', old, { credentialsEncodingMode: 'loose' }],
    ['in the form', inForm, { authorizationMethod: 'body' }],
  ])('OA1: signs in with its credentials %s', async (_, registered, options) => {
    const { token } = await signIn(registered, { options });
    expect(token).toMatchObject({ token_type: 'Bearer', scope: 'openid email', expires_at: expect.any(Date) });
    expect((await userinfo(server, textOf(token['access_token']))).json['sub']).toBe(ada.claims.sub);
  });

  test('BP6: uses PKCE where it is told to', async () => {
    const { verifier, challenge } = pkcePair();
    const { token } = await signIn(strict, {
      authorize: { code_challenge: challenge, code_challenge_method: 'S256' },
      redeem: { code_verifier: verifier },
    });
    expect(token['access_token']).toBeTypeOf('string');
  });

  test('knows when its token expires', async () => {
    const accessToken = await signIn(old);
    expect(accessToken.expired()).toBe(false);
    expect(accessToken.expired(3_700)).toBe(true);
  });

  test('refreshes, once after the other, and for less', async () => {
    const first = await signIn(old);
    const second = await first.refresh();
    const third = await second.refresh({ scope: ['openid'] });
    expect(third.token).toMatchObject({ scope: 'openid', refresh_token: expect.any(String) });
    expect(third.token['refresh_token']).not.toBe(first.token['refresh_token']);
  });

  test.each(['access_token', 'refresh_token'] as const)('RV4: revokes its %s', async (type) => {
    const accessToken = await signIn(old);
    await accessToken.revoke(type);
    expect((await userinfo(server, textOf(accessToken.token['access_token']))).status).toBe(401);
  });

  test('RV3: revokes everything, one token after the other', async () => {
    const accessToken = await signIn(old);
    await accessToken.revokeAll();
    await expect(accessToken.refresh()).rejects.toMatchObject({ data: { payload: { error: 'invalid_grant' } } });
  });

  test('gets a token for itself', async () => {
    const { token } = await new ClientCredentials(configOf(robot)).getToken({ scope: 'api:read' });
    expect(token).toMatchObject({ token_type: 'Bearer', scope: 'api:read' });
    expect(token).not.toHaveProperty('refresh_token');
  });

  test('can read what is refused', async () => {
    const client = new ClientCredentials(configOf({ ...robot, client_secret: 'wrong' }));
    await expect(client.getToken({})).rejects.toMatchObject({
      output: { statusCode: 401 },
      data: { payload: { error: 'invalid_client' } },
    });
  });
});
