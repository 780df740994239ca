import { expect, test } from 'vitest';
import { clientDocument } from '../../shared/clients/client-document.ts';
import { noteOf, onlyClient, readImport, refusalOf } from './imported.ts';

/* Kickstart files, which make the applications of a new FusionAuth, and what it asks of people. */

const id = '3c219e58-ed0e-4b18-ad48-f4f92793ae32';
const oauthConfiguration = {
  authorizedRedirectURLs: ['https://web.example.com/cb'],
  clientSecret: '#{webSecret}',
  enabledGrants: ['authorization_code', 'refresh_token'],
};
const kickstart = (url: string, more: object = {}, variables: object = {}) =>
  JSON.stringify({
    variables: { webId: id, webSecret: 't7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa', ...variables },
    apiKeys: [{ key: '#{ENV.API_KEY}' }],
    requests: [
      { method: 'PATCH', url: '/api/system-configuration', body: {} },
      { method: 'POST', url: `/api/application/${id}/role`, body: { role: { name: 'admin' } } },
      { method: 'POST', url, body: { application: { name: 'Web', oauthConfiguration, ...more } } },
    ],
  });

test.each<[string, object, string]>([
  ['id', { webId: '#{UUID()}' }, 'request 3'],
  ['oauthConfiguration.clientSecret', { webSecret: '#{ENV.WEB_SECRET}' }, 'request 3'],
])('%s that stands for another value is refused', async (member, variables) => {
  const { clients, refused } = await readImport('fusionauth', kickstart('/api/application/#{webId}', {}, variables));
  expect(clients).toEqual([]);
  expect(refused).toContainEqual(
    expect.objectContaining({ member, problem: 'is the name of a variable, which was not replaced by its value' }),
  );
});

test('a kickstart file without an application is told so', async () => {
  expect(refusalOf(await readImport('fusionauth', kickstart('/api/tenant/#{webId}')))).toBe(
    'file: content makes no application',
  );
});

test('an application of a kickstart file moves in with its variables', async () => {
  const client = onlyClient(await readImport('fusionauth', kickstart('/api/application/#{webId}')));
  expect(clientDocument(client)).toMatchObject({
    client_id: id,
    client_name: 'Web',
    redirect_uris: ['https://web.example.com/cb'],
    client_secrets: 1,
  });
});

test('a kickstart file is recognised', async () => {
  expect(refusalOf(await readImport('keycloak', kickstart('/api/application/#{webId}')))).toMatch(
    /--format fusionauth$/,
  );
});

test('what FusionAuth asks of the people of an application is named', async () => {
  const more = {
    oauthConfiguration: { ...oauthConfiguration, requireRegistration: true, generateRefreshTokens: false },
    multiFactorConfiguration: { loginPolicy: 'Required' },
    lambdaConfiguration: { accessTokenPopulateId: id },
  };
  const parsed = await readImport('fusionauth', kickstart('/api/application/#{webId}', more));
  expect(noteOf(parsed)).toBe(
    'comes without oauthConfiguration.requireRegistration, multiFactorConfiguration.loginPolicy, lambdaConfiguration',
  );
  expect(onlyClient(parsed).grantTypes).toEqual(['authorization_code']);
});

test('a kickstart file that leaves requests to other files has what it has itself, and names them', async () => {
  const file = JSON.parse(kickstart('/api/application/#{webId}')) as { requests: unknown[] };
  file.requests.push('&{json/createApplication.json}');
  const { clients, refused } = await readImport('fusionauth', JSON.stringify(file));
  expect(clients.map(({ client }) => client.clientId)).toEqual([id]);
  expect(refused).toEqual([
    {
      entry: 'entry 4',
      member: 'entry',
      problem: 'is in a file of its own: put it here if it makes an application, or leave it out with --skip-refused',
    },
  ]);
});
