import { describe, expect, test } from 'vitest';
import { clientDocument } from '../../shared/clients/client-document.ts';
import type { ImportOptions } from '../../shared/clients/import/parse-import.ts';
import { noteOf, onlyClient, readImport, refusalOf } from './imported.ts';

const complete = {
  client_id: 'app',
  client_secret: 'b4c7c1f2e0d94c5aa0d7b3e1f6a8c9d0',
  redirect_uris: ['https://app.example/cb'],
};

const parse = (changes: object = {}, options: Partial<ImportOptions> = {}) =>
  readImport('rfc7591', JSON.stringify({ ...complete, ...changes }), options);
const client = async (changes: object = {}, options: Partial<ImportOptions> = {}) =>
  onlyClient(await parse(changes, options));
const refusal = async (changes: object, options: Partial<ImportOptions> = {}) =>
  refusalOf(await parse(changes, options));
const publicClient = { client_secret: undefined, token_endpoint_auth_method: 'none' };

describe('a client in RFC 7591 members', () => {
  test('is registered as it stands', async () => {
    expect(await client({ client_name: 'App', scope: 'openid api', pkce_policy: 'any' })).toMatchObject({
      clientId: 'app',
      clientName: 'App',
      tokenEndpointAuthMethod: 'client_secret_basic',
      scope: ['openid', 'api'],
      pkce: { policy: 'any' },
    });
  });

  test.each([
    ['one client', complete],
    ['a list', [complete]],
    ['a list below clients', { clients: [complete] }],
  ])('may come as %s', async (_, file) => {
    expect(onlyClient(await readImport('rfc7591', JSON.stringify(file))).clientId).toBe('app');
  });

  test('comes without what protects nobody, which is said', async () => {
    const parsed = await parse({ registration_access_token: 'x', registration_client_uri: 'https://old.example/app' });
    expect(noteOf(parsed)).toBe('comes without registration_access_token, registration_client_uri');
  });

  test('comes without members that ask for nothing, which needs no word', async () => {
    const parsed = await parse({ dpop_bound_access_tokens: false, unheard_of: null, audience: [] });
    expect(onlyClient(parsed).clientId).toBe('app');
    expect(parsed.notes).toEqual([]);
  });

  test('comes without tokens from the authorization endpoint', async () => {
    const parsed = await parse({ grant_types: ['authorization_code', 'implicit'], response_types: ['code', 'token'] });
    expect(onlyClient(parsed)).toMatchObject({ grantTypes: ['authorization_code'], responseTypes: ['code'] });
    expect(parsed.notes.map(({ note }) => note)).toEqual([
      'comes without implicit, which is not offered here',
      'comes without the response type token, which is not offered here',
    ]);
  });
});

describe('K6: a redirect URI whose scheme has no dot', () => {
  const redirect_uris = ['https://app.example/cb', 'cursor://anysphere.cursor/cb'];
  const note = 'comes without its redirect URI cursor:…, whose scheme has no dot (accept_dotless_schemes lets it in)';

  test('stays behind with a note, and the others come', async () => {
    const parsed = await parse({ redirect_uris });
    expect(onlyClient(parsed).redirectUris).toEqual(['https://app.example/cb']);
    expect(noteOf(parsed)).toBe(note);
  });

  test('stays behind where it is for after a sign-out', async () => {
    const parsed = await parse({ post_logout_redirect_uris: ['cursor:/bye'] });
    expect(onlyClient(parsed).postLogoutRedirectUris).toEqual([]);
    expect(noteOf(parsed)).toBe(note);
  });

  test('comes along when the file says so', async () => {
    const parsed = await parse({ redirect_uris, accept_dotless_schemes: true });
    expect(onlyClient(parsed)).toMatchObject({ redirectUris: redirect_uris, acceptDotlessSchemes: true });
    expect(parsed.notes).toEqual([]);
  });

  test('is refused when it is the only one', async () => {
    expect(await refusal({ redirect_uris: ['cursor:/cb'] })).toBe(
      'entry 1 (app): redirect_uris.0 has a private-use scheme without a dot: use a reversed domain name, or switch on accept_dotless_schemes',
    );
  });
});

describe('what pixy clients export wrote', () => {
  const exported = {
    ...complete,
    client_secret: undefined,
    token_endpoint_auth_method: 'none',
    disabled: true,
    pkce_policy: 'any',
    pkce_mode: 'report',
    pkce_enforce_after: '2027-03-01',
    pkce_accept_short_verifier: true,
  };

  test('moves in with its settings', async () => {
    expect(await client(exported)).toMatchObject({
      disabled: true,
      pkce: { policy: 'any', mode: 'report', enforceAfter: 1_803_859_200, acceptShortVerifier: true },
    });
  });

  test('comes back as it was, from a client to a file to a client', async () => {
    const before = await client(exported);
    const { client_secrets: _, ...document } = clientDocument(before);
    const after = onlyClient(await readImport('rfc7591', JSON.stringify([document])));
    expect(after).toEqual(before);
  });

  test('needs its secret again, which no file has', async () => {
    const confidential = { ...exported, token_endpoint_auth_method: 'client_secret_basic' };
    expect(await refusal(confidential)).toBe(
      'entry 1 (app): client_secret is missing, and token_endpoint_auth_method client_secret_basic needs it',
    );
  });
});

