import type { AccountDescription } from '../../../shared/people/account.ts';

/*
 * The initial data of a local run. Never loaded into a database that is not embedded. Under the loopback rule (RFC 8252 §7.3),
 * these redirect URIs match any port.
 */

const loopbackCallbacks = ['http://localhost/callback', 'http://127.0.0.1/callback', 'http://[::1]/callback'];

export const demoPublicClient = {
  client_id: 'demo-app',
  client_name: 'Demo app',
  redirect_uris: ['http://localhost/demo', ...loopbackCallbacks, 'com.example.demo:/callback'],
  post_logout_redirect_uris: ['http://localhost/demo'],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  pkce_policy: 'S256',
  first_party: true,
};

/** The demo app, whose page is at the issuer: also behind a proxy. */
export function demoAppAt(issuer: string): typeof demoPublicClient {
  if (issuer.startsWith('http:')) return demoPublicClient;
  const page = `${issuer}/demo`;
  const { redirect_uris, post_logout_redirect_uris } = demoPublicClient;
  return {
    ...demoPublicClient,
    redirect_uris: [page, ...redirect_uris],
    post_logout_redirect_uris: [page, ...post_logout_redirect_uris],
  };
}

export const demoConfidentialClient = {
  client_id: 'demo-web',
  client_secret: 'demo-web-secret-for-local-runs-only',
  client_name: 'Demo web server',
  redirect_uris: [...loopbackCallbacks, 'https://oauth.pstmn.io/v1/callback'],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  pkce_policy: 'none',
  first_party: true,
  may_introspect: true,
};

/** Manages clients and the policy on its own behalf. */
export const demoAdminClient = {
  client_id: 'demo-admin',
  client_secret: 'demo-admin-secret-for-local-runs-only',
  client_name: 'Demo automation',
  redirect_uris: [],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['client_credentials'],
  scope: 'pixy:read pixy:write pixy:delegate',
};

export const demoAccount = {
  username: 'demo',
  password: 'pixie-dust',
  claims: {
    name: 'Demo Person',
    given_name: 'Demo',
    family_name: 'Person',
    email: 'demo@example.com',
    email_verified: true,
  },
} satisfies AccountDescription;
