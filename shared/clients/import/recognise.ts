import { csvEntries, looksLikeJson } from './entries.ts';
import { isObject, type JsonObject, parseSettingsJson } from './json.ts';
import { plain } from './members.ts';

/*
 * Recognises by its shape which system a file comes from, so that somebody who names the wrong format is told the right one. Only
 * shapes that no other system has are here.
 */

export type Recognised = { what: string; format: string };

type Shape = Recognised & { has: (file: JsonObject, entry: JsonObject) => boolean };

const all = (object: JsonObject, ...names: string[]): boolean => names.every((name) => name in object);
const some = (object: JsonObject, ...names: string[]): boolean => names.some((name) => name in object);

const isRealm = (object: JsonObject): boolean =>
  'realm' in object && some(object, 'clients', 'clientScopes', 'users', 'defaultRoles', 'roles');

const shapes: readonly Shape[] = [
  {
    what: 'a Keycloak realm export',
    format: 'keycloak',
    has: (file, entry) => isRealm(file) || isRealm(entry),
  },
  {
    what: 'a Keycloak client export',
    format: 'keycloak',
    has: (_, entry) => all(entry, 'clientId', 'publicClient') || all(entry, 'clientId', 'standardFlowEnabled'),
  },
  {
    what: 'an export of FusionAuth applications',
    format: 'fusionauth',
    has: (file, entry) =>
      'oauthConfiguration' in entry || (isObject(file['variables']) && Array.isArray(file['requests'])),
  },
  {
    what: 'a list of Okta apps',
    format: 'okta',
    has: (_, entry) => 'signOnMode' in entry || (isObject(entry['settings']) && 'oauthClient' in entry['settings']),
  },
  {
    what: 'an app client of Cognito',
    format: 'cognito',
    has: (file, entry) =>
      some(file, 'UserPoolClient', 'UserPoolClients') ||
      'UserPoolClient' in entry ||
      all(entry, 'ClientId', 'UserPoolId'),
  },
  {
    what: 'an export of Auth0 clients',
    format: 'auth0',
    has: (_, entry) => some(entry, 'app_type', 'oidc_conformant', 'callbacks', 'is_first_party', 'jwt_configuration'),
  },
  {
    what: 'a list of Ory Hydra clients',
    format: 'hydra',
    has: (_, entry) =>
      some(entry, 'skip_consent', 'authorization_code_grant_access_token_lifespan', 'skip_logout_consent'),
  },
  {
    what: 'the configuration of Dex',
    format: 'dex',
    has: (file, entry) => 'staticClients' in file || all(entry, 'redirectURIs') || entry['kind'] === 'OAuth2Client',
  },
  {
    what: 'the table of Spring Authorization Server',
    format: 'spring',
    has: (_, entry) => has(entry, 'clientauthenticationmethods') && has(entry, 'clientsettings'),
  },
  {
    what: 'a dump of Django',
    format: 'django',
    has: (_, entry) => all(entry, 'model', 'fields'),
  },
  {
    what: 'the configuration of Authelia',
    format: 'authelia',
    has: (file) => isObject(file['identity_providers']) && 'oidc' in file['identity_providers'],
  },
  {
    what: 'a blueprint of authentik',
    format: 'authentik',
    has: (file, entry) => Array.isArray(file['entries']) && all(entry, 'model', 'identifiers'),
  },
  {
    what: 'a list of providers of authentik',
    format: 'authentik',
    has: (_, entry) => all(entry, 'client_id', 'authorization_flow') && some(entry, 'sub_mode', 'property_mappings'),
  },
  {
    what: 'a service of CAS',
    format: 'cas',
    has: (_, entry) => all(entry, '@class', 'serviceId'),
  },
  {
    what: 'the settings of an MCP client',
    format: 'mcp',
    has: (file) => 'mcpServers' in file || (isObject(file['mcp']) && 'servers' in file['mcp']),
  },
  {
    what: 'a webMethods export',
    format: 'webmethods',
    has: (file, entry) => some(file, 'strategies') || some(entry, 'authServerAlias', 'dcrConfig', 'clientRegistration'),
  },
  {
    what: 'IdentityServer configuration',
    format: 'identityserver',
    has: (file, entry) =>
      isObject(file['IdentityServer']) ||
      ['allowedgranttypes', 'clientsecrets', 'requirepkce'].some((name) => has(entry, name)),
  },
];

const has = (entry: JsonObject, name: string): boolean => Object.keys(entry).some((member) => plain(member) === name);

/** Says what a file is, or undefined when it may be of any system. */
export function recognise(text: string): Recognised | undefined {
  if (!looksLikeJson(text)) return recogniseOther(text);
  const json = parseSettingsJson(text);
  if (!json.ok) return undefined;
  const file = isObject(json.value) ? json.value : {};
  const lists = Array.isArray(json.value) ? [json.value] : Object.values(file).filter(Array.isArray);
  const entry = lists.map(([first]) => first as unknown).find(isObject) ?? file;
  const found = shapes.find((shape) => shape.has(file, entry) || shape.has(file, file));
  return found && { what: found.what, format: found.format };
}

function recogniseOther(text: string): Recognised | undefined {
  const table = csvEntries(text);
  const [first] = table.ok ? table.value : [];
  const row = first && isObject(first.value) ? first.value : {};
  const found = shapes.find(({ format, has }) => format === 'spring' && has({}, row));
  if (found) return { what: found.what, format: found.format };
  return all(row, 'client_id', 'redirect_uri') ? { what: 'a table of WP OAuth Server', format: 'wpoauth' } : undefined;
}
