import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { afterAll, expect, test } from 'vitest';
import { web } from '../support/clients.ts';
import { newPerson, type Person } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, claimsOf, parametersOf, redeem } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';
import { comeBack, problemOn, toProvider } from './flow.ts';

/* oidc-provider (npm) as the upstream, as it comes: PKCE required, iss in answers, claims at userinfo only. */

const client = { ...web, first_party: true };
const secret = 'the secret that oidc-provider knows us by, long enough';
/** Filled in once it is known where our server listens. */
const redirectUris: string[] = [];

const handler: { run?: ReturnType<Provider['callback']>; provider?: Provider } = {};
const http = createServer(async (request, response) => {
  const { provider, run } = handler;
  if (!provider || !run) return void response.end();
  if (!request.url?.startsWith('/interaction/')) return void run(request, response);
  // In place of pages: the person signs in with a code, allows everything, or goes away.
  const { params, prompt } = await provider.interactionDetails(request, response);
  if (params['login_hint'] === 'nobody') {
    const denied = { error: 'access_denied', error_description: 'went away' };
    await provider.interactionFinished(request, response, denied);
    return;
  }
  if (prompt.name === 'login') {
    const login = { accountId: 'hopper', amr: ['pwd', 'otp', 'mfa'] };
    await provider.interactionFinished(request, response, { login });
    return;
  }
  const grant = new provider.Grant({ accountId: 'hopper', clientId: 'pixy' });
  grant.addOIDCScope('openid profile email');
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
});

await once(http.listen(0, '127.0.0.1'), 'listening');
const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
const upstreams = [{ id: 'op', name: 'OP', issuer, client_id: 'pixy', client_secret: secret }];
const server = await startTestServer({ clients: [client], environment: { PIXY_UPSTREAMS: JSON.stringify(upstreams) } });
redirectUris.push(`${server.issuer}/upstream/op/callback`);
const provider = new Provider(issuer, {
  clients: [{ client_id: 'pixy', client_secret: secret, redirect_uris: redirectUris, application_type: 'native' }],
  claims: { email: ['email', 'email_verified'], profile: ['name'], openid: ['sub', 'amr'] },
  findAccount: (_: unknown, id: string) => ({
    accountId: id,
    claims: () => ({ sub: id, name: 'Grace Hopper', email: 'hopper@example.com', email_verified: true }),
  }),
  interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
  features: { devInteractions: { enabled: false } },
  cookies: { keys: ['a key of a test'] },
  ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 600 },
});
handler.provider = provider;
handler.run = provider.callback();

afterAll(() => {
  http.close();
  http.closeAllConnections();
});

/** The browser at the provider: follows it until it leads back. */
async function atProvider(authorization: URL): Promise<URL> {
  const cookies = new Map<string, string>();
  let next = authorization;
  for (let hops = 0; hops < 10; hops += 1) {
    const cookie = Array.from(cookies, (pair) => pair.join('=')).join('; ');
    const response = await fetch(next, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`the provider shows a page: ${response.status} ${await response.text()}`);
    next = new URL(location, next);
    if (next.origin === server.issuer) return next;
  }
  throw new Error('the provider leads nowhere');
}

async function signIn(person: Person) {
  const { verifier, challenge } = pkcePair();
  const target = authorizeTarget(client, { idp: 'op', code_challenge: challenge, scope: 'openid profile email' });
  const page = await comeBack(person, await atProvider(await toProvider(person, target)));
  const { code } = parametersOf(new URL(page.headers.location ?? ''));
  const { json } = await redeem(server, client, { code, code_verifier: verifier });
  return claimsOf(json.id_token);
}

test('a person signs in with oidc-provider, twice as the same account', async () => {
  const first = await signIn(newPerson(server));
  expect(first).toMatchObject({ iss: server.issuer, aud: client.client_id });
  expect((await signIn(newPerson(server)))['sub']).toBe(first['sub']);
});

test('its answers name their issuer (RFC 9207), and another one is refused', async () => {
  const person = newPerson(server);
  const callback = await atProvider(await toProvider(person, authorizeTarget(client, { idp: 'op' })));
  expect(callback.searchParams.get('iss')).toMatch(/^http:\/\/127\.0\.0\.1:/);
  callback.searchParams.set('iss', 'https://evil.example');
  expect(problemOn(await comeBack(person, callback))).toContain('Signing in with OP did not work.');
});

test('one without iss is refused too: the provider says that it sends it', async () => {
  const person = newPerson(server);
  const callback = await atProvider(await toProvider(person, authorizeTarget(client, { idp: 'op' })));
  callback.searchParams.delete('iss');
  expect(problemOn(await comeBack(person, callback))).toContain('Signing in with OP did not work.');
});

test('somebody who goes away there comes back to the sign-in page', async () => {
  const person = newPerson(server);
  const target = authorizeTarget(client, { idp: 'op', login_hint: 'nobody' });
  const page = await comeBack(person, await atProvider(await toProvider(person, target)));
  expect(problemOn(page)).toContain('You were not signed in with OP');
});
