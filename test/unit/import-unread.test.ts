import { expect, test } from 'vitest';
import { importFormats } from '../../shared/clients/import/parse-import.ts';
import { onlyClient, readImport, refusalOf } from './imported.ts';

/* Files of systems that no importer reads are told from a mistake in a file of those that are. */

const asMetadata = 'write its clients with the members of RFC 7591, and use --format rfc7591';

test.each<[string, object | string, string]>([
  ['a client of Google', { web: { client_id: 'a', project_id: 'p', auth_uri: 'https://accounts.google.com/o/oauth2/auth' } }, 'it stays there, and becomes a provider here (docs/upstream.md)'],
  ['an app registration of Entra ID', [{ appId: 'a', displayName: 'A', signInAudience: 'AzureADMyOrg', web: { redirectUris: [] } }], `it has no secret: ${asMetadata}`],
  ['a list of apps of ZITADEL', { result: [{ id: '1', name: 'A', oidcConfig: { clientId: 'a' } }] }, `it has no secrets: ${asMetadata}`],
  ['the initial data of Casdoor', { organizations: [], applications: [{ clientId: 'a', clientSecret: 'x' }] }, asMetadata],
  ['a list of applications of Logto', [{ id: 'a', oidcClientMetadata: { redirectUris: [] } }], asMetadata],
  ['a client of ForgeRock AM', { coreOAuth2ClientConfig: {} }, asMetadata],
  ['an application of WSO2 Identity Server', { name: 'A', inboundProtocolConfiguration: { oidc: {} } }, asMetadata],
  ['a client of Gluu or Janssen', { inum: 'a', jansRedirectURI: [] }, asMetadata],
  ['the configuration of LemonLDAP::NG', { oidcRPMetaDataOptions: { a: {} } }, asMetadata],
  ['an export of MITREid Connect', { clients: [{ clientId: 'a', reuseRefreshToken: true }], whitelistedSites: [] }, asMetadata],
  ['a list of people of Ory Kratos', [{ id: 'a', schema_id: 'default', traits: {} }], 'pixy accounts import --format kratos reads it'],
  ['the state of Terraform', { version: 4, terraform_version: '1.9.0', resources: [] }, 'export the clients from the system that it describes'],
  ['a template of CloudFormation', 'Resources:\n  Client:\n    Type: AWS::Cognito::UserPoolClient\n    Properties: { UserPoolId: !Ref Pool }\n', 'read each client with aws cognito-idp describe-user-pool-client'],
  ['a manifest of Kubernetes', 'kind: Deployment\napiVersion: apps/v1\n---\nkind: ConfigMap\napiVersion: v1\ndata:\n  config.yaml: |\n    issuer: x\n', 'take the file that its ConfigMap or Secret has out of it'],
  ['the table oauth_applications of Doorkeeper', 'id,name,uid,secret,redirect_uri,scopes,confidential\n1,A,a,x,https://a.example/cb,,t\n', asMetadata],
  ['the table oauth_clients of Laravel Passport', 'id,user_id,name,secret,provider,redirect,personal_access_client,password_client,revoked\n1,2,A,x,p,https://a.example/cb,0,0,0\n', asMetadata],
])('%s is named, with what to do', async (what, file, instead) => {
  const text = typeof file === 'string' ? file : JSON.stringify(file);
  for (const format of importFormats) {
    expect(`${format} ${refusalOf(await readImport(format, text))}`).toBe(
      `${format} file: content seems to be ${what}, which is not read: ${instead}`,
    );
  }
}); // biome-ignore format: a table

test('the clients of node-oidc-provider are those of RFC 7591', async () => {
  const clients = [
    {
      client_id: 'a',
      client_secret: 't7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa',
      redirect_uris: ['https://a.example/cb'],
      grant_types: ['authorization_code'],
    },
  ];
  expect(onlyClient(await readImport('rfc7591', JSON.stringify({ clients }))).clientId).toBe('a');
});
