import { describe, expect, test } from 'vitest';
import { clientDocument } from '../../shared/clients/client-document.ts';
import { fileProblem } from '../../shared/clients/import/parse-import.ts';
import { noteOf, onlyClient, readImport, refusalOf } from './imported.ts';

/* Clients as `kc.sh export` of Keycloak 26.7 writes them: attributes are texts, and say what protects a client. */

const web = (attributes: Record<string, string> = {}, more: object = {}) => ({
  clientId: 'web',
  enabled: true,
  clientAuthenticatorType: 'client-secret',
  secret: 't7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa',
  redirectUris: ['https://web.example.com/cb'],
  consentRequired: false,
  standardFlowEnabled: true,
  publicClient: false,
  protocol: 'openid-connect',
  attributes: { realm_client: 'false', 'client.secret.creation.time': '1796010344', ...attributes },
  authenticationFlowBindingOverrides: {},
  ...more,
});
const read = (client: object) => readImport('keycloak', JSON.stringify({ realm: 'shop', clients: [client] }));
const documentOf = async (client: object) => clientDocument(onlyClient(await read(client)));

describe('what protects a client of Keycloak moves in:', () => {
  test.each<[string, Record<string, string>, object]>([
    ['pushed requests', { 'require.pushed.authorization.requests': 'true' }, { require_pushed_authorization_requests: true }],
    ['links for people', { policyUri: 'https://web.example.com/privacy', tosUri: 'https://web.example.com/terms' }, { policy_uri: 'https://web.example.com/privacy', tos_uri: 'https://web.example.com/terms' }],
    ['DPoP', { 'dpop.bound.access.tokens': 'true' }, { dpop_bound_access_tokens: true }],
    [
      'signed requests',
      { 'request.object.required': 'request only', 'request.object.signature.alg': 'ES256', 'use.jwks.url': 'true', 'jwks.url': 'https://web.example.com/jwks' },
      { require_signed_request_object: true, request_object_signing_alg: 'ES256', jwks_uri: 'https://web.example.com/jwks' },
    ],
    [
      'lifetimes of its refresh tokens',
      { 'client.session.idle.timeout': '600', 'client.session.max.lifespan': '86400' },
      { refresh_token_idle_lifetime: 600, refresh_token_lifetime: 86_400 },
    ],
    ['token exchange', { 'standard.token.exchange.enabled': 'true' }, { grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:token-exchange', 'refresh_token'] }],
  ])('%s', async (_, attributes, meant) => {
    expect(await documentOf(web(attributes))).toMatchObject(meant);
  }); // biome-ignore format: a table

  test('no refresh tokens for a client that has none there', async () => {
    const off = web({
      'use.refresh.tokens': 'false',
      'backchannel.logout.url': 'https://web.example.com/bye',
      'backchannel.logout.session.required': 'false',
    });
    expect(await documentOf(off)).toMatchObject({
      grant_types: ['authorization_code'],
      backchannel_logout_session_required: false,
    });
    expect(await documentOf(web({ 'use.refresh.tokens': 'true' }))).toMatchObject({
      grant_types: ['authorization_code', 'refresh_token'],
    });
  });

  test('what is switched off there asks for nothing', async () => {
    const off = {
      'require.pushed.authorization.requests': 'false',
      'client.session.idle.timeout': '0',
      'acr.loa.map': '',
    };
    const parsed = await read(web({ ...off, 'request.object.required': 'not required', 'saml.encrypt': 'true' }));
    expect(clientDocument(onlyClient(parsed))).not.toHaveProperty('require_pushed_authorization_requests');
    expect(parsed.notes).toEqual([]);
  });

  test('pairwise subjects, with a word about the people', async () => {
    const mapper = {
      name: 'pairwise',
      protocolMapper: 'oidc-sha256-pairwise-sub-mapper',
      config: { pairwiseSubAlgorithmSalt: 'salt', sectorIdentifierUri: 'https://web.example.com/sector' },
    };
    const parsed = await read(web({}, { protocolMappers: [mapper] }));
    expect(clientDocument(onlyClient(parsed))).toMatchObject({
      subject_type: 'pairwise',
      sector_identifier_uri: 'https://web.example.com/sector',
    });
    expect(noteOf(parsed)).toBe('knows people by pairwise subjects: import them with --pairwise keycloak:HOST');
  });

  test('and what cannot is named', async () => {
    const mappers = [
      { name: 'Client Host', protocolMapper: 'oidc-usersessionmodel-note-mapper' },
      { name: 'department', protocolMapper: 'oidc-usermodel-attribute-mapper' },
    ];
    const { notes } = await read(
      web(
        { 'access.token.lifespan': '300', 'tls.client.certificate.bound.access.tokens': 'true' },
        { protocolMappers: mappers, authenticationFlowBindingOverrides: { browser: 'b1f0' } },
      ),
    );
    expect(notes.map(({ note }) => note)).toEqual([
      'comes without the protocol mappers department',
      'comes without access.token.lifespan, tls.client.certificate.bound.access.tokens, authenticationFlowBindingOverrides',
    ]);
  });

  test.each<[string, object, string]>([
    ['signed requests without a key', web({ 'request.object.required': 'request only' }), 'attributes.request.object.required is true, and there is no jwks or jwks_uri'],
    ['requests by reference', web({ 'request.object.required': 'request_uri only' }), 'attributes.request.object.required is request_uri only: requests by reference are pushed here, so require those'],
    ['a secret that signs', web({}, { clientAuthenticatorType: 'client-secret-jwt' }), 'clientAuthenticatorType is client-secret-jwt, which is not offered here: use client-secret, or client-jwt with keys'],
    ['keys that are none', web({ 'use.jwks.string': 'true', 'jwks.string': 'x' }, { clientAuthenticatorType: 'client-jwt' }), 'attributes.jwks.string is not a JWK Set'],
    ['a certificate that is none', web({ 'jwt.credential.certificate': 'MIIB' }, { clientAuthenticatorType: 'client-jwt' }), 'attributes.jwt.credential.certificate is not a certificate'],
  ])('and is refused if it cannot be kept: %s', async (_, client, problem) => {
    expect(refusalOf(await read(client))).toBe(`entry 1 (web): ${problem}`);
  }); // biome-ignore format: a table
});

/** The key of CN=web, which nobody has. */
const certificate =
  'MIIBczCCARmgAwIBAgIUCMVb9FaYIc2oswjZz/jqN4HMfTYwCgYIKoZIzj0EAwIwDjEMMAoGA1UEAwwDd2ViMCAXDTI2MTEzMDA0MDEyOFoYDzIxMjYxMTA2MDQwMTI4WjAOMQwwCgYDVQQDDAN3ZWIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASCLDxIOKql3iHYgwkTMbZTGcASCQgc6gkJmJQFT709wRVHEoXV9HY34i0NRB+L9jzzaV1IxmNOmZxBTirNWdBPo1MwUTAdBgNVHQ4EFgQUC/tqfd4O924g3qRhkD3AMWUy+qEwHwYDVR0jBBgwFoAUC/tqfd4O924g3qRhkD3AMWUy+qEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAt4nmjsVdPNuL767AzsMuzNQiCXseoa/JQGtRrs2WcSICIB1UAIeAvydCH/ND/p8pgIhpRLXhgYxRwzAKgWqPiVml';

describe('the keys of a client that signs:', () => {
  const signing = (attributes: Record<string, string>) => web(attributes, { clientAuthenticatorType: 'client-jwt' });
  const key = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  };

  test('a set in a text, also where the server keeps a URI that is not in use', async () => {
    const attributes = {
      'use.jwks.string': 'true',
      'jwks.string': JSON.stringify({ keys: [key] }),
      'use.jwks.url': 'false',
      'jwks.url': 'https://old.example.com/jwks',
    };
    expect(onlyClient(await read(signing(attributes))).jwks).toEqual({ keys: [key] });
  });

  test('a certificate, of which the key is kept', async () => {
    const client = onlyClient(
      await read(signing({ 'jwt.credential.certificate': certificate, 'jwt.credential.kid': 'k1' })),
    );
    expect(client.jwks?.keys).toEqual([
      { kty: 'EC', crv: 'P-256', x: expect.any(String), y: expect.any(String), kid: 'k1' },
    ]);
  });
});

describe('files of Keycloak that have no clients to read say what they are:', () => {
  const realms = [
    { realm: 'master', clients: [] },
    { realm: 'shop', clients: [web()] },
  ];

  test('several realms', async () => {
    const several = 'file: content has the realms master, shop: write one of them, with kc.sh export --realm';
    expect(refusalOf(await readImport('keycloak', JSON.stringify(realms)))).toBe(several);
    expect(onlyClient(await readImport('keycloak', JSON.stringify(realms.slice(1)))).clientId).toBe('web');
    expect(refusalOf(await readImport('hydra', JSON.stringify(realms)))).toContain('use --format keycloak');
  });

  test('the users of a realm that was written in several files', async () => {
    const parsed = await readImport('keycloak', JSON.stringify({ realm: 'shop', users: [{ username: 'ada' }] }));
    expect(refusalOf(parsed)).toBe('file: content has the users of a realm: pixy accounts import reads them');
    expect(fileProblem(parsed)).toBeDefined();
    expect(fileProblem(await read(web({ 'request.object.required': 'request only' })))).toBeUndefined();
  });
});

describe('what a realm says about its clients:', () => {
  const realmOf = (client: object, realm: object = {}) =>
    readImport('keycloak', JSON.stringify({ realm: 'shop', clients: [client], ...realm }));
  const policy = (conditions: object[], more: object = {}) => ({
    clientProfiles: { profiles: [{ name: 'strict', executors: [{ executor: 'pkce-enforcer', configuration: {} }] }] },
    clientPolicies: { policies: [{ name: 'all', enabled: true, conditions, profiles: ['strict'], ...more }] },
  });
  const anyClient = { condition: 'any-client', configuration: {} };
  const inGroup = { condition: 'client-updater-source-groups', configuration: { groups: ['shop'] } };

  test.each<[string, object, string]>([
    ['for every client', policy([anyClient]), 'S256'],
    ['of a built-in profile', policy([anyClient], { profiles: ['fapi-2-security-profile'] }), 'S256'],
    ['with conditions that show there alone', policy([anyClient, inGroup]), 'inherit'],
    ['for all but some', policy([{ condition: 'any-client', configuration: { 'is-negative-logic': true } }]), 'inherit'],
    ['that is switched off', policy([anyClient], { enabled: false }), 'none'],
    ['about something else', policy([anyClient], { profiles: ['other'] }), 'none'],
    ['of which there is none', {}, 'none'],
  ])('a client policy %s', async (_, realm, expected) => {
    expect(onlyClient(await realmOf(web(), realm)).pkce.policy).toBe(expected);
  }); // biome-ignore format: a table

  test('a client policy is named, since it may do more', async () => {
    expect(noteOf(await realmOf(web(), policy([anyClient])))).toBe(
      'comes without the client policies all of the realm',
    );
    const { notes } = await realmOf(web(), policy([inGroup]));
    expect(notes.map(({ note }) => note)).toContain('may have had to use PKCE by a client policy of the realm');
  });

  test.each<[string, object, object, string]>([
    ['the scopes of a new realm', {}, {}, 'openid profile email address phone offline_access'],
    ['those that the realm has', {}, { defaultDefaultClientScopes: ['profile', 'roles'], defaultOptionalClientScopes: ['orders'] }, 'openid profile orders'],
    ['its own, where it names any', { defaultClientScopes: ['email'] }, { defaultDefaultClientScopes: ['profile'] }, 'openid email'],
    ['none, where it names none on purpose', { defaultClientScopes: [], optionalClientScopes: [] }, {}, 'openid'],
  ])('a client has %s', async (_, client, realm, scope) => {
    expect(clientDocument(onlyClient(await realmOf(web({}, client), realm)))).toMatchObject({ scope });
  }); // biome-ignore format: a table

  test('scope values of the realm are named, because their claims stay there', async () => {
    const clientScopes = [
      { name: 'groups', protocolMappers: [{ name: 'groups' }] },
      { name: 'email', protocolMappers: [{ name: 'email' }] },
      { name: 'orders' },
    ];
    const parsed = await realmOf(web({}, { defaultClientScopes: ['email', 'groups', 'orders'] }), { clientScopes });
    expect(noteOf(parsed)).toBe('may ask for groups, whose claims the realm describes: add them with pixy scopes');
  });

  test('the clients that the realm master has for other realms are left out', async () => {
    const ofShop = { clientId: 'shop-realm', name: 'shop Realm', bearerOnly: true, publicClient: false };
    const clients = [ofShop, web()];
    expect(onlyClient(await readImport('keycloak', JSON.stringify({ realm: 'master', clients }))).clientId).toBe('web');
  });

  test('fine-grained permissions are named', async () => {
    expect(
      noteOf(await realmOf(web({}, { authorizationServicesEnabled: true, authorizationSettings: { scopes: [] } }))),
    ).toBe('comes without authorizationSettings');
  });
});

test.each<[string, object, string[]]>([
  ['a service account', { serviceAccountsEnabled: true }, ['client_credentials']],
  ['a device', { attributes: { 'oauth2.device.authorization.grant.enabled': 'true' } }, ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token']],
])('%s without a redirect URI never used the authorization code flow that new clients have', async (_, more, grantTypes) => {
  expect(await documentOf(web({}, { redirectUris: [], ...more }))).toMatchObject({ grant_types: grantTypes });
}); // biome-ignore format: a table
