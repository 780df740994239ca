import { describe, expect, test } from 'vitest';
import type { ImportFormat } from '../../shared/clients/import/parse-import.ts';
import { readImport, refusalOf } from './imported.ts';

/* What a client comes without is named, whatever it is; what asks for nothing is not. */

const secret = 't7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa';
const uri = 'https://app.example/cb';

/** An entry of each system, with whatever more it says. */
const entries: Partial<Record<ImportFormat, (more: object) => unknown>> = {
  keycloak: (more) => ({
    clientId: 'app',
    publicClient: false,
    secret,
    redirectUris: [uri],
    consentRequired: false,
    ...more,
  }),
  auth0: (more) => ({ client_id: 'app', app_type: 'regular_web', client_secret: secret, callbacks: [uri], ...more }),
  okta: (more) => ({
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { client_id: 'app', client_secret: secret } },
    settings: { oauthClient: { redirect_uris: [uri], grant_types: ['authorization_code'], ...more } },
  }),
  cognito: (more) => ({
    ClientId: 'app',
    UserPoolId: 'eu-west-1_a',
    ClientSecret: secret,
    CallbackURLs: [uri],
    AllowedOAuthFlows: ['code'],
    ...more,
  }),
  fusionauth: (more) => ({
    id: 'app',
    name: 'App',
    oauthConfiguration: { clientSecret: secret, authorizedRedirectURLs: [uri], enabledGrants: ['authorization_code'] },
    ...more,
  }),
  django: (more) => ({
    model: 'oauth2_provider.application',
    fields: {
      client_id: 'app',
      client_secret: secret,
      client_type: 'confidential',
      authorization_grant_type: 'authorization-code',
      redirect_uris: uri,
      hash_client_secret: false,
      ...more,
    },
  }),
  spring: (more) => ({
    client_id: 'app',
    client_secret: `{noop}${secret}`,
    client_authentication_methods: 'client_secret_basic',
    authorization_grant_types: 'authorization_code',
    redirect_uris: uri,
    client_settings: JSON.stringify({ ...more }),
    token_settings: '{}',
  }),
  webmethods: (more) => ({
    name: 'App',
    description: 'An application',
    owner: 'Administrator',
    isSuspended: false,
    accessTokens: {
      oauth_credentials: {
        clientId: 'app',
        clientSecret: secret,
        type: 'confidential',
        pkceType: 'NOT_ENFORCED',
        redirectUris: [uri],
        expirationInterval: '3600',
      },
    },
    ...more,
  }),
  cas: (more) => ({
    '@class': 'org.apereo.cas.services.OidcRegisteredService',
    clientId: 'app',
    clientSecret: secret,
    serviceId: uri,
    scopes: ['openid'],
    ...more,
  }),
};

async function notesOf(format: ImportFormat, more: object): Promise<string[]> {
  const { notes, refused } = await readImport(format, JSON.stringify([entries[format]?.(more)]));
  if (refused.length > 0) throw new Error(JSON.stringify(refused));
  return notes.map(({ note }) => note).filter((note) => note.startsWith('comes without'));
}

test.each<[ImportFormat, object, string]>([
  ['keycloak', { webOrigins: ['https://spa.example'] }, 'webOrigins'],
  ['keycloak', { adminUrl: 'https://app.example/k_push' }, 'adminUrl'],
  ['keycloak', { clientTemplate: 'shared' }, 'clientTemplate'],
  ['auth0', { web_origins: ['https://spa.example'] }, 'web_origins'],
  ['auth0', { client_metadata: { tier: 'gold' }, addons: { samlp: { audience: 'x' } } }, 'client_metadata, addons'],
  ['auth0', { initiate_login_uri: 'https://app.example/login' }, 'initiate_login_uri'],
  ['auth0', { jwt_configuration: { lifetime_in_seconds: 600 } }, 'jwt_configuration.lifetime_in_seconds'],
  ['auth0', { oidc_logout: { backchannel_logout_urls: [`${uri}1`, `${uri}2`] } }, 'oidc_logout.backchannel_logout_urls but the first'],
  ['auth0', { refresh_token: { policies: [{ audience: 'https://api.example' }] } }, 'refresh_token.policies'],
  ['auth0', { native_social_login: { apple: { enabled: true } } }, 'native_social_login'],
  ['okta', { network: { connection: 'ZONE', include: ['nzo1'] } }, 'network'],
  ['okta', { idp_initiated_login: { mode: 'SPEC', default_scope: [] } }, 'idp_initiated_login'],
  ['okta', { wildcard_redirect: 'SUBDOMAIN', participate_slo: true }, 'wildcard_redirect, participate_slo'],
  ['okta', { frontchannel_logout_uri: uri }, 'frontchannel_logout_uri'],
  ['cognito', { AccessTokenValidity: 5, TokenValidityUnits: { AccessToken: 'minutes' } }, 'AccessTokenValidity'],
  ['cognito', { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] }, 'ExplicitAuthFlows'],
  ['cognito', { SupportedIdentityProviders: ['COGNITO', 'Google'] }, 'SupportedIdentityProviders'],
  ['fusionauth', { samlv2Configuration: { enabled: true }, roles: [{ name: 'buyer' }] }, 'samlv2Configuration, roles'],
  ['django', { allowed_origins: 'https://spa.example', tenant: 7 }, 'allowed_origins, tenant'],
  ['spring', { 'settings.client.tenant': 'shop' }, 'tenant'],
  ['webmethods', { identifiers: [{ key: 'ipAddressRange', value: ['10.0.0.1-10.0.0.9'] }], consumingAPIs: ['orders'] }, 'identifiers, consumingAPIs'],
  ['webmethods', { jsOrigins: ['https://spa.example'], audience: 'orders' }, 'jsOrigins, audience'],
  ['webmethods', { accessTokens: undefined, clientId: 'app', clientSecret: secret, type: 'confidential', pkceType: 'NOT_ENFORCED', redirectUris: [uri], expirationInterval: '-1' }, 'expirationInterval'],
  ['cas', { supportedResponseTypes: ['java.util.HashSet', ['code', 'id_token token']] }, 'supportedResponseTypes'],
  ['cas', { audience: ['java.util.HashSet', ['orders']], ssoEnabled: false }, 'audience'],
  ['cas', { proxyPolicy: { '@class': 'org.apereo.cas.services.RegexMatchingRegisteredServiceProxyPolicy' } }, 'proxyPolicy'],
])('%s: %j is named', async (format, more, named) => {
  expect(await notesOf(format, more)).toEqual([`comes without ${named}`]);
}); // biome-ignore format: a table

