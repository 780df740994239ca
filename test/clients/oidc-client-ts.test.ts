import {
  ErrorResponse,
  type INavigator,
  InMemoryWebStorage,
  type NavigateParams,
  UserManager,
  WebStorageStateStore,
} from 'oidc-client-ts';
import { describe, expect, test } from 'vitest';
import { type FullClient, mobile } from '../support/lifecycle.ts';
import { newPerson, type Person, signedInPerson } from '../support/person.ts';
import { claimsOf } from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';

const app: FullClient = {
  ...mobile,
  client_id: 'oidc-client-ts',
  redirect_uris: ['https://spa.example/callback'],
  post_logout_redirect_uris: ['https://spa.example/bye'],
};
const confidential: FullClient = {
  ...app,
  client_id: 'oidc-client-ts-post',
  client_secret: 'a secret that is long enough for a random one',
  token_endpoint_auth_method: 'client_secret_post',
};

const adaInFull = { ...ada, claims: { ...ada.claims, name: 'Ada', email: 'ada@example.com' } };
const server = await startTestServer({ clients: [app, confidential], accounts: [adaInFull], clock: 'system' });

/** Signs in where that is asked for; ends at the address of the app. */
async function land(person: Person, target: string): Promise<string> {
  const page = await person.open(target);
  const { location = '' } = page.headers;
  if (page.status === 303 && !location.startsWith('/')) return location;
  return (await person.authorize(target)).href;
}

/** A window that goes where the library sends it, as a browser does, and remembers where it ended. */
function windowOf(person: Person) {
  let landed = '';
  const navigator: INavigator = {
    prepare: async () => ({
      async navigate({ url }: NavigateParams) {
        const { pathname, search } = new URL(url);
        landed = await land(person, pathname + search);
        return { url: landed };
      },
      close() {},
    }),
    callback: async () => {},
  };
  return { navigator, landed: () => landed };
}

/** The library with its documented ways in for other platforms: a store in memory, and a navigator of one's own. */
function managerOf(person: Person, settings: Partial<ConstructorParameters<typeof UserManager>[0]> = {}) {
  const { navigator, landed } = windowOf(person);
  const manager = new UserManager(
    {
      authority: server.issuer,
      client_id: app.client_id,
      redirect_uri: 'https://spa.example/callback',
      silent_redirect_uri: 'https://spa.example/callback',
      post_logout_redirect_uri: 'https://spa.example/bye',
      scope: 'openid profile email',
      automaticSilentRenew: false,
      stateStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
      userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
      ...settings,
    },
    navigator,
    navigator,
    navigator,
  );
  const signIn = async () => {
    await manager.signinRedirect();
    return manager.signinRedirectCallback(landed());
  };
  return { manager, signIn, landed };
}

describe('oidc-client-ts', () => {
  test('signs somebody in who has to type a password first', async () => {
    const user = await managerOf(newPerson(server)).signIn();
    expect(user.profile).toMatchObject({ sub: ada.claims.sub, aud: app.client_id });
    expect(user.access_token).toBeTypeOf('string');
    expect(user.expires_in).toBeGreaterThan(3_500);
  });

  test('signs in with client_secret_post', async () => {
    const { client_id, client_secret = '' } = confidential;
    const user = await managerOf(await signedInPerson(server), { client_id, client_secret }).signIn();
    expect(user.profile.sub).toBe(ada.claims.sub);
  });

  test('OC8: loads claims from userinfo', async () => {
    const user = await managerOf(await signedInPerson(server), { loadUserInfo: true }).signIn();
    expect(user.profile).toMatchObject({ sub: ada.claims.sub, name: 'Ada', email: 'ada@example.com' });
  });

  test('IS3: takes the answer from the fragment', async () => {
    const user = await managerOf(await signedInPerson(server), { response_mode: 'fragment' }).signIn();
    expect(user.profile.sub).toBe(ada.claims.sub);
  });

  test('refreshes: sub, auth_time and azp of the new ID token are those of the first', async () => {
    const { manager, signIn } = managerOf(await signedInPerson(server));
    const first = await signIn();
    const second = await manager.signinSilent();
    const [before, after] = [claimsOf(first.id_token), claimsOf(second?.id_token)];
    expect(after).toMatchObject({ sub: before['sub'], auth_time: before['auth_time'] });
    expect(after['azp']).toBe(before['azp']);
    expect(second?.refresh_token).not.toBe(first.refresh_token);
    expect(second?.access_token).not.toBe(first.access_token);
  });

  test('OC2: renews silently in a frame with prompt=none where it has no refresh token', async () => {
    const { manager, signIn } = managerOf(await signedInPerson(server), { includeIdTokenInSilentRenew: true });
    const first = await signIn();
    await manager.storeUser(Object.assign(first, { refresh_token: undefined }));
    expect((await manager.signinSilent())?.profile.sub).toBe(ada.claims.sub);
  });

  test('OC2: reports login_required of a silent renewal without a session', async () => {
    const silent = managerOf(newPerson(server)).manager.signinSilent();
    await expect(silent).rejects.toBeInstanceOf(ErrorResponse);
    await expect(silent).rejects.toMatchObject({ error: 'login_required' });
  });

  test('reports a refusal of the token endpoint as the OAuth error it is', async () => {
    const { client_id } = confidential;
    const refused = managerOf(await signedInPerson(server), { client_id, client_secret: 'wrong' }).signIn();
    await expect(refused).rejects.toMatchObject({ error: 'invalid_client' });
  });

  test('RV4: revokes access token and refresh token, one after the other', async () => {
    const { manager, signIn } = managerOf(await signedInPerson(server));
    const user = await signIn();
    await manager.revokeTokens();
    const { status } = await fetch(`${server.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${user.access_token}` },
    });
    expect(status).toBe(401);
  });

  test('OC17: signs out with its ID token, and recognises its state', async () => {
    const person = await signedInPerson(server);
    const { manager, signIn, landed } = managerOf(person);
    await signIn();
    await manager.signoutRedirect();
    expect(new URL(landed()).origin).toBe('https://spa.example');
    const response = await manager.signoutRedirectCallback(landed());
    expect(response.error).toBeNull();
    await expect(managerOf(person).manager.signinSilent()).rejects.toMatchObject({ error: 'login_required' });
  });
});
