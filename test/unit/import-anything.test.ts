import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { importFormats } from '../../shared/clients/import/parse-import.ts';
import { anyText } from '../support/any-text.ts';
import { readImport } from './imported.ts';

/** The members that some importer looks at, and two that every object has. */
const names = fc.constantFrom(
  ...'client_id client_secret redirect_uris grant_types response_types scope token_endpoint_auth_method'.split(' '),
  ...'pkce_policy pkce_waiver code_challenge_method ClientId ClientSecrets AllowedGrantTypes RedirectUris'.split(' '),
  ...'AllowedScopes RequirePkce Flow clientType pkceType dcrConfig clientRegistration accessTokens type'.split(' '),
  'authServerAlias',
  'constructor',
  '__proto__',
);

const values = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    'app',
    'public',
    'https://app.example/cb',
    'authorization_code',
    'S256',
    'none',
    ['code'],
    [null],
    [{}],
  ),
);

const entry = fc.array(fc.tuple(names, values)).map((members): object => Object.fromEntries(members));

describe.each(importFormats)('%s, whatever a file says:', (format) => {
  test('every entry is taken, or refused with the member and the reason, and nothing throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 3 }), async (entries) => {
        const { clients, refused } = await readImport(format, JSON.stringify({ Clients: entries, clients: entries }));
        expect(clients.length + refused.length).toBeGreaterThan(0);
        for (const { member, problem } of refused) {
          expect(member).not.toBe('');
          expect(problem).toMatch(/^(is|has|gives|does|cannot|or) \S/);
        }
      }),
    );
  });

  test('what is no file of this kind has no clients', async () => {
    await fc.assert(
      fc.asyncProperty(anyText(), async (text) => {
        expect((await readImport(format, text)).clients).toEqual([]);
      }),
    );
  });
});
