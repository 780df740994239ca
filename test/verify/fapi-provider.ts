import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Provider from 'oidc-provider';

export const person = { username: 'hopper', password: 'the first compiler' };
export const bank = { clientId: 'bank', redirectUri: 'https://bank.example/callback' };

export type FapiProvider = {
  issuer: string;
  /** The private key of the client, as a JWK. */
  clientKey: object;
  close(): void;
};

/** Starts oidc-provider (npm), set up for the FAPI 2.0 Security Profile as its documentation says, with a sign-in page. */
export async function startFapiProvider(): Promise<FapiProvider> {
  const serving: { provider?: Provider; handle?: ReturnType<Provider['callback']> } = {};
  const http = createServer(async (request, response) => {
    const { provider, handle } = serving;
    if (!provider || !handle) return void response.end();
    if (!request.url?.startsWith('/interaction/')) return void handle(request, response);
    if (request.method === 'GET') {
      const form =
        '<form method="post"><input name="username"><input name="password" type="password"><button>Sign in</button></form>';
      return void response.writeHead(200, { 'content-type': 'text/html' }).end(form);
    }
    const given = new URLSearchParams(await text(request));
    const isRight = given.get('username') === person.username && given.get('password') === person.password;
    const result = isRight ? { login: { accountId: 'hopper' } } : { error: 'access_denied' };
    await provider.interactionFinished(request, response, result);
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const key = (kid: string) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' };
  };
  const clientKey = key('bank-1');
  const { d: _, ...publicKey } = clientKey as Record<string, unknown>;
  serving.provider = new Provider(issuer, {
    clients: [
      {
        client_id: bank.clientId,
        redirect_uris: [bank.redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'private_key_jwt',
        id_token_signed_response_alg: 'ES256',
        dpop_bound_access_tokens: true,
        jwks: { keys: [publicKey] },
      },
    ],
    jwks: { keys: [key('server-1')] },
    scopes: ['openid', 'offline_access'],
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    issueRefreshToken: () => true,
    rotateRefreshToken: false,
    responseTypes: ['code'],
    clientAuthMethods: ['private_key_jwt'],
    enabledJWA: {
      clientAuthSigningAlgValues: ['ES256', 'PS256', 'EdDSA'],
      dPoPSigningAlgValues: ['ES256', 'EdDSA'],
      idTokenSigningAlgValues: ['ES256'],
    },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    cookies: { keys: ['a key of a test'] },
    features: {
      devInteractions: { enabled: false },
      fapi: { enabled: true, profile: '2.0' },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
      dPoP: { enabled: true },
    },
    async loadExistingGrant(context: { oidc: Loaded }) {
      const { client, session, provider } = context.oidc;
      const known = session.grantIdFor(client.clientId);
      const existing = known === undefined ? undefined : await provider.Grant.find(known);
      if (existing !== undefined) return existing;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid offline_access');
      await grant.save();
      return grant;
    },
    ttl: {
      Interaction: 600,
      Session: 600,
      Grant: 600,
      AccessToken: 600,
      IdToken: 600,
      AuthorizationCode: 60,
      RefreshToken: 600,
    },
  });
  serving.handle = serving.provider.callback();
  return {
    issuer,
    clientKey,
    close() {
      http.close();
      http.closeAllConnections();
    },
  };
}

type Loaded = {
  client: { clientId: string };
  session: { accountId: string; grantIdFor(clientId: string): string | undefined };
  provider: Provider;
};
