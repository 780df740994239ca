import type { PkcePolicy } from '../../pkce/policy.ts';
import { ok, type Result, refuse } from '../../result.ts';
import { importedSecretHash } from '../client-secret.ts';
import type { Mistake } from '../registration.ts';
import { numbered } from './entries.ts';
import type { Entry, ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { isObject, type JsonObject, parseSettingsJson } from './json.ts';
import { asksForSomething, type Members, membersOf, plain, shown } from './members.ts';
import { endOfSecret } from './rfc7591.ts';

/**
 * IdentityServer 4 and Duende IdentityServer: reads the `Clients` of an appsettings file with the names, defaults and leniency of
 * their configuration binding. Their secrets are hashes and stay hashes. Also understands IdentityServer 3's `Flow`.
 */
export const identityserver: ForeignFormat = {
  entries,
  translate: (value, options) =>
    isObject(value) ? ok(translate(value, options)) : refuse({ member: 'entry', problem: 'is not an object' }),
};

function entries(text: string): Result<Entry[], string> {
  const json = parseSettingsJson(text);
  if (!json.ok) return json;
  const clients = Array.isArray(json.value) ? json.value : findClients(json.value, 3);
  if (Array.isArray(clients)) return ok(numbered(clients));
  // A section with keys binds like a list.
  return isObject(clients) ? ok(Object.entries(clients).map(keyed)) : refuse('has no section Clients');
}

/** In the settings of the project templates, which have a Profile, the key is the id of the client. */
function keyed([key, value]: [string, unknown]): Entry {
  const isTemplate = isObject(value) && membersOf(value).any('Profile') !== undefined;
  return { label: `Clients:${shown([key])}`, value: isTemplate ? { ClientId: key, ...value } : value };
}

/** Finds the section, wherever the application keeps it. */
function findClients(json: unknown, depth: number): unknown {
  if (!isObject(json) || depth === 0) return undefined;
  const own = Object.keys(json).find((name) => plain(name) === 'clients');
  if (own !== undefined) return json[own];
  return Object.values(json).reduce((found, section) => found ?? findClients(section, depth - 1), undefined);
}

/** IdentityServer 3 has one flow per client, whose name includes PKCE. */
const flows: ReadonlyMap<string, Flow> = new Map([
  ['authorizationcode', { grants: ['authorization_code'], policy: 'none' }],
  ['authorizationcodewithproofkey', { grants: ['authorization_code'], policy: 'any' }],
  ['hybrid', { grants: ['hybrid'], policy: 'none' }],
  ['hybridwithproofkey', { grants: ['hybrid'], policy: 'any' }],
  ['clientcredentials', { grants: ['client_credentials'], policy: 'none' }],
]);
type Flow = { grants: readonly string[]; policy: PkcePolicy };

function translate(entry: JsonObject, options: ReadingOptions): ForeignClient {
  const members = membersOf(entry);
  const read = readClient(members, options);
  const unread = members.unread().filter((name) => !informative.has(plain(name)));
  const notes = unread.length > 0 ? [...read.notes, `comes without ${shown(unread)}`] : read.notes;
  return { ...read, notes, mistakes: members.mistakes };
}

/** Members that describe a client without effect. */
const informative = new Set([
  'clienturi',
  'logouri',
  'description',
  'protocoltype',
  'properties',
  'id',
  'created',
  'updated',
  'lastaccessed',
  'noneditable',
]);

function readClient(members: Members, options: ReadingOptions): ForeignClient {
  const profile = members.text('Profile');
  if (profile !== undefined && members.any('RedirectUris') === undefined) {
    members.refuse('RedirectUris', 'is missing: with a Profile the server makes it up, so write it out', undefined);
  }
  const flow = readFlow(members, profile);
  const { grantTypes, notes } = keepGrantTypesOf(members, flow.grants, 'AllowedGrantTypes', 'Flow');
  const secrets = readSecrets(members, options, profile !== undefined);
  const refreshes = members.flag('AllowOfflineAccess') === true;
  const refreshing = readRefreshing(members, secrets.method === 'none');
  const logoutUri = members.text('BackChannelLogoutUri');
  const withSession = members.flag('BackChannelLogoutSessionRequired');
  return {
    metadata: {
      client_id: members.text('ClientId'),
      client_name: members.text('ClientName'),
      redirect_uris: members.list('RedirectUris'),
      post_logout_redirect_uris: members.list('PostLogoutRedirectUris'),
      require_pushed_authorization_requests: members.flag('RequirePushedAuthorization') || undefined,
      backchannel_logout_uri: logoutUri,
      backchannel_logout_session_required: logoutUri === undefined ? undefined : (withSession ?? true),
      token_endpoint_auth_method: secrets.method,
      grant_types: [...grantTypes, ...(refreshes ? ['refresh_token'] : [])],
      response_types: flow.grants.includes('hybrid') ? ['code', 'code id_token'] : undefined,
      scope: [...(members.list('AllowedScopes') ?? []), ...(refreshes ? ['offline_access'] : [])].join(' '),
      dpop_bound_access_tokens: members.flag('RequireDPoP') || undefined,
      require_signed_request_object: members.flag('RequireRequestObject') || undefined,
      first_party: members.flag('RequireConsent') === false ? true : undefined,
      ...(refreshes && refreshing.metadata),
    },
    pkce: { policy: grantTypes.includes('authorization_code') ? flow.policy : 'inherit' },
    names,
    secretHashes: secrets.hashes,
    disabled: members.flag('Enabled') === false,
    notes: [...notes, ...secrets.notes, ...(refreshes ? refreshing.notes : [])],
  };
}

const names = {
  client_id: 'ClientId',
  client_name: 'ClientName',
  client_secret: 'ClientSecrets',
  redirect_uris: 'RedirectUris',
  post_logout_redirect_uris: 'PostLogoutRedirectUris',
  backchannel_logout_uri: 'BackChannelLogoutUri',
  backchannel_logout_session_required: 'BackChannelLogoutSessionRequired',
  refresh_token_lifetime: 'AbsoluteRefreshTokenLifetime',
  refresh_token_idle_lifetime: 'SlidingRefreshTokenLifetime',
  require_pushed_authorization_requests: 'RequirePushedAuthorization',
  rotate_refresh_tokens: 'RefreshTokenUsage',
  token_endpoint_auth_method: 'RequireClientSecret',
  grant_types: 'AllowedGrantTypes',
  scope: 'AllowedScopes',
  dpop_bound_access_tokens: 'RequireDPoP',
  require_signed_request_object: 'RequireRequestObject',
  pkce_policy: 'RequirePkce',
};

/** Defaults to `RequirePkce` true and `AllowPlainTextPkce` false. */
function readFlow(members: Members, profile: string | undefined): Flow {
  const required = members.flag('RequirePkce') ?? true;
  const plainAllowed = members.flag('AllowPlainTextPkce') ?? false;
  const policy = required ? (plainAllowed ? 'any' : 'S256') : 'none';
  const grants = members.list('AllowedGrantTypes') ?? (profile === undefined ? undefined : ['authorization_code']);
  const flow = members.text('Flow');
  if (grants) return { grants, policy };
  const instead: Flow = { grants: ['authorization_code'], policy };
  if (flow === undefined) return members.refuse('AllowedGrantTypes', 'is missing', instead);
  return (
    flows.get(plain(flow)) ?? members.refuse(members.nameOf('Flow'), 'is a flow that is not offered here', instead)
  );
}

/**
 * How long refresh tokens live (in seconds), and whether they are used once. Expiry is absolute unless it is said to be sliding; a
 * sliding one without an absolute end (0) has the server's.
 */
function readRefreshing(members: Members, isPublic: boolean): { metadata: JsonObject; notes: string[] } {
  const usage = members.any('RefreshTokenUsage');
  const isReused = usage === 0 || (typeof usage === 'string' && ['reuse', '0'].includes(plain(usage)));
  const expiry = members.any('RefreshTokenExpiration');
  const isSliding = expiry === 0 || (typeof expiry === 'string' && ['sliding', '0'].includes(plain(expiry)));
  const absolute = members.seconds('AbsoluteRefreshTokenLifetime');
  const sliding = members.seconds('SlidingRefreshTokenLifetime');
  return {
    metadata: {
      refresh_token_lifetime: absolute === 0 ? undefined : absolute,
      refresh_token_idle_lifetime: isSliding || expiry === undefined ? sliding : undefined,
      rotate_refresh_tokens: isReused && !isPublic ? false : undefined,
    },
    notes: isReused && isPublic ? ['gets a new refresh token at every use: it is public'] : [],
  };
}

type Secrets = { method: string; hashes?: string[]; notes: string[] };

/** Reads the base64 of SHA-256 or SHA-512, as HashedSharedSecretValidator compares it. The clients of templates are public. */
function readSecrets(members: Members, { authMethod }: ReadingOptions, isTemplate: boolean): Secrets {
  const listed = members.any('ClientSecrets');
  const member = members.nameOf('ClientSecrets');
  const secrets = Array.isArray(listed) ? listed : isObject(listed) ? Object.values(listed) : [];
  if (members.flag('RequireClientSecret') === false || (isTemplate && secrets.length === 0)) {
    const notes = secrets.length > 0 ? [`comes without its ${member}: it is public and sends none`] : [];
    return { method: 'none', notes };
  }
  const method = authMethod ?? 'client_secret_post';
  const instead: Secrets = { method, hashes: [], notes: [] };
  if (authMethod === 'none')
    return members.refuse(member, 'is required, and --auth-method none would drop it', instead);
  if (secrets.length === 0) {
    const problem = 'is missing: give it one, or make it public with RequireClientSecret false';
    return members.refuse(member, problem, instead);
  }
  const hashes = secrets.flatMap((secret, index) => {
    const read = readSecret(secret);
    if (read.ok) return [read.value];
    return members.refuse(`${member}.${index}${read.refusal.member}`, read.refusal.problem, []);
  });
  return { method, hashes, notes: [] };
}

function readSecret(secret: unknown): Result<string, Mistake> {
  if (!isObject(secret)) return refuse({ member: '', problem: 'is not an object with a Value' });
  const members = membersOf(secret);
  const type = members.text('Type') ?? 'SharedSecret';
  if (plain(type) !== 'sharedsecret') return refuse({ member: '.Type', problem: 'is not SharedSecret' });
  if (asksForSomething(members.any('Expiration'))) return refuse({ member: '.Expiration', problem: endOfSecret });
  const hash = importedSecretHash(members.text('Value') ?? '');
  if (hash !== undefined) return ok(hash);
  return refuse({ member: '.Value', problem: 'is not the base64 of a SHA-256 or SHA-512 digest' });
}