test.each<[ImportFormat, object]>([
  ['keycloak', { webOrigins: ['+', '/*', 'https://app.example'], id: 'x', access: { view: true }, frontchannelLogout: true }],
  ['auth0', { web_origins: ['https://app.example'], native_social_login: { apple: { enabled: false } }, mobile: {} }],
  ['auth0', { jwt_configuration: { lifetime_in_seconds: 36000, secret_encoded: false }, organization_require_behavior: 'no_prompt' }],
  ['okta', { network: { connection: 'ANYWHERE' }, idp_initiated_login: { mode: 'DISABLED' }, application_type: 'web', issuer_mode: 'ORG_URL' }],
  ['cognito', { AccessTokenValidity: 60, TokenValidityUnits: { AccessToken: 'minutes' }, EnableTokenRevocation: true, AuthSessionValidity: 3 }],
  ['cognito', { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'], SupportedIdentityProviders: ['COGNITO'] }],
  ['fusionauth', { samlv2Configuration: { enabled: false }, roles: [], passwordlessConfiguration: { enabled: false } }],
  ['webmethods', { jsOrigins: ['https://app.example'], siteURLs: ['https://app.example'], contactEmails: ['ada@example.com'], id: 'a1' }],
  ['django', { allowed_origins: 'https://app.example', user: 3, created: '2024-01-01', updated: '2024-01-01' }],
])('%s: %j asks for nothing', async (format, more) => {
  expect(await notesOf(format, more)).toEqual([]);
}); // biome-ignore format: a table

describe('Keycloak', () => {
  const realm = (client: object, users: object[] = []) =>
    JSON.stringify({ realm: 'shop', clients: [entries.keycloak?.(client)], users });

  test('an audience mapper names its audience, as APIs are registered here', async () => {
    const protocolMappers = [
      { name: 'for-orders', protocolMapper: 'oidc-audience-mapper', config: { 'included.custom.audience': 'orders' } },
    ];
    const { notes } = await readImport('keycloak', realm({ protocolMappers }));
    expect(notes.map(({ note }) => note)).toEqual([
      'had tokens for the audience orders: register it with pixy apis add, and let the client ask for it',
    ]);
  });

  test('the roles of a service account are named', async () => {
    const user = {
      username: 'service-account-app',
      serviceAccountClientId: 'app',
      realmRoles: ['default-roles-shop', 'reader'],
      clientRoles: { 'realm-management': ['view-users'], account: ['view-profile'] },
    };
    const { notes } = await readImport('keycloak', realm({ serviceAccountsEnabled: true }, [user]));
    expect(notes.map(({ note }) => note)).toEqual([
      'acted with the roles reader, realm-management/view-users: give it the scopes of APIs instead',
    ]);
  });
});

test('Auth0: a tenant of the deploy CLI with markers that were not replaced', async () => {
  const yaml = 'clients:\n  - name: App\n    callbacks: @@CALLBACKS@@\n';
  expect(refusalOf(await readImport('auth0', yaml))).toBe(
    'file: content has a marker like @@NAME@@ in line 3: put the values in first',
  );
});

test('CAS: a client that has to prove a key has to do so here', async () => {
  const { clients } = await readImport(
    'cas',
    JSON.stringify([entries.cas?.({ dpopBoundAccessTokens: true, jsonFormat: true })]),
  );
  expect(clients[0]?.client.dpopBoundAccessTokens).toBe(true);
});

test.each(['oidc_logout', 'oidc_backchannel_logout'])('Auth0: back-channel logout is in %s', async (name) => {
  const client = entries.auth0?.({ [name]: { backchannel_logout_urls: ['https://app.example/logout'] } });
  const { clients, notes } = await readImport('auth0', JSON.stringify([client]));
  expect(clients[0]?.client.backchannelLogoutUri).toBe('https://app.example/logout');
  expect(notes).toEqual([]);
});

test('Cognito: a client that keeps its refresh token keeps it here, unless it is public', async () => {
  const read = async (more: object) => {
    const { clients, notes } = await readImport('cognito', JSON.stringify([entries.cognito?.(more)]));
    return [clients[0]?.client.rotateRefreshTokens, notes.map(({ note }) => note)];
  };
  expect(await read({})).toEqual([false, []]);
  expect(await read({ RefreshTokenRotation: { Feature: 'DISABLED' } })).toEqual([false, []]);
  expect((await read({ RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 10 } }))[0]).not.toBe(
    false,
  );
  expect((await read({ ClientSecret: undefined }))[1]).toEqual(['gets a new refresh token at every use: it is public']);
});
