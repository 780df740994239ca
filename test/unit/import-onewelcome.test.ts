import { describe, expect, test } from 'vitest';
import type { ImportOptions } from '../../shared/clients/import/parse-import.ts';
import { noteOf, onlyClient, readImport, refusalOf } from './imported.ts';

const complete = { client_id: 'app', redirect_uris: ['https://www.client-app.com/'], scope: 'openid' };
const secret = '47f3aecc-6822-4a5a-8f15-44655c065b02';

const parse = (changes: object = {}, options: Partial<ImportOptions> = {}) =>
  readImport('onewelcome', JSON.stringify([{ ...complete, ...changes }]), options);
const client = async (changes: object = {}, options: Partial<ImportOptions> = {}) =>
  onlyClient(await parse(changes, options));
const refusal = async (changes: object, options: Partial<ImportOptions> = {}) =>
  refusalOf(await parse(changes, options));

describe('a OneWelcome client', () => {
  test.each([
    [undefined, 'S256'],
    ['S256', 'S256'],
    ['s256', 'S256'],
    ['any', 'any'],
  ])('with code_challenge_method %s and no secret is public, with the policy %s', async (method, policy) => {
    const imported = await client({ code_challenge_method: method });
    expect(imported).toMatchObject({ tokenEndpointAuthMethod: 'none', pkce: { policy } });
  });

  test('with none sends its secret in the form', async () => {
    const imported = await client({ code_challenge_method: 'none', client_secret: secret });
    expect(imported).toMatchObject({ tokenEndpointAuthMethod: 'client_secret_post', pkce: { policy: 'none' } });
    expect(imported.secretHashes).toHaveLength(1);
  });

  test.each(['client_secret_basic', 'client_secret_post'])(
    'with token_endpoint_auth_method %s keeps it',
    async (method) => {
      const imported = await client({ client_secret: secret, token_endpoint_auth_method: method });
      expect(imported).toMatchObject({ tokenEndpointAuthMethod: method, pkce: { policy: 'S256' } });
    },
  );

  test('that does not send its secret comes without it, which is said', async () => {
    const parsed = await parse({ client_secret: secret }, { authMethod: 'none' });
    expect(onlyClient(parsed)).toMatchObject({ tokenEndpointAuthMethod: 'none', secretHashes: [] });
    expect(noteOf(parsed)).toBe('comes without its client_secret: it is public and sends none');
  });

  test('is the same from a table', async () => {
    const table = `client_id,client_secret,redirect_uris,scope,code_challenge_method\napp,${secret},https://a.example/ https://b.example/,openid profile,none\n`;
    expect(onlyClient(await readImport('onewelcome', table))).toMatchObject({
      redirectUris: ['https://a.example/', 'https://b.example/'],
      scope: ['openid', 'profile'],
      tokenEndpointAuthMethod: 'client_secret_post',
      pkce: { policy: 'none' },
    });
  });
});

describe('is refused', () => {
  test('a secret beside a method whose verifier takes its place, until somebody says whether it is sent', async () => {
    expect(await refusal({ client_secret: secret })).toBe(
      'entry 1 (app): client_secret is there beside code_challenge_method S256, where the verifier takes its place: say whether the client sends it, with token_endpoint_auth_method or for all of the file with --auth-method',
    );
  });

  test('none without a client_secret', async () => {
    expect(await refusal({ code_challenge_method: 'none' })).toBe(
      'entry 1 (app): client_secret is missing, and token_endpoint_auth_method client_secret_post needs it',
    );
  });

  test.each(['S512', '', 7, ['S256']])('code_challenge_method %j', async (method) => {
    expect(await refusal({ code_challenge_method: method })).toBe(
      'entry 1 (app): code_challenge_method is not one of none, any, S256',
    );
  });

  test('a line of a table, by its number', async () => {
    const table = 'client_id,redirect_uris\na,https://a.example/\nb,http://b.example/\n';
    const { refused, clients } = await readImport('onewelcome', table);
    expect(clients).toHaveLength(1);
    expect(refused).toEqual([
      { entry: 'line 3 (b)', member: 'redirect_uris.0', problem: 'is http on a host that is not a loopback address' },
    ]);
  });
});
