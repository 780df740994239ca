import { describe, expect, test } from 'vitest';
import type { ImportOptions } from '../../shared/clients/import/parse-import.ts';
import { noteOf, onlyClient, readImport, refusalOf } from './imported.ts';

const complete = {
  Name: 'Shop',
  'Client ID': 'shop',
  'Client Secret': '6a3d98c3-e5b0-47fc-9acf-b454401cd87d',
  'Application Type': 'Confidential',
  'Redirect URIs': ['https://shop.example/cb'],
  'Enforce PKCE': 'Not Enforced',
};

const parse = (changes: object = {}, options: Partial<ImportOptions> = {}) =>
  readImport('webmethods', JSON.stringify([{ ...complete, ...changes }]), options);
const client = async (changes: object = {}, options: Partial<ImportOptions> = {}) =>
  onlyClient(await parse(changes, options));
const refusal = async (changes: object, options: Partial<ImportOptions> = {}) =>
  refusalOf(await parse(changes, options));

describe('an application of webMethods', () => {
  test('keeps its id, name, redirect URIs and secret', async () => {
    expect(await client()).toMatchObject({
      clientId: 'shop',
      clientName: 'Shop',
      redirectUris: ['https://shop.example/cb'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      secretHashes: [expect.stringMatching(/^sha256\$/)],
    });
  });

  test.each([
    ['Enforced', 'any'],
    ['ENFORCED', 'any'],
    ['Not Enforced', 'none'],
    ['NOT_ENFORCED', 'none'],
    ['notEnforced', 'none'],
    ['Use Global Setting', 'inherit'],
    ['USE_GLOBAL_SETTING', 'inherit'],
    ['Use Global Setting (Enforced)', 'inherit'],
    ['use global setting (Not Enforced)', 'inherit'],
    [undefined, 'inherit'],
  ])('with the setting %s has the policy %s', async (setting, policy) => {
    expect((await client({ 'Enforce PKCE': setting })).pkce.policy).toBe(policy);
  });

  test.each(['pkceType', 'PKCE', 'enforce_pkce', 'PKCE Settings'])('may call the setting %s', async (name) => {
    expect((await client({ 'Enforce PKCE': undefined, [name]: 'Enforced' })).pkce.policy).toBe('any');
  });

  test('that is confidential has a note that the setting now binds it', async () => {
    expect(noteOf(await parse({ 'Enforce PKCE': 'Enforced' }))).toBe(
      'is confidential and held to its PKCE setting all the same; webMethods holds only public applications to it',
    );
  });

  const published = { 'Application Type': 'Public', 'Enforce PKCE': 'Enforced' };

  test.each(['Public', 'PUBLIC', 'public'])('K11 of the type %s may go on sending its secret', async (type) => {
    const parsed = await parse({ ...published, 'Application Type': type });
    expect(onlyClient(parsed)).toMatchObject({
      tokenEndpointAuthMethod: 'none',
      secretHashes: [],
      ignorePublicClientSecret: true,
    });
    expect(noteOf(parsed)).toBe(
      'may go on sending its Client Secret, which is ignored (ignore_public_client_secret): it is public',
    );
  });

  test('K11 that is public and has no secret has no switch for it', async () => {
    expect(await client({ ...published, 'Client Secret': undefined })).not.toHaveProperty('ignorePublicClientSecret');
  });

  test('K11 that is public comes without its secret when --auth-method is none', async () => {
    const parsed = await parse(published, { authMethod: 'none' });
    expect(onlyClient(parsed)).toMatchObject({ tokenEndpointAuthMethod: 'none', secretHashes: [] });
    expect(onlyClient(parsed)).not.toHaveProperty('ignorePublicClientSecret');
    expect(noteOf(parsed)).toBe('comes without its Client Secret: it is public and sends none');
  });

  test.each(['client_secret_basic', 'client_secret_post'] as const)(
    'K11 that was public authenticates when --auth-method is %s',
    async (authMethod) => {
      const parsed = await parse(published, { authMethod });
      expect(onlyClient(parsed)).toMatchObject({
        tokenEndpointAuthMethod: authMethod,
        secretHashes: [expect.stringMatching(/^sha256\$/)],
        pkce: { policy: 'any' },
      });
      expect(noteOf(parsed)).toBe(
        'authenticates with its Client Secret from now on, as --auth-method says: it was public',
      );
    },
  );

  test('has its grant types in words or as flags', async () => {
    const inWords = await client({ 'Grant Types': ['Authorization Code', 'Client Credentials'] });
    const asFlags = await client({ authCodeAllowed: true, clientCredentialsAllowed: true, implicitAllowed: false });
    expect(inWords.grantTypes).toEqual(['authorization_code', 'client_credentials']);
    expect(asFlags.grantTypes).toEqual(inWords.grantTypes);
  });

  test('with refreshes may use refresh tokens', async () => {
    expect((await client({ refreshCount: '100' })).grantTypes).toEqual(['authorization_code', 'refresh_token']);
    expect((await client({ refreshCount: '0' })).grantTypes).toEqual(['authorization_code']);
  });

  test.each([{ enabled: false }, { isSuspended: true }])('with %j is disabled', async (changes) => {
    expect((await client(changes)).disabled).toBe(true);
  });
});

describe('a strategy, as the REST API returns it', () => {
  const strategy = {
    type: 'OAUTH2',
    authServerAlias: 'local',
    name: 'Warehouse',
    clientId: 'warehouse',
    dcrConfig: {
      clientType: 'PUBLIC',
      applicationType: 'WEB',
      pkceType: 'ENFORCED',
      redirectUris: ['https://asked.example/cb'],
      scopes: ['asked'],
    },
    clientRegistration: {
      clientId: 'warehouse',
      type: 'public',
      redirectUris: ['https://w.example/cb'],
      clScopes: ['orders'],
    },
  };
  const parseStrategy = (changes: object = {}) =>
    readImport('webmethods', JSON.stringify({ strategies: [{ ...strategy, ...changes }] }));

  test('is one client, as it was registered', async () => {
    expect(onlyClient(await parseStrategy())).toMatchObject({
      clientId: 'warehouse',
      clientName: 'Warehouse',
      tokenEndpointAuthMethod: 'none',
      redirectUris: ['https://w.example/cb'],
      scope: ['orders'],
      pkce: { policy: 'any' },
    });
  });

  test.each([
    [{ authServerAlias: 'OKTA' }, 'authServerAlias is not local: the client is registered with another server'],
    [{ type: 'JWT_RSA' }, 'type is JWT_RSA, and only OAUTH2 strategies have a client'],
  ])('with %j is refused', async (changes, problem) => {
    expect(refusalOf(await parseStrategy(changes))).toBe(`entry 1 (warehouse): ${problem}`);
  });
});

test('an application of the REST API has its client in its credentials', async () => {
  const credentials = {
    clientID: 'orders',
    clientSecret: '6a3d98c3-e5b0-47fc-9acf-b454401cd87d',
    clientName: 'Orders',
    scopes: ['orders'],
    redirect_uris: ['https://orders.example/cb'],
    Type: 'confidential',
  };
  const application = { name: 'Orders', id: 'ea8700af', accessTokens: { oauth_credentials: credentials } };
  expect(onlyClient(await readImport('webmethods', JSON.stringify({ applications: [application] })))).toMatchObject({
    clientId: 'orders',
    tokenEndpointAuthMethod: 'client_secret_basic',
    redirectUris: ['https://orders.example/cb'],
    scope: ['orders'],
    pkce: { policy: 'inherit' },
  });
});

describe('is refused', () => {
  test.each([
    [
      'an unknown setting',
      { 'Enforce PKCE': 'Sometimes' },
      'Enforce PKCE is not one of Enforced, Not Enforced, Use Global Setting',
    ],
    ['no type', { 'Application Type': 'WEB' }, 'clientType is missing: write Public or Confidential'],
    [
      'no secret',
      { 'Client Secret': undefined },
      'clientSecret is missing, and token_endpoint_auth_method client_secret_basic needs it',
    ],
    [
      'a wrong redirect URI',
      { 'Redirect URIs': ['https://*.example/cb'] },
      'Redirect URIs.0 has a wildcard; register every redirect URI in full',
    ],
    [
      'only the implicit grant',
      { 'Grant Types': ['implicit'] },
      'Grant Types has only implicit, which is not offered here',
    ],
    [
      'public and Not Enforced',
      { 'Application Type': 'Public' },
      'Enforce PKCE does not ask for PKCE, and a public client must use it: tighten it, give the client a secret, or let it in for a while with --waiver-until',
    ],
  ])('%s', async (_, changes, problem) => {
    expect(await refusal(changes)).toBe(`entry 1 (shop): ${problem}`);
  });
});

test('a public application that is Not Enforced comes with a waiver when there is one', async () => {
  const waiver = { owner: 'shop team', reason: 'release 7', until: 1_900_000_000 };
  expect((await client({ 'Application Type': 'Public', 'Client Secret': undefined }, { waiver })).pkce).toEqual({
    policy: 'none',
    waiver,
  });
});

describe('I8: a waiver', () => {
  const waiver = { owner: 'web team', reason: 'imported', until: 1_800_000_000 + 86_400 };
  test.each([
    ['Use Global Setting (Enforced)', false],
    ['Use Global Setting', false],
    ['Enforced', false],
    ['Use Global Setting (Not Enforced)', true],
    ['Not Enforced', true],
  ])('with the setting %s: %s', async (setting, isWaived) => {
    const { pkce } = await client(
      { 'Application Type': 'Public', 'Client Secret': undefined, 'Enforce PKCE': setting },
      { waiver },
    );
    expect(pkce.waiver !== undefined).toBe(isWaived);
  });
});

test('all mistakes of an application are named at once', async () => {
  const { refused } = await parse({
    'Client Secret': 'REDACTED',
    'Grant Types': ['implicit'],
    'Enforce PKCE': 'maybe',
    'Redirect URIs': ['https://*.example/'],
  });
  expect(refused.map(({ member }) => member)).toEqual([
    'Enforce PKCE',
    'Grant Types',
    'Client Secret',
    'Redirect URIs.0',
  ]);
});
