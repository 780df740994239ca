import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ImportOptions } from '../../shared/clients/import/parse-import.ts';
import { noteOf, onlyClient, readImport, refusalOf } from './imported.ts';

const hash = createHash('sha256').update('a secret').digest('base64');

const complete = {
  ClientId: 'mvc',
  ClientName: 'MVC',
  ClientSecrets: [{ Value: hash }],
  AllowedGrantTypes: ['authorization_code'],
  RedirectUris: ['https://mvc.example/signin-oidc'],
  AllowedScopes: ['openid', 'api1'],
};

const parse = (changes: object = {}, options: Partial<ImportOptions> = {}) =>
  readImport('identityserver', JSON.stringify({ Clients: [{ ...complete, ...changes }] }), options);
const client = async (changes: object = {}, options: Partial<ImportOptions> = {}) =>
  onlyClient(await parse(changes, options));
const refusal = async (changes: object, options: Partial<ImportOptions> = {}) =>
  refusalOf(await parse(changes, options));

describe('an IdentityServer client', () => {
  test('keeps its id, name, redirect URIs, scopes and the hash of its secret', async () => {
    expect(await client()).toMatchObject({
      clientId: 'mvc',
      clientName: 'MVC',
      redirectUris: ['https://mvc.example/signin-oidc'],
      scope: ['openid', 'api1'],
      secretHashes: [`sha256-base64$${hash}`],
      tokenEndpointAuthMethod: 'client_secret_post',
      grantTypes: ['authorization_code'],
      firstParty: false,
      disabled: false,
    });
  });

  test.each([
    [{}, 'S256'],
    [{ RequirePkce: true }, 'S256'],
    [{ AllowPlainTextPkce: true }, 'any'],
    [{ RequirePkce: true, AllowPlainTextPkce: true }, 'any'],
    [{ RequirePkce: false }, 'none'],
    [{ RequirePkce: false, AllowPlainTextPkce: true }, 'none'],
    [{ RequirePkce: 'False' }, 'none'],
    [{ requirepkce: false }, 'none'],
  ])('with %j has the policy %s', async (changes, policy) => {
    expect((await client(changes)).pkce).toEqual({ policy });
  });

  test('without a code flow inherits: the setting says nothing about it', async () => {
    const machine = await client({ AllowedGrantTypes: ['client_credentials'], RedirectUris: undefined });
    expect(machine).toMatchObject({ grantTypes: ['client_credentials'], pkce: { policy: 'inherit' } });
  });

  test('that is not Enabled is disabled', async () => {
    expect((await client({ Enabled: false })).disabled).toBe(true);
  });

  test('with RequireClientSecret false is public, and its secrets stay behind', async () => {
    const parsed = await parse({ RequireClientSecret: false });
    expect(onlyClient(parsed)).toMatchObject({ tokenEndpointAuthMethod: 'none', secretHashes: [] });
    expect(noteOf(parsed)).toBe('comes without its ClientSecrets: it is public and sends none');
  });

  test('keeps both secrets of a rotation', async () => {
    const other = createHash('sha512').update('another').digest('base64');
    const { secretHashes } = await client({ ClientSecrets: [{ Value: hash }, { Value: other, Type: 'SharedSecret' }] });
    expect(secretHashes).toEqual([`sha256-base64$${hash}`, `sha512-base64$${other}`]);
  });

  test('with AllowOfflineAccess may ask for refresh tokens', async () => {
    const { grantTypes, scope } = await client({ AllowOfflineAccess: true });
    expect(grantTypes).toContain('refresh_token');
    expect(scope).toContain('offline_access');
  });

  test('with the hybrid grant may use code id_token', async () => {
    const hybrid = await client({ AllowedGrantTypes: ['hybrid'] });
    expect(hybrid).toMatchObject({ grantTypes: ['authorization_code'], responseTypes: ['code', 'code id_token'] });
  });

  test('with a grant type that is not offered comes without it', async () => {
    const parsed = await parse({ AllowedGrantTypes: ['code', 'password'] });
    expect(onlyClient(parsed).grantTypes).toEqual(['authorization_code']);
    expect(noteOf(parsed)).toBe('comes without password, which is not offered here');
  });

  test('DP11: sends DPoP proofs when RequireDPoP says so', async () => {
    expect((await client({ RequireDPoP: true })).dpopBoundAccessTokens).toBe(true);
    expect(await client({ RequireDPoP: false })).not.toHaveProperty('dpopBoundAccessTokens');
  });

  test('is first-party when RequireConsent is said to be false', async () => {
    expect((await client({ RequireConsent: false })).firstParty).toBe(true);
  });

  test('has a note of the settings that stay behind, but not of those that ask for nothing', async () => {
    const parsed = await parse({
      AccessTokenLifetime: 60,
      AllowedCorsOrigins: ['https://a.example'],
      RequireDPoP: false,
      Claims: [],
    });
    expect(noteOf(parsed)).toBe('comes without AccessTokenLifetime, AllowedCorsOrigins');
  });

  test('--auth-method says that it sends its secret in the header', async () => {
    const { tokenEndpointAuthMethod } = await client({}, { authMethod: 'client_secret_basic' });
    expect(tokenEndpointAuthMethod).toBe('client_secret_basic');
  });
});

