import { endpoints } from '../oauth/endpoints.ts';
import { deviceCodeGrant } from '../oauth/server-metadata.ts';
import { isPublic, type RegisteredClient } from './registered-client.ts';

/** The kinds of apps that `--for` knows. */
export const kinds = ['spa', 'native', 'web', 'machine', 'mcp', 'device'] as const;
export type Kind = (typeof kinds)[number];

const withRefreshTokens = { grant_types: ['authorization_code', 'refresh_token'], pkce_policy: 'S256' };

/** What each kind of app is registered with, unless a file or a flag says otherwise. */
export const settingsFor: Readonly<Record<Kind, Readonly<Record<string, unknown>>>> = {
  spa: { ...withRefreshTokens, token_endpoint_auth_method: 'none', scope: 'openid profile email' },
  native: { ...withRefreshTokens, token_endpoint_auth_method: 'none', scope: 'openid profile email offline_access' },
  web: {
    ...withRefreshTokens,
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'openid profile email offline_access',
  },
  machine: { grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_basic', scope: '' },
  device: {
    grant_types: [deviceCodeGrant, 'refresh_token'],
    pkce_policy: 'S256',
    token_endpoint_auth_method: 'none',
    scope: 'openid profile email offline_access',
  },
  mcp: { ...withRefreshTokens, token_endpoint_auth_method: 'none', scope: 'openid offline_access' },
};

/** The page of the recipe for each kind of app. */
export const recipes: Readonly<Record<Kind, string>> = {
  spa: 'docs/clients.md#a-single-page-app-oidc-client-ts',
  native: 'docs/clients.md#a-phone-appauth-for-ios-and-android',
  web: 'docs/clients.md#a-server-openid-client',
  machine: 'docs/clients.md#a-program-without-a-person',
  device: 'docs/device.md#connect-an-app',
  mcp: 'docs/clients.md#a-tool-on-a-laptop-an-agent',
};

/** The kind that a client looks like, where nobody said it. */
export function kindOf(client: RegisteredClient): Kind {
  if (!client.grantTypes.includes('authorization_code')) {
    return client.grantTypes.includes(deviceCodeGrant) ? 'device' : 'machine';
  }
  if (!isPublic(client)) return 'web';
  return client.redirectUris.every((uri) => uri.startsWith('https:')) ? 'spa' : 'native';
}

/** What to do next: where the server is, and how an app of this kind connects. The issuer is not always known. */
export function nextSteps(issuer: string | undefined, kind: Kind): string {
  const where =
    issuer === undefined ? [] : [`  issuer: ${issuer}`, `  discovery: ${issuer}${endpoints.openidConfiguration}`];
  return `${['', ...where, `  recipe: ${recipes[kind]}, and one per library in docs/clients`].join('\n')}\n`;
}
