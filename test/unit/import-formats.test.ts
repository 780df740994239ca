import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clientDocument, describeClient } from '../../shared/clients/client-document.ts';
import { type ImportFormat, importFormats, type ParsedImport } from '../../shared/clients/import/parse-import.ts';
import { newSince } from '../../shared/clients/since.ts';
import { shippedGlobalPolicy } from '../../shared/pkce/policy.ts';
import { noteOf, onlyClient, readImport, refusalOf } from './imported.ts';

/* One clean and one dirty file per system, in import-files/. Beside them is what becomes of them. */

const systems = [
  'keycloak',
  'auth0',
  'okta',
  'cognito',
  'hydra',
  'duende',
  'fusionauth',
  'dex',
  'mcp',
  'spring',
  'django',
  'authelia',
  'authentik',
  'cas',
] as const;
const read = (system: string, file: string) =>
  readFileSync(join(import.meta.dirname, 'import-files', system, file), 'utf8');

const outcomeOf = ({ clients, refused, notes }: ParsedImport) => ({
  clients: clients.map(({ client }) => clientDocument(client)),
  refused: refused.map(({ entry, member, problem }) => `${entry}: ${member} ${problem}`),
  notes: notes.map(({ entry, note }) => `${entry} ${note}`),
});

describe.each(systems)('I10: an export of %s', (system) => {
  test.each(['clean', 'dirty'])('that is %s becomes what stands beside it', async (kind) => {
    const outcome = outcomeOf(await readImport(system, read(system, `${kind}.json`)));
    expect(outcome).toEqual(JSON.parse(read(system, `${kind}.expected.json`)));
    expect(outcome[kind === 'clean' ? 'refused' : 'clients']).toEqual([]);
  });

  test('goes into report mode as a whole', async () => {
    const { clients } = await readImport(system, read(system, 'clean.json'), { reportUntil: 1_900_000_000 });
    for (const { client } of clients)
      expect(client.pkce).toMatchObject({ mode: 'report', enforceAfter: 1_900_000_000 });
  });

  test('is recognised when another format is named', async () => {
    const known = system === 'duende' ? 'identityserver' : system;
    // Hydra's clients have the members of RFC 7591.
    const others = (['rfc7591', 'webmethods', 'keycloak', 'dex'] as const).filter(
      (other) => other !== system && !(system === 'hydra' && other === 'rfc7591'),
    );
    for (const other of others) {
      const parsed = await readImport(other, read(system, 'clean.json'));
      expect(refusalOf(parsed)).toMatch(new RegExp(`^file: content is .*: use --format ${known}$`));
    }
  });

  test.each([
    ['a truncated file', (text: string) => text.slice(0, text.length / 2)],
    ['no JSON', () => 'clients: none at all, and more'],
    ['a file of the wrong kind', () => '{"hello":"world"}'],
  ])('%s has no clients, and a refusal', async (_, change) => {
    const parsed = await readImport(system, change(read(system, 'clean.json')));
    expect(parsed.clients).toEqual([]);
    expect(parsed.refused.length).toBeGreaterThan(0);
  });
});

test('no secret of a file is in what is said about it', async () => {
  for (const system of systems) {
    for (const kind of ['clean.json', 'dirty.json']) {
      const text = read(system, kind);
      const { refused, notes } = await readImport(system, text);
      for (const [, secret = ''] of text.matchAll(/"(?:client_?)?secret": "([^"]+)"/gi)) {
        expect(JSON.stringify({ refused, notes })).not.toContain(secret);
      }
    }
  }
});

test.each([
  ['an empty file', '', 'is empty'],
  ['a blank one', '\ufeff \n', 'is empty'],
  ['one without its last bracket', '{"clients":[{"clientId":"a"}]', 'is cut off: it ends in the middle of its JSON'],
  ['one that ends in a text', '[\n{"clientId":"a', 'is cut off: it ends in the middle of its JSON'],
  ['one with a mistake', '[{"clientId" "a"}]', 'is not JSON (line 1 column 14)'],
])('%s is called that', async (_, text, problem) => {
  expect(refusalOf(await readImport('keycloak', text))).toBe(`file: content ${problem}`);
});

test('a client of Keycloak may come alone', async () => {
  const [, web] = JSON.parse(read('keycloak', 'clean.json')).clients;
  expect(onlyClient(await readImport('keycloak', JSON.stringify(web))).clientId).toBe('web');
});

test('the list of Cognito that has no details is refused with what to do', async () => {
  const list = JSON.stringify({ UserPoolClients: [{ ClientId: 'a', UserPoolId: 'b', ClientName: 'c' }] });
  expect(refusalOf(await readImport('cognito', list))).toMatch(/describe-user-pool-client$/);
});

