import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder, pixy } from '../cli/pixy.ts';
import { spa, type TestClient, web } from '../support/clients.ts';
import { ada, startTestServer } from '../support/server.ts';

/*
 * `pixy verify` against Pixy: nothing fails, whatever the policy of the client.
 */

const grantTypes = ['authorization_code', 'refresh_token'];
const s256: TestClient = { ...spa, grant_types: grantTypes };
const any: TestClient = {
  ...spa,
  client_id: 'legacy',
  redirect_uris: ['http://127.0.0.1/callback?tenant=1'],
  grant_types: grantTypes,
  pkce_policy: 'any',
};
const none: TestClient = { ...web, grant_types: grantTypes };

/** The private key as it is written into a file, and the client that has it. */
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = { ...privateKey.export({ format: 'jwk' }), kid: 'bank-1' };
const keyFile = join(await emptyFolder(), 'bank.jwk');
await writeFile(keyFile, JSON.stringify(key));
const bank: TestClient = {
  client_id: 'bank',
  redirect_uris: ['https://bank.example/callback'],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: [{ ...key, d: undefined }] },
  grant_types: grantTypes,
  id_token_signed_response_alg: 'ES256',
  scope: 'openid offline_access',
  profile: 'fapi2',
};

const { issuer, auditLines, clock } = await startTestServer({
  clients: [s256, any, none, bank],
  environment: { PIXY_SIGNING_ALGORITHMS: 'RS256 ES256' },
});

const verify = (client: TestClient, ...argv: string[]) =>
  pixy(['verify', issuer, '--client-id', client.client_id, '--redirect-uri', client.redirect_uris[0] ?? '', ...argv], {
    now: clock.now(),
    env: {
      PIXY_VERIFY_PASSWORD: ada.password,
      ...(client.client_secret && { PIXY_VERIFY_CLIENT_SECRET: client.client_secret }),
    },
  });

describe.each([
  ['a public client with the policy S256', s256, ['downgrade', 'client-unauthenticated']],
  ['a public client with the policy any', any, ['downgrade', 'client-unauthenticated']],
  ['a confidential client with the policy none', none, ['challenge-missing']],
])('as %s', (_, client, skipped) => {
  test('every check passes or does not apply', async () => {
    const { exitCode, output, errors } = await verify(client, '--username', ada.username);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    const lines = output.split('\n');
    expect(lines.filter((line) => line.startsWith('FAILED'))).toEqual([]);
    expect(lines.filter((line) => line.startsWith('skipped')).map((line) => line.split(/\s+/)[1])).toEqual(skipped);
    expect(lines.at(-2)).toMatch(/: 4\d passed, 0 failed, 0 warnings, [12] skipped; \d+ requests, 1 sign-in\.$/);
  });
});

test.each(['oauth21', 'mcp'])('%s fails nothing, and warns of what is decided otherwise', async (profile) => {
  const argv = ['--profile', profile, '--username', ada.username, '--scope', 'openid offline_access', '--json'];
  const { exitCode, json } = await verify(s256, ...argv);
  expect(exitCode).toBe(0);
  const warnings = json().checks.filter(({ verdict }: { verdict: string }) => verdict === 'warning');
  // A client with one redirect URI may leave it out (OAuth 2.1), a lost response to a refresh may be asked for again, and a proof
  // works once for clients that are registered for it.
  expect(warnings.map(({ id }: { id: string }) => id)).toEqual([
    'metadata-plain',
    ...(profile === 'mcp' ? ['mcp-registration'] : []),
    'redirect-uri-missing',
    'dpop-replay',
    'refresh-replay',
  ]);
});

test('the checks leave lines in the audit log, and none of them failed', () => {
  expect(auditLines.length).toBeGreaterThan(100);
  expect(auditLines.filter((line) => JSON.parse(line).verdict === 'failed')).toEqual([]);
});

describe('a client of the profile fapi2', () => {
  const argv = ['verify', issuer, '--profile', 'fapi2', '--client-id', bank.client_id, '--username', ada.username];
  const asBank = [...argv, '--redirect-uri', bank.redirect_uris[0] ?? '', '--private-key', keyFile, '--json'];

  test('fails nothing; warnings are about what other clients of the server may do', async () => {
    const { exitCode, errors, json } = await pixy(asBank, {
      env: { PIXY_VERIFY_PASSWORD: ada.password },
      now: clock.now(),
    });
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    const namesOf = (verdict: string) =>
      json()
        .checks.filter((check: { verdict: string }) => check.verdict === verdict)
        .map(({ id }: { id: string }) => id);
    expect(namesOf('failed')).toEqual([]);
    expect(namesOf('warning')).toEqual([
      'metadata-plain',
      'fapi-par-required',
      'fapi-client-authentication',
      'fapi-algorithms',
    ]);
    expect(namesOf('skipped')).toEqual([
      'tls-version',
      'tls-strict-transport',
      'downgrade',
      'refresh-rotation',
      'refresh-replay',
    ]);
  });
});
