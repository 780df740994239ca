import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import OAuth2Server from '@node-oauth/oauth2-server';
import { answerTheParent } from '../server-process.ts';

// These libraries leave some of what they pass in untyped.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Loose = any;

/*
 * oauth2-server.ts <algorithm>: a library for two endpoints. We provide the whole model, a Map; access tokens are JWTs, as
 * everywhere else here. It has no OpenID Connect, hence no ID token: one signature per sign-in instead of two.
 */

const [algorithm = ''] = process.argv.slice(2);
const { privateKey } =
  algorithm === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2_048 });

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const client = {
  id: 'bench',
  redirectUris: ['https://client.example/callback'],
  grants: ['authorization_code', 'refresh_token'],
};
const codes = new Map<string, Loose>();
const refreshTokens = new Map<string, Loose>();

const oauth = new OAuth2Server({
  requireClientAuthentication: { authorization_code: false, refresh_token: false },
  model: {
    getClient: async (id: string) => (id === client.id ? client : undefined),
    async generateAccessToken(_: unknown, user: { id: string }) {
      const now = Math.floor(Date.now() / 1_000);
      const claims = {
        iss: 'http://localhost',
        sub: user.id,
        aud: 'bench',
        iat: now,
        exp: now + 3_600,
        jti: randomUUID(),
      };
      const input = `${part({ alg: algorithm, typ: 'at+jwt', kid: 'key' })}.${part(claims)}`;
      return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    },
    async saveAuthorizationCode(code: Loose, forClient: unknown, user: unknown) {
      const saved = { ...code, client: forClient, user };
      codes.set(code.authorizationCode, saved);
      return saved;
    },
    getAuthorizationCode: async (code: string) => codes.get(code),
    revokeAuthorizationCode: async ({ authorizationCode }: Loose) => codes.delete(authorizationCode),
    async saveToken(token: Loose, forClient: unknown, user: unknown) {
      const saved = { ...token, client: forClient, user };
      refreshTokens.set(token.refreshToken, saved);
      return saved;
    },
    getRefreshToken: async (token: string) => refreshTokens.get(token),
    revokeToken: async ({ refreshToken }: Loose) => refreshTokens.delete(refreshToken),
    verifyScope: async () => true,
    validateScope: async (_: unknown, __: unknown, scope: unknown) => scope,
  },
} as never);

const sessions = new Map([['known', { id: 'ada' }]]);
const isSignedIn = {
  handle: (request: Loose) => sessions.get(/session=(\w+)/.exec(request.headers.cookie)?.[1] ?? ''),
};

async function toRequest(incoming: IncomingMessage) {
  const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://localhost');
  const { method = 'GET', headers } = incoming;
  const body = method === 'POST' ? Object.fromEntries(new URLSearchParams(await text(incoming))) : {};
  const asked = { method, headers: { ...headers }, query: Object.fromEntries(searchParams), body };
  return { pathname, request: new OAuth2Server.Request(asked as never) };
}

const server = createServer(async (incoming, outgoing) => {
  const { pathname, request } = await toRequest(incoming);
  const response = new OAuth2Server.Response({});
  try {
    if (pathname === '/authorize') await oauth.authorize(request, response, { authenticateHandler: isSignedIn });
    else await oauth.token(request, response, { alwaysIssueNewRefreshToken: true });
  } catch {
    // The library has written the error into the response.
  }
  const json = JSON.stringify(response.body ?? {});
  outgoing.writeHead(response.status ?? 500, {
    ...response.headers,
    'content-type': 'application/json',
    'content-length': json.length,
  });
  outgoing.end(json);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;
answerTheParent({
  port,
  target: {
    port,
    authorize: '/authorize',
    token: '/token',
    clientId: 'bench',
    redirectUri: client.redirectUris[0],
    scope: 'read',
    cookie: 'session=known',
  },
});