test('--skip-members leaves members behind, however they are spelt', async () => {
  const client = {
    client_id: 'app',
    redirect_uris: ['https://app.example/cb'],
    unheard_of: { a: 1 },
    x: { unheardOf: 1 },
  };
  const parsed = await readImport('rfc7591', JSON.stringify(client), { skipMembers: ['unheard-of', 'x'] });
  expect(onlyClient(parsed).clientId).toBe('app');
});

test('a formula in a table of clients is refused by line and column', async () => {
  const table = 'name,client_id,client_secret,redirect_uri\n=1+1,app,,https://app.example/cb\n';
  expect(refusalOf(await readImport('wpoauth', table))).toBe(
    'line 2 (app): name is a cell that begins like a formula of a spreadsheet',
  );
});

test.each<[ImportFormat, ImportFormat]>([
  ['rfc7591', 'identityserver'],
  ['onewelcome', 'webmethods'],
])('files of the first formats are recognised, too: %s for %s', async (named, meant) => {
  const files = {
    identityserver: { Clients: [{ ClientId: 'a', AllowedGrantTypes: ['code'] }] },
    webmethods: { strategies: [{ authServerAlias: 'local', clientId: 'a', clientSecret: 'x' }] },
  };
  const text = JSON.stringify(files[meant as keyof typeof files]);
  expect(refusalOf(await readImport(named, text))).toContain(`use --format ${meant}`);
  expect(importFormats).toContain(meant);
});

test('notes are about the client that they name', async () => {
  const parsed = await readImport(
    'dex',
    JSON.stringify({ staticClients: [JSON.parse(read('dex', 'clean.json')).staticClients[0]] }),
  );
  expect(noteOf(parsed)).toBe('comes without trustedPeers');
});

test('clients of Auth0 without an id, as the deploy CLI writes them, are refused with where to get it', async () => {
  const client = {
    name: 'Web',
    app_type: 'regular_web',
    client_secret: 't7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa',
    callbacks: ['https://web.example.com/cb'],
  };
  expect(refusalOf(await readImport('auth0', JSON.stringify({ clients: [client] })))).toMatch(
    /^entry 1: client_id is missing or not a text: .*GET \/api\/v2\/clients\)$/,
  );
});

test.each<[string, string[], string[], string[]]>([
  ['devices alone', ['/device/callback'], [], ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token']],
  ['devices and browsers', ['/dex/device/callback', 'https://web.example.com/cb'], ['https://web.example.com/cb'], ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code', 'refresh_token']],
])('the address of Dex itself says that a client is for %s', async (_, redirectURIs, redirectUris, grantTypes) => {
  const client = { id: 'cli', public: true, redirectURIs };
  expect(onlyClient(await readImport('dex', JSON.stringify({ staticClients: [client] })))).toMatchObject({ redirectUris, grantTypes });
}); // biome-ignore format: a table

test('what Dex asks of the people of a client is named, and its sign-out moves in', async () => {
  const client = {
    id: 'web',
    public: true,
    redirectURIs: ['https://web.example.com/cb'],
    postLogoutRedirectURIs: ['https://web.example.com/'],
    backchannelLogoutURI: 'https://web.example.com/bye',
    mfaChain: ['totp-1'],
    allowedConnectors: ['ldap'],
    logoURL: 'https://web.example.com/logo.svg',
  };
  const parsed = await readImport('dex', JSON.stringify({ staticClients: [client] }));
  expect(noteOf(parsed)).toBe('comes without mfaChain, allowedConnectors');
  expect(onlyClient(parsed)).toMatchObject({
    postLogoutRedirectUris: ['https://web.example.com/'],
    backchannelLogoutUri: 'https://web.example.com/bye',
  });
});

test.each<[string, ImportFormat, object]>([
  ['Auth0', 'auth0', { clients: [], total: 70, start: 0, limit: 50 }],
  ['authentik', 'authentik', { results: [], pagination: { next: 2, count: 40 } }],
  ['Pixy', 'rfc7591', { clients: [], next_cursor: 'eyJhZnRlciI6ImFwcCJ9' }],
  ['Kubernetes', 'dex', { items: [], metadata: { continue: 'eyJ2IjoibWV0YS5rOHMuaW8' } }],
])('one page of %s is refused, so that no client is forgotten', async (_, format, page) => {
  expect(refusalOf(await readImport(format, JSON.stringify(page)))).toBe(
    'file: content is one page of several: put the entries of all pages into one list',
  );
}); // biome-ignore format: a table

test('a client as the management API and --json show it is read as it was', async () => {
  const client = { client_id: 'app', redirect_uris: ['https://app.example.com/'], token_endpoint_auth_method: 'none' };
  const value = onlyClient(await readImport('rfc7591', JSON.stringify([client])));
  const since = newSince(1_796_000_000);
  const shown = describeClient({ value: { ...value, since }, version: 3 }, shippedGlobalPolicy, 1_796_000_000);
  expect(shown).toHaveProperty('added_at');
  expect(onlyClient(await readImport('rfc7591', JSON.stringify({ clients: [shown] })))).toEqual(value);
});
