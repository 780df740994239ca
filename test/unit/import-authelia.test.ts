import { describe, expect, test } from 'vitest';
import { durationIn } from '../../shared/clients/import/duration.ts';
import { onlyClient, readImport, refusalOf } from './imported.ts';

/* Clients in the configuration of Authelia, which its users write in YAML. */

const web = {
  client_id: 'web',
  client_secret: 't7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa',
  redirect_uris: ['https://web.example.com/cb'],
};
const app = { client_id: 'app', public: true, redirect_uris: ['com.example.app:/cb'] };
const read = (client: object, oidc: object = {}) =>
  readImport('authelia', JSON.stringify({ identity_providers: { oidc: { clients: [client], ...oidc } } }));

describe('whom Authelia holds to PKCE:', () => {
  test.each<[string, object, object, string]>([
    ['nobody with a secret', web, {}, 'none'],
    ['who says so', { ...web, require_pkce: true }, {}, 'S256'],
    ['who names a method', { ...web, pkce_challenge_method: 'S256' }, {}, 'S256'],
    ['who names a method that the server does not take', { ...web, pkce_challenge_method: 'plain' }, {}, 'S256'],
    ['who may use plain', { ...web, pkce_challenge_method: 'plain' }, { enable_pkce_plain_challenge: true }, 'any'],
    ['everybody', web, { enforce_pkce: 'always' }, 'S256'],
    ['public clients', app, {}, 'S256'],
    ['public clients, by any method', app, { enable_pkce_plain_challenge: true }, 'any'],
  ])('%s', async (_, client, server, policy) => {
    expect(onlyClient(await read(client, server)).pkce.policy).toBe(policy);
  }); // biome-ignore format: a table
});

test('a secret that is a digest stays one, and one after $plaintext$ is the secret', async () => {
  const digest = '$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHQxMjM0NTY$GpZ3sK/oH9p7VIiV56G/64Zo/8GaUw434IimaPqxwCo';
  expect(onlyClient(await read({ ...web, client_secret: digest })).secretHashes).toEqual([digest]);
  const [clear] = onlyClient(await read({ ...web, client_secret: `$plaintext$${web.client_secret}` })).secretHashes;
  expect(clear).not.toContain('plaintext');
});

test('a client knows people by pairwise subjects where it has a sector', async () => {
  const pairwise = { ...web, sector_identifier_uri: 'https://web.example.com/sector.json' };
  expect(onlyClient(await read(pairwise))).toMatchObject({
    subjectType: 'pairwise',
    sectorIdentifierUri: pairwise.sector_identifier_uri,
  });
});

test('keys in PEM become a JWK Set', async () => {
  const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
  const der = Buffer.from(await crypto.subtle.exportKey('spki', publicKey)).toString('base64');
  const key = `-----BEGIN PUBLIC KEY-----\n${der}\n-----END PUBLIC KEY-----\n`;
  const { client_secret: _, ...jwt } = {
    ...web,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: [{ key_id: 'a', algorithm: 'ES256', key }],
  };
  expect(onlyClient(await read(jwt)).jwks?.keys).toEqual([
    expect.objectContaining({ kty: 'EC', kid: 'a', alg: 'ES256' }),
  ]);
});

test('pushed requests that the server asks of everybody are kept', async () => {
  const client = onlyClient(await read(web, { require_pushed_authorization_requests: true }));
  expect(client.requirePushedAuthorizationRequests).toBe(true);
});

test('a configuration without clients is told so', async () => {
  expect(refusalOf(await readImport('authelia', 'theme: dark\nidentity_providers: {}\n'))).toBe(
    'file: content has no section identity_providers.oidc.clients',
  );
});

test.each<[unknown, number | undefined]>([
  [90, 90],
  ['90m', 5_400],
  ['1 hour and 30 minutes', 5_400],
  ['1h30m', 5_400],
  ['2 Weeks', 1_209_600],
  ['1M', 2_629_800],
  ['0', undefined],
  ['soon', undefined],
  ['1 fortnight', undefined],
  ['-1h', undefined],
  [null, undefined],
])('a duration of %j is %j seconds', (given, seconds) => {
  expect(durationIn(given)).toBe(seconds);
});
