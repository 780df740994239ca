import type { PkcePolicy } from '../../pkce/policy.ts';
import { ok, type Result, refuse } from '../../result.ts';
import { importedSecretHash } from '../client-secret.ts';
import type { Mistake } from '../registration.ts';
import { numbered } from './entries.ts';
import type { Entry, ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypes } from './grant-types.ts';
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
    isObject(value) ? translate(value, options) : refuse({ member: 'entry', problem: 'is not an object' }),
};

function entries(text: string): Result<Entry[], string> {
  const json = parseSettingsJson(text);
  if (!json.ok) return json;
  const clients = Array.isArray(json.value) ? json.value : findClients(json.value, 3);
  if (Array.isArray(clients)) return ok(numbered(clients));
  // A section with keys binds like a list.
  return isObject(clients) ? ok(numbered(Object.values(clients))) : refuse('has no section Clients');
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

function translate(entry: JsonObject, options: ReadingOptions): Result<ForeignClient, Mistake> {
  const members = membersOf(entry);
  const read = readClient(members, options);
  const [mistake] = members.mistakes;
  if (mistake) return refuse(mistake);
  if (!read.ok) return read;
  const unread = members.unread().filter((name) => !informative.has(plain(name)));
  const notes = unread.length > 0 ? [...read.value.notes, `comes without ${shown(unread)}`] : read.value.notes;
  return ok({ ...read.value, notes });
}

/** Members that describe a client without effect. */
const informative = new Set(['clienturi', 'logouri', 'description', 'protocoltype', 'properties']);

/** Requirements on a client that a registration in Pixy cannot impose. */
const demands = ['RequireDPoP', 'RequirePushedAuthorization', 'RequireRequestObject'];

function readClient(members: Members, options: ReadingOptions): Result<ForeignClient, Mistake> {
  const demanded = demands.find((name) => members.flag(name) === true);
  if (demanded) return refuse({ member: members.nameOf(demanded), problem: 'is true, and would be lost' });
  const flow = readFlow(members);
  if (!flow.ok) return flow;
  const grants = keepGrantTypes(flow.value.grants);
  if (!grants.ok) return refuse({ member: members.nameOf('AllowedGrantTypes', 'Flow'), problem: grants.refusal });
  const secrets = readSecrets(members, options);
  if (!secrets.ok) return secrets;

  const { grantTypes } = grants.value;
  const refreshes = members.flag('AllowOfflineAccess') === true;
  const isHybrid = flow.value.grants.includes('hybrid');
  return ok({
    metadata: {
      client_id: members.text('ClientId'),
      client_name: members.text('ClientName'),
      redirect_uris: members.list('RedirectUris'),
      post_logout_redirect_uris: members.list('PostLogoutRedirectUris'),
      token_endpoint_auth_method: secrets.value.method,
      grant_types: [...grantTypes, ...(refreshes ? ['refresh_token'] : [])],
      response_types: isHybrid ? ['code', 'code id_token'] : undefined,
      scope: [...(members.list('AllowedScopes') ?? []), ...(refreshes ? ['offline_access'] : [])].join(' '),
      first_party: members.flag('RequireConsent') === false ? true : undefined,
    },
    pkce: { policy: grantTypes.includes('authorization_code') ? flow.value.policy : 'inherit' },
    names,
    secretHashes: secrets.value.hashes,
    disabled: members.flag('Enabled') === false,
    notes: [...grants.value.notes, ...secrets.value.notes],
  });
}

const names = {
  client_id: 'ClientId',
  client_name: 'ClientName',
  client_secret: 'ClientSecrets',
  redirect_uris: 'RedirectUris',
  post_logout_redirect_uris: 'PostLogoutRedirectUris',
  token_endpoint_auth_method: 'RequireClientSecret',
  grant_types: 'AllowedGrantTypes',
  scope: 'AllowedScopes',
  pkce_policy: 'RequirePkce',
};

/** Defaults to `RequirePkce` true and `AllowPlainTextPkce` false. */
function readFlow(members: Members): Result<Flow, Mistake> {
  const required = members.flag('RequirePkce') ?? true;
  const plainAllowed = members.flag('AllowPlainTextPkce') ?? false;
  const grants = members.list('AllowedGrantTypes');
  const flow = members.text('Flow');
  if (grants) return ok({ grants, policy: required ? (plainAllowed ? 'any' : 'S256') : 'none' });
  if (flow === undefined) return refuse({ member: 'AllowedGrantTypes', problem: 'is missing' });
  const known = flows.get(plain(flow));
  return known ? ok(known) : refuse({ member: members.nameOf('Flow'), problem: 'is a flow that is not offered here' });
}

type Secrets = { method: string; hashes?: string[]; notes: string[] };

/** Reads the base64 of SHA-256 or SHA-512, as HashedSharedSecretValidator compares it. */
function readSecrets(members: Members, { authMethod }: ReadingOptions): Result<Secrets, Mistake> {
  const listed = members.any('ClientSecrets');
  const member = members.nameOf('ClientSecrets');
  const secrets = Array.isArray(listed) ? listed : isObject(listed) ? Object.values(listed) : [];
  if (members.flag('RequireClientSecret') === false) {
    const notes = secrets.length > 0 ? [`comes without its ${member}: it is public and sends none`] : [];
    return ok({ method: 'none', notes });
  }
  if (authMethod === 'none') return refuse({ member, problem: 'is required, and --auth-method none would drop it' });
  if (secrets.length === 0) {
    return refuse({ member, problem: 'is missing: give it one, or make it public with RequireClientSecret false' });
  }
  const hashes: string[] = [];
  for (const [index, secret] of secrets.entries()) {
    const read = readSecret(secret);
    if (!read.ok) return refuse({ member: `${member}.${index}${read.refusal.member}`, problem: read.refusal.problem });
    hashes.push(read.value);
  }
  return ok({ method: authMethod ?? 'client_secret_post', hashes, notes: [] });
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
