import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Provider from 'oidc-provider';

// These libraries leave some of what they pass in untyped.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Loose = any;

type Settings = {
  issuer: string;
  algorithm: string;
  /** Default: its own, in memory. */
  adapter?: unknown;
  /** Pushed authorization requests and DPoP. */
  highSecurity?: boolean;
  /** Takes scheme and host from the headers of a proxy. */
  isBehindProxy?: boolean;
};

/**
 * oidc-provider with JWT access tokens, rotating refresh tokens, PKCE required, and a person who signs in by following a redirect, as
 * something that answers requests.
 */
export function makeOidcProvider({
  issuer,
  algorithm,
  adapter,
  highSecurity = false,
  isBehindProxy = false,
}: Settings) {
  const { privateKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2_048 });

  const provider = new Provider(issuer, {
    ...(adapter === undefined ? {} : { adapter }),
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
      ...(highSecurity && { dPoP: { enabled: true }, pushedAuthorizationRequests: { enabled: true } }),
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
  (provider as Loose).proxy = isBehindProxy;
  const handle = provider.callback();
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (request.url?.startsWith('/interaction/')) {
      provider.interactionFinished(request, response, { login: { accountId: 'ada' } }).catch(() => response.destroy());
      return;
    }
    void handle(request, response);
  };
}