describe('an IdentityServer 3 client', () => {
  const flow = (Flow: string) => client({ AllowedGrantTypes: undefined, Flow });

  test.each([
    ['AuthorizationCodeWithProofKey', 'any', ['code']],
    ['AuthorizationCode', 'none', ['code']],
    ['HybridWithProofKey', 'any', ['code', 'code id_token']],
  ])('with the flow %s has the policy %s', async (name, policy, responseTypes) => {
    expect(await flow(name)).toMatchObject({ pkce: { policy }, responseTypes });
  });

  test('with the implicit flow cannot be taken', async () => {
    expect(await refusal({ AllowedGrantTypes: undefined, Flow: 'Implicit' })).toBe(
      'entry 1 (mvc): Flow is a flow that is not offered here',
    );
  });
});

describe('is refused', () => {
  test.each([
    [
      'a secret that is no hash',
      { ClientSecrets: [{ Value: 'secret' }] },
      'ClientSecrets.0.Value is not the base64 of a SHA-256 or SHA-512 digest',
    ],
    [
      'a secret that ends',
      { ClientSecrets: [{ Value: hash, Expiration: '2027-01-01' }] },
      'ClientSecrets.0.Expiration gives the secret an end, and secrets have none here: take it out, and rotate the secret in time',
    ],
    [
      'a certificate',
      { ClientSecrets: [{ Value: hash, Type: 'X509Thumbprint' }] },
      'ClientSecrets.0.Type is not SharedSecret',
    ],
    [
      'no secret',
      { ClientSecrets: [] },
      'ClientSecrets is missing: give it one, or make it public with RequireClientSecret false',
    ],
    ['no grant types', { AllowedGrantTypes: undefined }, 'AllowedGrantTypes is missing'],
    [
      'only grant types that are not offered',
      { AllowedGrantTypes: ['implicit', 'password'] },
      'AllowedGrantTypes has only implicit, password, which is not offered here',
    ],
    [
      'a wrong redirect URI',
      { RedirectUris: ['http://mvc.example/cb'] },
      'RedirectUris.0 is http on a host that is not a loopback address',
    ],
    [
      'a private-use scheme without a dot',
      { RedirectUris: ['myapp://cb'] },
      'RedirectUris.0 has a private-use scheme without a dot: use a reversed domain name, or switch on accept_dotless_schemes',
    ],
    ['a flag that is none', { RequirePkce: 'maybe' }, 'RequirePkce is not true or false'],
    ['scopes that are no list', { AllowedScopes: 7 }, 'AllowedScopes is not a list of texts'],
    [
      'public without PKCE',
      { RequireClientSecret: false, RequirePkce: false },
      'RequirePkce does not ask for PKCE, and a public client must use it: tighten it, give the client a secret, or let it in for a while with --waiver-until',
    ],
  ])('%s', async (_, changes, problem) => {
    expect(await refusal(changes)).toBe(`entry 1 (mvc): ${problem}`);
  });

  test('--auth-method none for a client that needs its secret', async () => {
    expect(await refusal({}, { authMethod: 'none' })).toBe(
      'entry 1 (mvc): ClientSecrets is required, and --auth-method none would drop it',
    );
  });

  test('an entry without a client id, by its number', async () => {
    expect(await refusal({ ClientId: undefined })).toBe('entry 1: ClientId is missing or not a text');
  });
});

describe('the section Clients', () => {
  test.each([
    ['at the top', { Clients: [complete] }],
    ['below IdentityServer', { Logging: {}, IdentityServer: { IssuerUri: 'x', Clients: [complete] } }],
    ['in any case', { identityserver: { clients: [complete] } }],
    ['with keys in place of a list', { Clients: { '0': complete } }],
    ['as the whole file', [complete]],
  ])('is found %s', async (_, file) => {
    expect(onlyClient(await readImport('identityserver', JSON.stringify(file))).clientId).toBe('mvc');
  });

  test('that is missing refuses the file', async () => {
    expect(refusalOf(await readImport('identityserver', '{}'))).toBe('file: content has no section Clients');
  });
});

