import { describe, expect, test } from 'vitest';
import type { ImportOptions } from '../../shared/clients/import/parse-import.ts';
import { noteOf, onlyClient, readImport, refusalOf } from './imported.ts';

const columns = 'name,client_id,client_secret,redirect_uri,grant_types,scope,user_id';
const secret = 'L1fzLosJf9TlwnCCTZ5pkKmdqqkHShKEi0d4oFNE';

const parse = (line: string, options: Partial<ImportOptions> = {}) =>
  readImport('wpoauth', `${columns}\n${line}\n`, options);
const client = async (line: string, options: Partial<ImportOptions> = {}) => onlyClient(await parse(line, options));

describe('a WP OAuth Server client', () => {
  test('keeps its id, name, redirect URI and secret, and inherits the policy', async () => {
    expect(await client(`Forum,forum,${secret},https://forum.example/cb,authorization_code,basic,0`)).toMatchObject({
      clientId: 'forum',
      clientName: 'Forum',
      redirectUris: ['https://forum.example/cb'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      secretHashes: [expect.stringMatching(/^sha256\$/)],
      scope: ['basic', 'openid', 'profile', 'email'],
      pkce: { policy: 'inherit' },
    });
  });

  test('without a secret is public', async () => {
    expect(await client('App,app,,https://app.example/cb,authorization_code,,')).toMatchObject({
      tokenEndpointAuthMethod: 'none',
      secretHashes: [],
    });
  });

  test('with a secret that its app does not send comes without it', async () => {
    const parsed = await parse(`App,app,${secret},https://app.example/cb,authorization_code,,`, { authMethod: 'none' });
    expect(onlyClient(parsed)).toMatchObject({ tokenEndpointAuthMethod: 'none', secretHashes: [] });
    expect(noteOf(parsed)).toBe('comes without its client_secret: it is public and sends none');
  });

  test('with a short secret keeps it like a password', async () => {
    const { secretHashes } = await client('App,app,geheim,https://app.example/cb,authorization_code,,');
    expect(secretHashes).toEqual([expect.stringMatching(/^\$argon2id\$/)]);
  });

  test('adds its own scope to the one that everybody has', async () => {
    const { scope } = await client('App,app,,https://app.example/cb,authorization_code,basic posts,');
    expect(scope).toEqual(['basic', 'openid', 'profile', 'email', 'posts']);
  });

  test('may have several redirect URIs', async () => {
    const { redirectUris } = await client('App,app,,"https://app.example/cb\nhttps://app.example/cb2",,,');
    expect(redirectUris).toEqual(['https://app.example/cb', 'https://app.example/cb2']);
  });

  test.each([
    ['words', '"authorization_code, implicit"'],
    ['bars', 'authorization_code|implicit'],
    ['the notation of PHP', '"a:2:{i:0;s:18:""authorization_code"";i:1;s:8:""implicit"";}"'],
    ['JSON', '"[""authorization_code"",""implicit""]"'],
  ])('may have its grant types in %s', async (_, cell) => {
    const parsed = await parse(`App,app,,https://app.example/cb,${cell},,`);
    expect(onlyClient(parsed).grantTypes).toEqual(['authorization_code']);
    expect(noteOf(parsed)).toBe('comes without implicit, which is not offered here');
  });

  test('has the compatibility switches only when asked for', async () => {
    const line = 'App,app,,https://app.example/cb,,,';
    expect((await client(line)).pkce).toEqual({ policy: 'inherit' });
    expect((await client(line, { compat: true })).pkce).toEqual({
      policy: 'inherit',
      acceptLowercaseMethod: true,
      acceptShortVerifier: true,
    });
  });
});

describe('is refused', () => {
  test.each([
    ['App,,,https://app.example/cb,,,', 'line 2: client_id is missing or not a text'],
    ['App,app,,,,,', 'line 2 (app): redirect_uri is empty, and the authorization_code grant needs one'],
    [
      'App,app,,http://app.example/cb,,,',
      'line 2 (app): redirect_uri.0 is http on a host that is not a loopback address',
    ],
    [
      'App,app,,https://app.example/cb,user_credentials,,',
      'line 2 (app): grant_types has only user_credentials, which is not offered here',
    ],
  ])('%s', async (line, problem) => {
    expect(refusalOf(await parse(line))).toBe(problem);
  });

  test('a file that is no table', async () => {
    expect(refusalOf(await readImport('wpoauth', '[{"client_id":"app"}]'))).toMatch(
      /^file: content has a quotation mark/,
    );
  });
});
