import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../shared/config.ts';
import { emptyFolder, pixy } from '../cli/pixy.ts';
import { spa, type TestClient, webPost } from '../support/clients.ts';
import { signedInPerson } from '../support/person.ts';
import { authorizeTarget, parametersOf, postToken } from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';

/* A deployment with securityProfile: every client is held to FAPI 2.0, and those that cannot be are off. */

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = { ...privateKey.export({ format: 'jwk' }), kid: 'bank-1' };
const keyFile = join(await emptyFolder(), 'bank.jwk');
await writeFile(keyFile, JSON.stringify(key));
/** It says nothing of a profile. */
const bank: TestClient = {
  client_id: 'bank',
  redirect_uris: ['https://bank.example/callback'],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: [{ ...key, d: undefined }] },
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid offline_access',
  pkce_policy: 'none',
};
const server = await startTestServer({
  clients: [bank, spa, webPost],
  environment: { PIXY_SECURITY_PROFILE: 'fapi2', PIXY_SIGNING_ALGORITHMS: 'ES256' },
});

test('fapi2 finds nothing, and warns of nothing', async () => {
  const client = [
    '--client-id',
    bank.client_id,
    '--redirect-uri',
    bank.redirect_uris[0] ?? '',
    '--private-key',
    keyFile,
  ];
  const { exitCode, errors, json } = await pixy(
    ['verify', server.issuer, '--profile', 'fapi2', ...client, '--username', ada.username, '--json'],
    { env: { PIXY_VERIFY_PASSWORD: ada.password }, now: server.clock.now() },
  );
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
  expect(json().summary).toMatchObject({ failed: 0, warning: 0 });
});

test('FP8: a public client, and one with a secret, are told that the server does not take them', async () => {
  const person = await signedInPerson(server);
  const { status, body } = await person.open(authorizeTarget(spa));
  expect(status).toBe(400);
  expect(body).toContain('client_unfit');
  const { json } = await postToken(server, {
    grant_type: 'authorization_code',
    code: 'x',
    client_id: webPost.client_id,
    client_secret: webPost.client_secret,
  });
  expect(json).toMatchObject({ error: 'invalid_client', reason: 'client_unfit' });
});

test('FP2: a client that says nothing of a profile has to push', async () => {
  const person = await signedInPerson(server);
  const redirected = await person.authorize(authorizeTarget(bank));
  expect(parametersOf(redirected)).toMatchObject({ error: 'invalid_request' });
});

test('FP7: RS256 cannot be what signs for everybody', () => {
  const tables = { PIXY_GRANTS_TABLE: 'g', PIXY_CLIENTS_TABLE: 'c', PIXY_PEOPLE_TABLE: 'p', PIXY_KEYS_TABLE: 'k' };
  const environment = { ...tables, PIXY_ISSUER: 'https://sign-in.example.com', PIXY_SECURITY_PROFILE: 'fapi2' };
  expect(() => readConfig(environment)).toThrow(/PIXY_SECURITY_PROFILE is fapi2/);
  expect(readConfig({ ...environment, PIXY_SIGNING_ALGORITHMS: 'ES256 RS256' }).pushedRequests).toBe('required');
});
