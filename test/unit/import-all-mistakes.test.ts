import { describe, expect, test } from 'vitest';
import type { ImportFormat } from '../../shared/clients/import/parse-import.ts';
import { readImport } from './imported.ts';

/* All mistakes of an entry are named together: those that its translation finds, and those that registration finds. */

async function membersRefused(format: ImportFormat, text: string): Promise<string[]> {
  const { clients, refused } = await readImport(format, text);
  expect(clients).toEqual([]);
  return refused.map(({ member, problem }) => `${member} ${problem}`);
}

const masked = expect.stringMatching(/^client_secret is masked/);
const fragment = expect.stringMatching(/^redirect_uris\.0 /);
const expiring = expect.stringMatching(/^client_secret_expires_at gives the secret an end/);
const onlyImplicit = 'grant_types has only implicit, which is not offered here';

const wrong = {
  client_id: 'app',
  client_secret: '**********',
  client_secret_expires_at: 1_900_000_000,
  redirect_uris: ['https://app.example/cb#part'],
  grant_types: ['implicit'],
  token_endpoint_auth_method: 'client_secret_basic',
};
const settings = { pkce_policy: 'sometimes', pkce_mode: 'maybe' };
const wrongSettings = [
  expect.stringMatching(/^pkce_policy is not one of/),
  expect.stringMatching(/^pkce_mode is not one of/),
];

describe('every mistake of an entry is named at once', () => {
  test('rfc7591', async () => {
    const all = await membersRefused('rfc7591', JSON.stringify([{ ...wrong, ...settings }]));
    expect(all).toEqual([...wrongSettings, expiring, onlyImplicit, masked, fragment]);
  });

  test('rfc7591, with hashes beside a secret or instead of one', async () => {
    const beside = await membersRefused('rfc7591', JSON.stringify([{ ...wrong, client_secret_hashes: ['sha256$x'] }]));
    const problem = 'client_secret_hashes is given, and so is client_secret';
    expect(beside).toEqual([expiring, onlyImplicit, problem, masked, fragment]);
    const { client_secret: _, ...others } = wrong;
    const alone = await membersRefused('rfc7591', JSON.stringify([{ ...others, client_secret_hashes: ['md5'] }]));
    expect(alone).toEqual([
      expiring,
      onlyImplicit,
      'client_secret_hashes is not a list of one or two hashes that can be verified',
      fragment,
    ]);
  });

  test('onewelcome', async () => {
    const all = await membersRefused('onewelcome', JSON.stringify([{ ...wrong, code_challenge_method: 'S512' }]));
    expect(all).toEqual([
      'code_challenge_method is not one of none, any, S256',
      expiring,
      onlyImplicit,
      masked,
      fragment,
    ]);
    const { token_endpoint_auth_method: _, ...unclear } = wrong;
    expect(await membersRefused('onewelcome', JSON.stringify([unclear]))).toEqual([
      expect.stringMatching(/^client_secret is there beside code_challenge_method S256/),
      expiring,
      onlyImplicit,
      fragment,
    ]);
  });

  test('hydra', async () => {
    const all = await membersRefused('hydra', JSON.stringify({ items: [wrong] }));
    expect(all).toEqual([expiring, onlyImplicit, masked, fragment]);
  });

  test('wpoauth', async () => {
    const table =
      'name,client_id,client_secret,redirect_uri,grant_types\nShop,,**********,https://a.example/#b,implicit\n';
    expect(await membersRefused('wpoauth', table)).toEqual([
      onlyImplicit,
      expect.stringMatching(/^client_id /),
      masked,
      expect.stringMatching(/^redirect_uri\.0 /),
    ]);
  });
});
