import { describe, expect, test } from 'vitest';
import { onlyClient, readImport, refusalOf } from './imported.ts';

/* What is written in YAML is read like JSON, whatever system it comes from. */

const dex = `# the clients of Dex
issuer: https://dex.example.com
defaults: &defaults
  redirectURIs: [https://web.example.com/cb]
staticClients:
- <<: *defaults
  id: web
  name: 'Web'
  secret: t7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa
`;

const aliases = (count: number): string =>
  `a: &a [x, x]\n${Array.from({ length: count }, (_, at) => `a${at}: [*a, *a, *a, *a]`).join('\n')}\n`;

describe('I11: what cannot be read is told by its place, and nothing of it is quoted:', () => {
  test.each([
    ['a text without an end', 'staticClients:\n- id: "web\n  secret: t7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa\n'],
    ['a member that is there twice', 'id: web\nsecret: t7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa\nid: other\n'],
    ['a tab that indents', 'staticClients:\n\t- id: web\n'],
  ])('%s', async (_, text) => {
    expect(refusalOf(await readImport('dex', text))).toMatch(
      /^file: content is YAML that cannot be read \(line \d column \d+\)$/,
    );
  });

  test.each([
    ['an alias of nothing', 'staticClients: *clients\n'],
    ['aliases that make a small file a large one', aliases(400)],
  ])('%s', async (_, text) => {
    expect(refusalOf(await readImport('dex', text))).toBe(
      'file: content is YAML that cannot be read: an alias has no anchor, or there are more than 1000',
    );
  });

  test.each(['!Env WEB_SECRET', '!vault |\n    62313365396662343061393464333163', '{{ secret "/run/secrets/web" }}'])(
    'a value that stands for another one is not taken for it: %s',
    async (value) => {
      const text = `staticClients:\n- id: web\n  redirectURIs: [https://web.example.com/cb]\n  secret: ${value}\n`;
      expect((await readImport('dex', text)).refused[0]).toMatchObject({ member: 'secret', problem: 'is not a text' });
    },
  );
});

test.each([
  ['Dex, with a comment, an anchor and a merge key', 'dex', dex],
  [
    'Dex, of Kubernetes',
    'dex',
    'apiVersion: v1\nitems:\n  - id: web\n    secret: t7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa\n    redirectURIs: [https://web.example.com/cb]\nkind: List\n',
  ],
  [
    'Keycloak, as a list',
    'keycloak',
    '\ufeff---\n- clientId: web\n  secret: t7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa\n  redirectUris: [https://web.example.com/cb]\n',
  ],
  [
    'RFC 7591, in two documents of which one is empty',
    'rfc7591',
    '---\n---\nclient_id: web\nclient_secret: t7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa\nredirect_uris: [https://web.example.com/cb]\ntoken_endpoint_auth_method: client_secret_basic\n',
  ],
] as const)('YAML of %s is read', async (_, format, text) => {
  const { clientId, redirectUris, secretHashes } = onlyClient(await readImport(format, text));
  expect({ clientId, redirectUris, secrets: secretHashes.length }).toEqual({
    clientId: 'web',
    redirectUris: ['https://web.example.com/cb'],
    secrets: 1,
  });
});

test('YAML of another system is named like its JSON', async () => {
  expect(refusalOf(await readImport('keycloak', dex))).toBe(
    'file: content is the configuration of Dex: use --format dex',
  );
});
