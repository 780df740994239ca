import openidconnect from 'passport-openidconnect';
import { describe, expect, test } from 'vitest';
import { type FullClient, portal, refreshed, userinfo } from '../support/lifecycle.ts';
import { type Person, signedInPerson } from '../support/person.ts';
import { ada, startTestServer } from '../support/server.ts';

/** It knows nothing of PKCE, and sends its secret in the form: what the policy none is for. */
const old: FullClient = {
  ...portal,
  client_id: 'passport',
  token_endpoint_auth_method: 'client_secret_post',
  pkce_policy: 'none',
};
const strict: FullClient = { ...old, client_id: 'passport-strict', pkce_policy: 'S256' };

const claims = { ...ada.claims, name: 'Ada Lovelace', email: 'ada@example.com' };
const server = await startTestServer({ clients: [old, strict], accounts: [{ ...ada, claims }], clock: 'system' });
const person = await signedInPerson(server);

type User = { profile: Record<string, unknown>; accessToken: string; refreshToken: string | undefined };
type Options = Partial<ConstructorParameters<typeof openidconnect.Strategy>[0]>;

function strategyOf(client: FullClient, options: Options = {}) {
  return new openidconnect.Strategy(
    {
      issuer: server.issuer,
      authorizationURL: `${server.issuer}/authorize`,
      tokenURL: `${server.issuer}/token`,
      userInfoURL: `${server.issuer}/userinfo`,
      clientID: client.client_id,
      clientSecret: client.client_secret ?? '',
      callbackURL: client.redirect_uris[0] ?? '',
      scope: ['profile', 'email'],
      ...options,
    },
    (_issuer, profile, _context, _idToken, accessToken, refreshToken, verified) =>
      verified(null, { profile, accessToken, refreshToken }),
  );
}

type Outcome = { redirect?: string; user?: User; challenge?: unknown };

/** What Passport does with a strategy: it gives it a request and waits for one of its verdicts. */
function authenticate(strategy: InstanceType<typeof openidconnect.Strategy>, request: object): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const running = Object.assign(Object.create(strategy), {
      redirect: (redirect: string) => resolve({ redirect }),
      success: (user: User) => resolve({ user }),
      fail: (challenge: unknown) => resolve({ challenge }),
      error: reject,
    });
    running.authenticate(request, {});
  });
}

/** The whole flow; the session of the app is what remembers the state. */
async function signIn(client: FullClient, options: Options = {}, browser: Person = person) {
  const strategy = strategyOf(client, options);
  const session = {};
  const { redirect = '' } = await authenticate(strategy, { session, query: {}, headers: {} });
  const { pathname, search } = new URL(redirect);
  const arrived = await browser.authorize(pathname + search);
  return authenticate(strategy, { session, query: Object.fromEntries(arrived.searchParams), headers: {} });
}

describe('passport-openidconnect', () => {
  test('PK11: signs in without PKCE under the policy none', async () => {
    const { user } = await signIn(old);
    expect(user?.profile).toMatchObject({ id: ada.claims.sub });
  });

  test('OC6: accepts the ID token with a nonce and max_age', async () => {
    const { user } = await signIn(old, { nonce: true, maxAge: 600 });
    expect(user?.profile).toMatchObject({ id: ada.claims.sub });
  });

  test('OC8: loads the profile from userinfo', async () => {
    const { user } = await signIn(old, { skipUserProfile: false });
    expect(user?.profile).toMatchObject({
      id: ada.claims.sub,
      displayName: claims.name,
      emails: [{ value: claims.email }],
    });
  });

  test('gets tokens that work and can be refreshed', async () => {
    const { user } = await signIn(old);
    const { access_token } = await refreshed(server, old, user?.refreshToken);
    for (const token of [user?.accessToken, access_token]) {
      expect((await userinfo(server, token)).json['sub']).toBe(ada.claims.sub);
    }
  });

  test('PK7: is told in words why it is refused where PKCE is required', async () => {
    await expect(signIn(strict)).rejects.toMatchObject({
      name: 'AuthorizationError',
      code: 'invalid_request',
      message: expect.stringContaining('code_challenge'),
      uri: expect.stringContaining('/errors#code_challenge_required'),
    });
  });

  test('reports a wrong secret as the OAuth error it is', async () => {
    await expect(signIn({ ...old, client_secret: 'wrong' })).rejects.toMatchObject({
      name: 'TokenError',
      code: 'invalid_client',
    });
  });
});
