import { csvEntries, looksLikeJson } from './entries.ts';
import { isObject, type JsonObject, parseSettingsJson } from './json.ts';

/*
 * Files of systems that no importer reads. Each is told by a shape that no other system has, with what to do instead.
 */

type Unread = { what: string; instead: string; has: (file: JsonObject, entry: JsonObject) => boolean };

const all = (object: JsonObject, ...names: string[]): boolean => names.every((name) => name in object);
const some = (object: JsonObject, ...names: string[]): boolean => names.some((name) => name in object);
const isIn = (value: unknown, ...names: string[]): boolean => isObject(value) && all(value, ...names);

const asMetadata = 'write its clients with the members of RFC 7591, and use --format rfc7591';

const shapes: readonly Unread[] = [
  {
    what: 'a client of Google',
    instead: 'it stays there, and becomes a provider here (docs/upstream.md)',
    has: (file) => [file['web'], file['installed']].some((client) => isIn(client, 'client_id', 'auth_uri')),
  },
  {
    what: 'an app registration of Entra ID',
    instead: `it has no secret: ${asMetadata}`,
    has: (_, entry) => 'appId' in entry && some(entry, 'signInAudience', 'replyUrlsWithType', 'passwordCredentials'),
  },
  {
    what: 'a list of apps of ZITADEL',
    instead: `it has no secrets: ${asMetadata}`,
    has: (_, entry) => isIn(entry['oidcConfig'], 'clientId') || isIn(entry['oidcConfiguration'], 'clientId'),
  },
  {
    what: 'the initial data of Casdoor',
    instead: asMetadata,
    has: (file, entry) =>
      all(file, 'organizations', 'applications') || all(entry, 'clientId', 'redirectUris', 'enablePassword'),
  },
  { what: 'a list of applications of Logto', instead: asMetadata, has: (_, entry) => 'oidcClientMetadata' in entry },
  { what: 'a client of ForgeRock AM', instead: asMetadata, has: (_, entry) => 'coreOAuth2ClientConfig' in entry },
  {
    what: 'an application of WSO2 Identity Server',
    instead: asMetadata,
    has: (_, entry) => some(entry, 'inboundProtocolConfiguration', 'inboundAuthenticationConfig'),
  },
  {
    what: 'a client of Gluu or Janssen',
    instead: asMetadata,
    has: (_, entry) => some(entry, 'oxAuthRedirectURI', 'jansRedirectURI'),
  },
  {
    what: 'the configuration of LemonLDAP::NG',
    instead: asMetadata,
    has: (file) => some(file, 'oidcRPMetaDataOptions', 'oidcRPMetaDataExportedVars'),
  },
  {
    what: 'an export of MITREid Connect',
    instead: asMetadata,
    has: (file, entry) => all(file, 'clients', 'whitelistedSites') || all(entry, 'clientId', 'reuseRefreshToken'),
  },
  {
    what: 'a list of people of Ory Kratos',
    instead: 'pixy accounts import --format kratos reads it',
    has: (_, entry) => all(entry, 'schema_id', 'traits'),
  },
  {
    what: 'the state of Terraform',
    instead: 'export the clients from the system that it describes',
    has: (file) => all(file, 'terraform_version', 'resources'),
  },
  {
    what: 'a template of CloudFormation',
    instead: 'read each client with aws cognito-idp describe-user-pool-client',
    has: (file) =>
      isObject(file['Resources']) && Object.values(file['Resources']).some((resource) => isIn(resource, 'Type')),
  },
  {
    what: 'a manifest of Kubernetes',
    instead: 'take the file that its ConfigMap or Secret has out of it',
    has: (file, entry) =>
      [file, entry].some((object) => all(object, 'apiVersion', 'kind') && object['kind'] !== 'List'),
  },
];

/** Says what a file seems to be that cannot be read, and what to do, completing the sentence that begins with its name. */
export function sayUnread(text: string): string | undefined {
  if (!looksLikeJson(text)) return sayTable(text);
  const json = parseSettingsJson(text);
  if (!json.ok) return undefined;
  const file = isObject(json.value) ? json.value : {};
  const lists = Array.isArray(json.value) ? [json.value] : Object.values(file).filter(Array.isArray);
  const entries = lists.map(([first]) => first as unknown).filter(isObject);
  const found = shapes.find(({ has }) => [file, ...entries].some((entry) => has(file, entry)));
  return found && `seems to be ${found.what}, which is not read: ${found.instead}`;
}

/** Tables of Rails and Laravel. */
function sayTable(text: string): string | undefined {
  const table = csvEntries(text);
  const [first] = table.ok ? table.value : [];
  const row = first && isObject(first.value) ? first.value : {};
  const found = tables.find(({ columns }) => all(row, ...columns));
  return found && `seems to be ${found.what}, which is not read: ${asMetadata}`;
}

const tables = [
  { what: 'the table oauth_applications of Doorkeeper', columns: ['uid', 'secret', 'redirect_uri'] },
  { what: 'the table oauth_clients of Laravel Passport', columns: ['personal_access_client', 'password_client'] },
];
