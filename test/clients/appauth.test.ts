import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, test } from 'vitest';
import { type FullClient, mobile, userinfo } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { claimsOf } from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';

const native: FullClient = {
  ...mobile,
  client_id: 'appauth',
  redirect_uris: ['http://127.0.0.1/callback'],
  scope: 'openid profile email offline_access',
};
const server = await startTestServer({ clients: [native], clock: 'system' });
const person = await signedInPerson(server);

type AppAuth = typeof import('@openid/appauth/built/src/authorization_request.js') &
  typeof import('@openid/appauth/built/src/authorization_request_handler.js') &
  typeof import('@openid/appauth/built/src/authorization_service_configuration.js') &
  typeof import('@openid/appauth/built/src/revoke_token_request.js') &
  typeof import('@openid/appauth/built/src/token_request.js') &
  typeof import('@openid/appauth/built/src/token_request_handler.js') &
  typeof import('@openid/appauth/built/src/node_support/crypto_utils.js') &
  typeof import('@openid/appauth/built/src/node_support/node_request_handler.js') &
  typeof import('@openid/appauth/built/src/node_support/node_requestor.js');

/** Its types do not find each other either. */
type Handler = InstanceType<AppAuth['NodeBasedHandler']> & InstanceType<AppAuth['AuthorizationRequestHandler']>;

/** The library is made for bundlers: its modules name each other without extensions. `open` is the browser of the system. */
async function loadAppAuth(open: (url: string) => void): Promise<AppAuth> {
  const folder = await mkdtemp(join(tmpdir(), 'pixy-appauth-'));
  afterAll(() => rm(folder, { recursive: true }));
  // Where Node looks for libraries, and does not warn of what they call.
  const outfile = join(folder, 'node_modules', 'appauth.cjs');
  await build({
    stdin: {
      contents: `export * from '@openid/appauth'; export * from '@openid/appauth/built/src/node_support/index.js';`,
      resolveDir: import.meta.dirname,
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    plugins: [
      {
        name: 'browser of the system',
        setup(bundle) {
          bundle.onResolve({ filter: /^opener$/ }, () => ({ path: 'opener', namespace: 'test' }));
          bundle.onLoad({ filter: /./, namespace: 'test' }, () => ({
            contents: 'export default (url) => openInBrowser(url)',
          }));
        },
      },
    ],
  });
  Object.assign(globalThis, { openInBrowser: open });
  return createRequire(import.meta.url)(outfile);
}

/** The person follows the link and comes back to where the app listens. */
const appAuth = await loadAppAuth((url) => {
  const { pathname, search } = new URL(url);
  visited.push(url);
  arrived = person.authorize(pathname + search).then((redirected) => fetch(redirected));
});
const visited: string[] = [];
let arrived: Promise<unknown> = Promise.resolve();

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await once(probe.close(), 'close');
  return port;
}

const requestor = new appAuth.NodeRequestor();
const configuration = await appAuth.AuthorizationServiceConfiguration.fetchFromIssuer(server.issuer, requestor);
const tokens = new appAuth.BaseTokenRequestHandler(requestor);

/** The flow of the library's node application. */
async function signIn() {
  const port = await freePort();
  const redirect_uri = `http://127.0.0.1:${port}/callback`;
  const handler = new appAuth.NodeBasedHandler(port) as Handler;
  const notifier = new appAuth.AuthorizationNotifier();
  handler.setAuthorizationNotifier(notifier);
  const { client_id } = native;
  const request = new appAuth.AuthorizationRequest(
    {
      client_id,
      redirect_uri,
      scope: 'openid offline_access',
      response_type: 'code',
      extras: { prompt: 'consent', access_type: 'offline' },
    },
    new appAuth.NodeCrypto(),
  );
  const { code } = await new Promise<{ code: string }>((resolve, reject) => {
    notifier.setAuthorizationListener((_, response, error) => (response ? resolve(response) : reject(error)));
    handler.performAuthorizationRequest(configuration, request);
  });
  await arrived;
  const code_verifier = request.internal?.['code_verifier'] ?? '';
  const exchange = new appAuth.TokenRequest({
    client_id,
    redirect_uri,
    grant_type: appAuth.GRANT_TYPE_AUTHORIZATION_CODE,
    code,
    extras: { code_verifier },
  });
  return { redirect_uri, code_verifier, answer: await tokens.performTokenRequest(configuration, exchange) };
}

/** As the library does it: with the redirect URI once more. */
const refresh = (redirect_uri: string, refresh_token = '') =>
  tokens.performTokenRequest(
    configuration,
    new appAuth.TokenRequest({
      client_id: native.client_id,
      redirect_uri,
      grant_type: appAuth.GRANT_TYPE_REFRESH_TOKEN,
      refresh_token,
    }),
  );

describe('@openid/appauth', () => {
  test('discovers all endpoints below the issuer', () => {
    expect(configuration.toJson()).toEqual({
      authorization_endpoint: `${server.issuer}/authorize`,
      token_endpoint: `${server.issuer}/token`,
      revocation_endpoint: `${server.issuer}/revoke`,
      end_session_endpoint: `${server.issuer}/sign-out`,
      userinfo_endpoint: `${server.issuer}/userinfo`,
    });
  });

  test('N1, PK2: signs in through a free port of the loopback interface, with a verifier of 128 characters', async () => {
    const { code_verifier, answer } = await signIn();
    expect(code_verifier).toHaveLength(128);
    expect(answer.accessToken).toBeTypeOf('string');
    expect(claimsOf(answer.idToken)).toMatchObject({ sub: ada.claims.sub, aud: native.client_id });
    expect(visited.at(-1)).toContain('code_challenge_method=S256');
  });

  test('knows how long its token lives', async () => {
    const { answer } = await signIn();
    expect(answer.expiresIn).toBe(3_600);
    expect(answer.isValid()).toBe(true);
  });

  test('refreshes', async () => {
    const { redirect_uri, answer } = await signIn();
    const next = await refresh(redirect_uri, answer.refreshToken);
    expect(next.accessToken).not.toBe(answer.accessToken);
    expect(claimsOf(next.idToken)).toMatchObject({ sub: ada.claims.sub });
  });

  test('reads userinfo with its token', async () => {
    const { answer } = await signIn();
    expect(configuration.userInfoEndpoint).toBe(`${server.issuer}/userinfo`);
    expect((await userinfo(server, answer.accessToken)).json).toEqual({ sub: ada.claims.sub });
  });

  test('RV1: revokes with its client_id, and can read the answer', async () => {
    const { redirect_uri, answer } = await signIn();
    const { client_id } = native;
    const request = new appAuth.RevokeTokenRequest({ token: answer.refreshToken ?? '', client_id });
    expect(await tokens.performRevokeTokenRequest(configuration, request)).toBe(true);
    await expect(refresh(redirect_uri, answer.refreshToken)).rejects.toThrow('Bad Request');
  });
});