describe('is refused', () => {
  test('with every member that is wrong', async () => {
    const { refused } = await parse({ redirect_uris: ['http://a.example/', 'https://*.example/'], client_name: 7 });
    expect(refused.map(({ member }) => member).sort()).toEqual(['client_name', 'redirect_uris.0', 'redirect_uris.1']);
  });

  test.each([
    [
      'a demand that would be lost',
      { tls_client_certificate_bound_access_tokens: true },
      'tls_client_certificate_bound_access_tokens is not a member of client metadata',
    ],
    ['a name of an object of ours', { constructor: 'x' }, 'constructor is not a member of client metadata'],
    [
      'a secret that ends',
      { client_secret_expires_at: 1_900_000_000 },
      'client_secret_expires_at gives the secret an end, and secrets have none here: take it out, and rotate the secret in time',
    ],
    ['an unknown policy', { pkce_policy: 'off' }, 'pkce_policy is not one of none, any, S256, inherit'],
    [
      'public without PKCE',
      { ...publicClient, pkce_policy: 'none' },
      'pkce_policy does not ask for PKCE, and a public client must use it: tighten it, give the client a secret, or let it in for a while with --waiver-until',
    ],
    ['no grant type', { grant_types: [] }, 'grant_types has none that can be used on its own'],
    ['only refreshing', { grant_types: ['refresh_token'] }, 'grant_types has none that can be used on its own'],
    [
      'only refreshing what is not offered',
      { grant_types: ['implicit', 'refresh_token'] },
      'grant_types has only implicit, which is not offered here',
    ],
    [
      'only the implicit grant',
      { grant_types: ['implicit'] },
      'grant_types has only implicit, which is not offered here',
    ],
    ['grant types that are no list', { grant_types: 'authorization_code' }, 'grant_types is not a list'],
    [
      'only tokens from the authorization endpoint',
      { response_types: ['token'] },
      'response_types.0 is not one of code, code id_token',
    ],
  ])('%s', async (_, changes, problem) => {
    expect(await refusal(changes)).toBe(`entry 1 (app): ${problem}`);
  });

  test.each([
    ['[7]', 'entry 1: entry is not an object'],
    ['["app"]', 'entry 1: entry is not an object'],
    ['7', 'file: content has no list of clients'],
  ])('%s', async (text, problem) => {
    expect(refusalOf(await readImport('rfc7591', text))).toBe(problem);
  });

  test('a file that is not JSON, without quoting it', async () => {
    const { refused } = await readImport('rfc7591', '[{"client_secret": geheim}]');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.problem).toMatch(/^is not JSON/);
    expect(JSON.stringify(refused)).not.toContain('geheim');
  });

  test('the second entry with the same client id', async () => {
    const { clients, refused } = await readImport('rfc7591', JSON.stringify([complete, complete]));
    expect(clients).toHaveLength(1);
    expect(refused).toEqual([{ entry: 'entry 2 (app)', member: 'client_id', problem: 'is there twice' }]);
  });

  test('an entry, and the others are read all the same', async () => {
    const file = [complete, { ...complete, client_id: 'b', redirect_uris: [] }, { ...complete, client_id: 'c' }];
    const { clients, refused } = await readImport('rfc7591', JSON.stringify(file));
    expect(clients.map(({ client: { clientId } }) => clientId)).toEqual(['app', 'c']);
    expect(refused.map(({ entry }) => entry)).toEqual(['entry 2 (b)']);
  });
});

describe('the options', () => {
  const waiver = { owner: 'app team', reason: 'release 7', until: 1_900_000_000 };

  test('report mode until a date', async () => {
    expect((await client({}, { reportUntil: 1_800_000_000 })).pkce).toEqual({
      policy: 'inherit',
      mode: 'report',
      enforceAfter: 1_800_000_000,
    });
  });

  test('a waiver is for public clients that are let in without PKCE', async () => {
    expect((await client({ ...publicClient, pkce_policy: 'none' }, { waiver })).pkce.waiver).toEqual(waiver);
    expect((await client(publicClient, { waiver })).pkce.waiver).toEqual(waiver);
    expect((await client({ ...publicClient, pkce_policy: 'any' }, { waiver })).pkce.waiver).toBeUndefined();
    expect((await client({ pkce_policy: 'none' }, { waiver })).pkce.waiver).toBeUndefined();
  });

  test('the way clients prove their secret is for those that do not say', async () => {
    const options = { authMethod: 'client_secret_post' } as const;
    expect((await client({}, options)).tokenEndpointAuthMethod).toBe('client_secret_post');
    const said = { token_endpoint_auth_method: 'client_secret_basic' };
    expect((await client(said, options)).tokenEndpointAuthMethod).toBe('client_secret_basic');
    expect((await client({ client_secret: undefined }, options)).tokenEndpointAuthMethod).toBe('none');
  });
});

test('nothing that is told about a file has a secret of it', async () => {
  const secret = 'the-secret-that-nobody-may-see';
  const file = [
    { ...complete, client_secret: secret, redirect_uris: ['http://x.example'] },
    { ...complete, client_id: secret.repeat(20), client_secret: secret },
    { ...complete, client_secret: `${secret}\n` },
  ];
  const { refused, notes } = await readImport('rfc7591', JSON.stringify(file));
  expect(refused).toHaveLength(3);
  for (const { problem, member } of refused) expect(member + problem).not.toContain(secret);
  expect(notes).toEqual([]);
});
