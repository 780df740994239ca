import { expect, test } from 'vitest';
import { clientDocument } from '../../shared/clients/client-document.ts';
import { onlyClient, readImport, refusalOf } from './imported.ts';

/* Blueprints of authentik, as people write them and as `ak export_blueprint` does. */

const blueprint = (attrs: string, more = '') => `version: 1
metadata:
  name: web
entries:
  - model: authentik_core.group
    identifiers: { name: people }
  - model: authentik_providers_oauth2.oauth2provider
    id: web-provider
    identifiers: { name: Web }
    attrs:
      client_id: web
      client_type: confidential
      redirect_uris: [{ url: https://web.example.com/cb, matching_mode: strict }]
${attrs.replaceAll(/^/gm, '      ')}
${more}
`;
const secret = 'client_secret: t7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa';

test('a secret that the environment has is refused, and nothing is taken for it', async () => {
  const { clients, refused } = await readImport('authentik', blueprint('client_secret: !Env WEB_SECRET'));
  expect(clients).toEqual([]);
  expect(refused[0]).toMatchObject({ member: 'client_secret', problem: 'is not a text' });
});

test('a blueprint without a provider is told so, and one that takes it away has none', async () => {
  expect(
    refusalOf(
      await readImport('authentik', 'version: 1\nentries:\n- model: authentik_core.group\n  identifiers: {}\n'),
    ),
  ).toBe('file: content has no entry of the model authentik_providers_oauth2.oauth2provider');
  const gone = blueprint(secret).replace('id: web-provider', 'state: absent');
  expect(refusalOf(await readImport('authentik', gone))).toContain('has no entry of the model');
});

test.each<[string, string, string, string | undefined]>([
  ['found by its name', `!Find [authentik_providers_oauth2.scopemapping, [scope_name, orders]]`, '', 'orders'],
  ['found by its key', `!Find [x, [managed, goauthentik.io/providers/oauth2/scope-email]]`, '', 'email'],
  ['found by what people call it', `!Find [x, [name, "authentik default OAuth Mapping: OpenID 'profile'"]]`, '', 'profile'],
  ['of the same file', '!KeyOf orders-scope', '  - { model: authentik_providers_oauth2.scopemapping, id: orders-scope, identifiers: { name: O }, attrs: { scope_name: orders } }', 'orders'],
  ['of an export', '6b1f7c1e-0f33', '  - { model: authentik_providers_oauth2.scopemapping, identifiers: { pk: 6b1f7c1e-0f33 }, attrs: { scope_name: orders } }', 'orders'],
])('a scope %s', async (_, mapping, more, scope) => {
  const text = blueprint(`${secret}\nproperty_mappings:\n  - !Find [x, [scope_name, openid]]\n  - ${mapping}`, more);
  expect(clientDocument(onlyClient(await readImport('authentik', text)))).toMatchObject({ scope: `openid ${scope}` });
}); // biome-ignore format: a table

test('a scope that is nowhere described leaves the client those of people, and a note says so', async () => {
  const { notes } = await readImport('authentik', blueprint(`${secret}\nproperty_mappings: [6b1f7c1e-0f33]`));
  expect(notes.map(({ note }) => note)).toContain(
    'may ask for openid, profile, email and the like: the file has no scopes, so add those of APIs',
  );
});

test.each([
  ['implicit', true],
  ['explicit', false],
])('a flow with %s consent', async (kind, firstParty) => {
  const flow = `authorization_flow: !Find [authentik_flows.flow, [slug, default-provider-authorization-${kind}-consent]]`;
  expect(onlyClient(await readImport('authentik', blueprint(`${secret}\n${flow}`))).firstParty).toBe(firstParty);
});

test('a blueprint is recognised', async () => {
  expect(refusalOf(await readImport('keycloak', blueprint(secret)))).toBe(
    'file: content is a blueprint of authentik: use --format authentik',
  );
});