describe('the configuration of .NET', () => {
  const section = (clients: object) =>
    readImport('identityserver', JSON.stringify({ IdentityServer: { Clients: clients } }));

  test('I7: binds sections with keys as lists, and calls an entry by its key', async () => {
    const keyed = {
      RedirectUris: { 0: 'https://a.example/cb', 1: 'https://b.example/cb' },
      AllowedScopes: { x: 'openid' },
    };
    const parsed = await section({
      'Shop.Client': { ...complete, ...keyed },
      'Bad.Client': { ...complete, ClientId: 'b', RedirectUris: { 0: 7 } },
    });
    expect(parsed.clients[0]).toMatchObject({
      entry: 'Clients:Shop.Client (mvc)',
      client: { redirectUris: ['https://a.example/cb', 'https://b.example/cb'], scope: ['openid'] },
    });
    expect(parsed.refused).toEqual([
      { entry: 'Clients:Bad.Client (b)', member: 'RedirectUris', problem: 'is not a list of texts' },
    ]);
  });

  test('I10: has project templates, whose redirect URIs are not in the file', async () => {
    const parsed = await section({ 'Spa.App': { Profile: 'IdentityServerSPA' } });
    expect(refusalOf(parsed)).toMatch(/^Clients:Spa\.App \(Spa\.App\): RedirectUris is missing: with a Profile/);
    const written = await section({ 'Spa.App': { Profile: 'SPA', RedirectUris: ['https://a.example/cb'] } });
    expect(onlyClient(written)).toMatchObject({
      clientId: 'Spa.App',
      tokenEndpointAuthMethod: 'none',
      pkce: { policy: 'S256' },
    });
  });
});

describe('I6: what Pixy has as well', () => {
  const refreshing = { AllowOfflineAccess: true };

  test('a client keeps its logout URI, with a session id unless it is said otherwise', async () => {
    const uri = { BackChannelLogoutUri: 'https://mvc.example/logout' };
    expect(await client(uri)).toMatchObject({
      backchannelLogoutUri: 'https://mvc.example/logout',
      backchannelLogoutSessionRequired: true,
    });
    expect(await client({ ...uri, BackChannelLogoutSessionRequired: false })).toMatchObject({
      backchannelLogoutSessionRequired: false,
    });
  });

  test.each([
    [{ AbsoluteRefreshTokenLifetime: 2_592_000, SlidingRefreshTokenLifetime: '1296000' }, 2_592_000, 1_296_000],
    [
      { AbsoluteRefreshTokenLifetime: 2_592_000, RefreshTokenExpiration: 'Absolute', SlidingRefreshTokenLifetime: 600 },
      2_592_000,
      undefined,
    ],
    [
      { AbsoluteRefreshTokenLifetime: 0, RefreshTokenExpiration: 'Sliding', SlidingRefreshTokenLifetime: 600 },
      undefined,
      600,
    ],
  ])('with %j its refresh tokens live %s and %s seconds', async (changes, lifetime, idle) => {
    const { refreshTokenLifetime, refreshTokenIdleLifetime } = await client({ ...refreshing, ...changes });
    expect([refreshTokenLifetime, refreshTokenIdleLifetime]).toEqual([lifetime, idle]);
  });

  test.each(['ReUse', 'reuse', 0])(
    'with RefreshTokenUsage %s it keeps its refresh token, unless it is public',
    async (usage) => {
      const reused = { ...refreshing, RefreshTokenUsage: usage };
      expect((await client(reused)).rotateRefreshTokens).toBe(false);
      const parsed = await parse({ ...reused, RequireClientSecret: false, ClientSecrets: undefined });
      expect(onlyClient(parsed).rotateRefreshTokens).toBeUndefined();
      expect(noteOf(parsed)).toBe('gets a new refresh token at every use: it is public');
    },
  );
});

test('PA10: a client that has to push its requests still has to', async () => {
  const parsed = await parse({ RequirePushedAuthorization: true });
  expect(onlyClient(parsed).requirePushedAuthorizationRequests).toBe(true);
  expect(onlyClient(await parse({})).requirePushedAuthorizationRequests).toBeUndefined();
});

test('JAR1: a client that has to sign its requests needs the keys for that', async () => {
  const { refused } = await parse({ RequireRequestObject: true });
  expect(refused.map(({ member, problem }) => `${member} ${problem}`)).toEqual([
    'RequireRequestObject is true, and there is no jwks or jwks_uri',
  ]);
});

test('all mistakes of an entry are named at once', async () => {
  const { refused } = await parse({
    AllowedGrantTypes: ['implicit'],
    ClientSecrets: [{ Value: '**********' }],
    RedirectUris: ['http://a.example/'],
  });
  expect(refused.map(({ member }) => member)).toEqual(['AllowedGrantTypes', 'ClientSecrets.0.Value', 'RedirectUris.0']);
});
