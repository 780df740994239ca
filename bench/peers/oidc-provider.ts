import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { answerTheParent } from '../server-process.ts';
import { dynamoAdapter } from './oidc-dynamodb-adapter.ts';

// These libraries leave some of what they pass in untyped.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Loose = any;

/*
 * oidc-provider.ts <algorithm> [endpoint of the database]: JWT access tokens, rotating refresh tokens, PKCE required, and a
 * person who signs in by following a redirect. Without a database, uses its own in-memory adapter.
 */

const [algorithm = '', endpoint] = process.argv.slice(2);
const server = createServer();
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;
const issuer = `http://localhost:${port}`;

const { privateKey } =
  algorithm === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2_048 });

const provider = new Provider(issuer, {
  ...(endpoint !== undefined && { adapter: await dynamoAdapter(endpoint) }),
  clients: [
    {
      client_id: 'bench',
      redirect_uris: ['https://client.example/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: algorithm as 'ES256',
    },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: algorithm, use: 'sig', kid: 'key' }] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  scopes: ['openid', 'profile', 'email'],
  claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  findAccount: async (_: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
  async loadExistingGrant(ctx: Loose) {
    const { oidc } = ctx;
    const grantId = oidc.result?.consent?.grantId ?? oidc.session.grantIdFor(oidc.client.clientId);
    if (grantId) return oidc.provider.Grant.find(grantId);
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope('openid profile email');
    grant.addResourceScope('urn:bench', 'read');
    await grant.save();
    return grant;
  },
  interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'urn:bench',
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'read',
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: algorithm } },
      }),
    },
  },
  ttl: {
    AccessToken: 3_600,
    AuthorizationCode: 60,
    IdToken: 3_600,
    RefreshToken: 1_209_600,
    Session: 28_800,
    Grant: 28_800,
    Interaction: 3_600,
  },
} as never);

provider.on('server_error', (_: unknown, error: Error) => {
  process.stderr.write(`${error.stack}\n`);
});

const handle = provider.callback();
server.on('request', (request, response) => {
  if (!request.url?.startsWith('/interaction/')) {
    handle(request, response);
    return;
  }
  provider.interactionFinished(request, response, { login: { accountId: 'ada' } }).catch(() => response.destroy());
});
answerTheParent({
  port,
  target: {
    port,
    authorize: '/auth',
    token: '/token',
    clientId: 'bench',
    redirectUri: 'https://client.example/callback',
    scope: 'openid profile email',
    keepsCookies: true,
  },
});
