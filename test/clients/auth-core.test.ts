import { randomBytes } from 'node:crypto';
import { Auth, type AuthConfig } from '@auth/core';
import type { Account } from '@auth/core/types';
import { describe, expect, test } from 'vitest';
import { encodeFields, formType } from '../support/http.ts';
import { type FullClient, mobile, portal, refreshed, userinfo } from '../support/lifecycle.ts';
import { newPerson, type Person, signedInPerson } from '../support/person.ts';
import { ada, startTestServer } from '../support/server.ts';

const origin = 'https://app.example';
const redirect_uris = [`${origin}/auth/callback/pixy`];
const secret = 'a secret: 100% + a bit & "more", ~ and (so) on!';
const named: FullClient = { ...portal, client_id: 'auth-core', redirect_uris, client_secret: secret };
const inForm: FullClient = { ...named, client_id: 'auth-core-form', token_endpoint_auth_method: 'client_secret_post' };
const open: FullClient = { ...mobile, client_id: 'auth-core-public', redirect_uris };

const claims = { ...ada.claims, name: 'Ada Lovelace', email: 'ada@example.com' };
const server = await startTestServer({
  clients: [named, inForm, open],
  accounts: [{ ...ada, claims }],
  clock: 'system',
});
const person = await signedInPerson(server);

type Provider = Extract<AuthConfig['providers'][number], { type: 'oidc' }>;

/** An app with the library behind /auth, and the browser's side of it: cookies, and where it is sent. */
function newApp(client: FullClient, provider: Partial<Provider> = {}) {
  const accounts: Account[] = [];
  const errors: Error[] = [];
  const config: AuthConfig = {
    secret: randomBytes(32).toString('hex'),
    trustHost: true,
    basePath: '/auth',
    logger: { error: (error) => errors.push(error), warn() {}, debug() {} },
    callbacks: {
      jwt({ token, account }) {
        if (account) accounts.push(account);
        return token;
      },
    },
    providers: [
      {
        id: 'pixy',
        name: 'Pixy',
        type: 'oidc',
        issuer: server.issuer,
        clientId: client.client_id,
        ...(client.client_secret !== undefined && { clientSecret: client.client_secret }),
        ...provider,
      } as Provider,
    ],
  };

  const cookies = new Map<string, string>();
  async function visit(target: string, fields?: Record<string, string>): Promise<Response> {
    const request = new Request(new URL(target, origin), {
      headers: { cookie: Array.from(cookies, (pair) => pair.join('=')).join('; '), ...(fields && formType) },
      ...(fields && { method: 'POST', body: encodeFields(fields) }),
    });
    const response = await Auth(request, config);
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  }
  const csrf = async (): Promise<string> =>
    (JSON.parse(await (await visit('/auth/csrf')).text()) as { csrfToken: string }).csrfToken;

  /** Where the library sends somebody who wants to sign in. */
  const start = async (): Promise<URL> => {
    const response = await visit('/auth/signin/pixy', { csrfToken: await csrf(), callbackUrl: origin });
    return new URL(response.headers.get('location') ?? '');
  };
  const signOut = async () => visit('/auth/signout', { csrfToken: await csrf(), callbackUrl: origin });
  const session = async (): Promise<unknown> => JSON.parse(await (await visit('/auth/session')).text());
  return { accounts, errors, visit, start, signOut, session };
}

async function signIn(client: FullClient, provider: Partial<Provider> = {}, browser: Person = person) {
  const started = newApp(client, provider);
  const url = await started.start();
  const arrived = await browser.authorize(url.pathname + url.search);
  const response = await started.visit(arrived.href);
  return { ...started, url, arrived, response };
}

const signedIn = { user: { name: claims.name, email: claims.email }, expires: expect.any(String) };

describe('@auth/core', () => {
  test('sends PKCE and no state, and the server echoes none', async () => {
    const { url, arrived } = await signIn(named);
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect(url.searchParams.get('scope')).toBe('openid profile email');
    expect(url.searchParams.has('state')).toBe(false);
    expect(arrived.searchParams.has('state')).toBe(false);
  });

  test.each<[string, FullClient, Partial<Provider>]>([
    ['client_secret_basic, its default', named, {}],
    ['client_secret_post', inForm, { client: { token_endpoint_auth_method: 'client_secret_post' } }],
    ['public', open, { client: { token_endpoint_auth_method: 'none' } }],
  ])('OA1: signs in: %s', async (_, client, provider) => {
    const { accounts, errors } = await signIn(client, provider);
    expect(errors).toEqual([]);
    expect(accounts).toMatchObject([{ provider: 'pixy', providerAccountId: ada.claims.sub, token_type: 'bearer' }]);
  });

  test('signs in somebody who has to type a password first', async () => {
    const { accounts } = await signIn(named, {}, newPerson(server));
    expect(accounts).toMatchObject([{ providerAccountId: ada.claims.sub }]);
  });

  test('OC8: takes the profile from userinfo', async () => {
    const { session, errors } = await signIn(named, { idToken: false });
    expect(errors).toEqual([]);
    expect(await session()).toEqual(signedIn);
  });

  test('OC6: checks state and nonce where it is told to', async () => {
    const { accounts, arrived } = await signIn(named, { checks: ['pkce', 'state', 'nonce'] });
    expect(arrived.searchParams.has('state')).toBe(true);
    expect(accounts).toMatchObject([{ providerAccountId: ada.claims.sub }]);
  });

  test('holds tokens that work and can be refreshed', async () => {
    const { accounts } = await signIn(named);
    const [account] = accounts;
    const { access_token } = await refreshed(server, named, account?.refresh_token);
    for (const token of [account?.access_token, access_token]) {
      expect((await userinfo(server, token)).json).toMatchObject({ sub: ada.claims.sub, email: claims.email });
    }
  });

  test('signs out of the app', async () => {
    const { session, signOut } = await signIn(named, { idToken: false });
    expect(await session()).toEqual(signedIn);
    await signOut();
    expect(await session()).toBeNull();
  });

  test('reports what the server refuses as the OAuth error it is', async () => {
    const { visit, errors } = newApp(named);
    await visit(`/auth/callback/pixy?error=access_denied&iss=${encodeURIComponent(server.issuer)}`);
    expect(errors).toMatchObject([{ name: 'OAuthCallbackError' }]);
  });

  test('IS1: refuses an answer of another issuer', async () => {
    const started = newApp(named);
    const url = await started.start();
    const arrived = await person.authorize(url.pathname + url.search);
    arrived.searchParams.set('iss', 'https://evil.example');
    await started.visit(arrived.href);
    expect(started.accounts).toEqual([]);
    expect(started.errors).toHaveLength(1);
  });
});
