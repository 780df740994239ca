import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Kind, kinds, recipes } from '../../shared/clients/kinds.ts';
import { startWorkbench } from './pixy.ts';

/* `pixy clients add --for KIND`. */

const bench = await startWorkbench();
const { pixy } = bench;

const https = ['--redirect-uri', 'https://app.example/callback'];
const isPublic = { token_endpoint_auth_method: 'none', client_secrets: 0, pkce_policy: 'S256' };
const isConfidential = { token_endpoint_auth_method: 'client_secret_basic', client_secrets: 1 };
const grants = { grant_types: ['authorization_code', 'refresh_token'] };

const expected: Record<Kind, { flags: string[]; client: object }> = {
  spa: { flags: https, client: { ...isPublic, ...grants, scope: 'openid profile email' } },
  native: {
    flags: ['--redirect-uri', 'com.example.app:/callback'],
    client: { ...isPublic, ...grants, scope: 'openid profile email offline_access' },
  },
  web: {
    flags: https,
    client: { ...isConfidential, ...grants, pkce_policy: 'S256', scope: 'openid profile email offline_access' },
  },
  machine: {
    flags: ['--all-scopes-of', 'https://api.example/orders'],
    client: { ...isConfidential, grant_types: ['client_credentials'], scope: '', redirect_uris: [] },
  },
  mcp: {
    flags: ['--redirect-uri', 'http://127.0.0.1/callback'],
    client: { ...isPublic, ...grants, scope: 'openid offline_access', first_party: false },
  },
  device: {
    flags: [],
    client: {
      ...isPublic,
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      scope: 'openid profile email offline_access',
      redirect_uris: [],
    },
  },
};

test('a kind that there is not is refused with those that there are', async () => {
  const { exitCode, errors } = await pixy('clients', 'add', 'x', '--for', 'tablet', ...https);
  expect(exitCode).toBe(2);
  expect(errors).toContain('spa, native, web, machine, mcp, device');
});

test.each(['spa', 'native', 'web', 'mcp'])('%s without a redirect URI is refused', async (kind) => {
  const { exitCode, errors } = await pixy('clients', 'add', 'nowhere', '--for', kind);
  expect({ exitCode, errors }).toMatchObject({
    exitCode: 1,
    errors: expect.stringContaining('redirect_uris is empty'),
  });
});

describe.each(kinds)('a client for %s', (kind) => {
  const { flags, client } = expected[kind];

  test('has the settings of its kind', async () => {
    const added = await pixy('clients', 'add', `a-${kind}`, '--for', kind, ...flags, '--json');
    expect(added.exitCode).toBe(0);
    expect(added.json()).toMatchObject(client);
  });

  test('is told where the server is and what to read next, which is there', async () => {
    const { output } = await pixy('clients', 'add', `b-${kind}`, '--for', kind, ...flags);
    const { issuer } = bench.server;
    expect(output).toContain(`\n  issuer: ${issuer}\n  discovery: ${issuer}/.well-known/openid-configuration\n`);
    expect(output).toMatch(new RegExp(`\\n {2}recipe: ${recipes[kind]}, and one per library in docs/clients\\n$`));
    const [file = '', anchor] = recipes[kind].split('#');
    const headings = [...readFileSync(file, 'utf8').matchAll(/^## (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(headings).toContain(anchor);
  });
});

test('a flag stands above the settings of the kind', async () => {
  const flags = ['--auth-method', 'client_secret_post', '--policy', 'any', '--scope', 'openid'];
  const added = await pixy('clients', 'add', 'own', '--for', 'web', ...https, ...flags, '--json');
  expect(added.json()).toMatchObject({
    token_endpoint_auth_method: 'client_secret_post',
    pkce_policy: 'any',
    scope: 'openid',
    ...grants,
  });
});

test.each([
  ['spa', https],
  ['native', ['--redirect-uri', 'http://127.0.0.1/callback']],
  ['web', [...https, '--auth-method', 'client_secret_basic']],
  ['machine', ['--grant-type', 'client_credentials', '--auth-method', 'client_secret_basic']],
] as const)('a client that looks like %s is led to its recipe without --for', async (kind, flags) => {
  const { output } = await pixy('clients', 'add', `c-${kind}`, ...flags);
  expect(output).toContain(`recipe: ${recipes[kind]}`);
});
