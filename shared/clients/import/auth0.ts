import { ok, refuse } from '../../result.ts';
import type { RegisteredClient } from '../registered-client.ts';
import { jsonEntries } from './entries.ts';
import type { ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { isObject, type JsonObject } from './json.ts';
import { hasOtherOrigin, unreadOf } from './left-behind.ts';
import { type Members, membersOf, shown } from './members.ts';
import { secretOf } from './secret.ts';

/**
 * Auth0: reads the clients of its Management API or of the deploy CLI (one, a list, or the `clients` of a tenant as JSON). It has
 * no PKCE requirement for clients with a secret, unless `require_proof_key` says so; the others always use it.
 */
export const auth0: ForeignFormat = {
  entries: (text) => {
    const entries = jsonEntries(text, 'clients');
    return entries.ok ? ok(entries.value.filter(({ value }) => !isGlobal(value))) : entries;
  },
  translate: (value, options) =>
    isObject(value) ? ok(translate(value, options)) : refuse({ member: 'entry', problem: 'is not an object' }),
};

/** Every tenant has this client for itself. */
const isGlobal = (value: unknown): boolean => isObject(value) && value['global'] === true;

function translate(entry: JsonObject, options: ReadingOptions): ForeignClient {
  const members = membersOf(entry);
  const type = members.text('app_type') ?? 'regular_web';
  const isInBrowser = type === 'spa' || type === 'native';
  const method = methodOf(members, entry) ?? (isInBrowser ? 'none' : undefined);
  const isPublic = method === 'none';
  const grants = keepGrantTypesOf(members, readGrantTypes(members, type), 'grant_types');
  const secret =
    method === 'private_key_jwt'
      ? { metadata: { token_endpoint_auth_method: method }, notes: [] }
      : secretOf(members, ['client_secret'], method ?? options.authMethod ?? 'client_secret_post', isPublic);
  const refreshing = readRefreshing(members, isPublic);
  const clientId = members.text('client_id');
  if (clientId === undefined) members.refuse('client_id', withoutId, undefined);
  return {
    metadata: {
      client_id: clientId,
      client_name: members.text('name'),
      redirect_uris: members.list('callbacks') ?? [],
      post_logout_redirect_uris: members.list('allowed_logout_urls'),
      backchannel_logout_uri: firstOf(backchannelUris(entry)),
      id_token_signed_response_alg: membersIn(entry, 'jwt_configuration').text('alg'),
      jwks_uri: members.text('jwks_uri'),
      jwks: members.any('jwks'),
      require_pushed_authorization_requests: members.flag('require_pushed_authorization_requests'),
      dpop_bound_access_tokens: members.flag('require_proof_of_possession'),
      require_signed_request_object: membersIn(entry, 'signed_request_object').flag('required'),
      ...secret.metadata,
      grant_types: grants.grantTypes,
      scope: undefined,
      first_party: members.flag('is_first_party') === true ? true : undefined,
      ...(grants.grantTypes.includes('refresh_token') && refreshing),
    },
    pkce: { policy: grants.grantTypes.includes('authorization_code') ? policyOf(members, isPublic) : 'inherit' },
    isHeld: isPublic,
    names,
    mistakes: members.mistakes,
    notes: [...grants.notes, ...secret.notes, ...demandsLeft(members, entry)],
  };
}

const leftIn = (entry: JsonObject, name: string, known: RegExp): string[] =>
  unreadOf(membersIn(entry, name), known).map((inner) => `${name}.${inner}`);

/** Ten hours, which an ID token has there unless somebody sets another. */
const usualLifetime = 36_000;

/** Members about the record and the pages, what is read elsewhere, and what Pixy has for everybody. */
const withoutEffect =
  /^(?:tenant|description|logo_uri|global|owners|oidc_conformant|sso|sso_disabled|cross_origin_auth(?:entication)?|cross_origin_loc|custom_login_page(?:_on|_preview)?|form_template|signing_keys|client_aliases|is_token_endpoint_ip_header_trusted|jwt_configuration|oidc_logout|oidc_backchannel_logout|client_authentication_methods|signed_request_object|third_party_security_mode|redirection_policy|require_proof_key|require_pkce)$/;

/** The deploy CLI tells clients apart by their names. */
const withoutId =
  'is missing or not a text: where the deploy CLI left it out, read the clients from the Management API (GET /api/v2/clients)';

/** Beside the methods with a secret there are others, whose keys the server knows by an id: the file needs the keys themselves. */
function methodOf(members: Members, entry: JsonObject): string | undefined {
  const others = Object.keys(
    isObject(entry['client_authentication_methods']) ? entry['client_authentication_methods'] : {},
  );
  const [other] = others;
  if (other === undefined) return members.text('token_endpoint_auth_method');
  if (others.includes('private_key_jwt')) return 'private_key_jwt';
  return members.refuse('client_authentication_methods', `has ${shown(others)}, which is not offered here`, undefined);
}

/** What the server asks of the client or of its people by other settings. */
function demandsLeft(members: Members, entry: JsonObject): string[] {
  const usual = { compliance_level: 'none', organization_usage: 'deny', organization_require_behavior: 'no_prompt' };
  const demands = Object.entries(usual).flatMap(([name, value]) =>
    (members.text(name) ?? value) === value ? [] : [name],
  );
  const origins = ['web_origins', 'allowed_origins'].filter((name) =>
    hasOtherOrigin(members.list(name) ?? [], members.list('callbacks') ?? []),
  );
  const lifetime = membersIn(entry, 'jwt_configuration').seconds('lifetime_in_seconds') ?? usualLifetime;
  const left = [
    ...demands,
    ...origins,
    ...(lifetime === usualLifetime ? [] : ['jwt_configuration.lifetime_in_seconds']),
    ...leftIn(entry, 'oidc_logout', /^backchannel_logout_(?:urls|initiators)$/),
    ...(backchannelUris(entry).length > 1 ? ['oidc_logout.backchannel_logout_urls but the first'] : []),
    ...leftIn(
      entry,
      'refresh_token',
      /^(?:expiration_type|rotation_type|leeway|(?:infinite_)?(?:idle_)?token_lifetime)$/,
    ),
    ...unreadOf(members, withoutEffect),
  ];
  return left.length > 0 ? [`comes without ${shown(left)}`] : [];
}

function policyOf(members: Members, isPublic: boolean): RegisteredClient['pkce']['policy'] {
  const isRequired = members.flag('require_proof_key') ?? members.flag('require_pkce');
  if (isRequired !== undefined) return isRequired ? 'S256' : 'none';
  return isPublic ? 'inherit' : 'none';
}

const names = {
  client_name: 'name', redirect_uris: 'callbacks', post_logout_redirect_uris: 'allowed_logout_urls',
  backchannel_logout_uri: 'oidc_logout.backchannel_logout_urls', id_token_signed_response_alg: 'jwt_configuration.alg',
  refresh_token_lifetime: 'refresh_token.token_lifetime', refresh_token_idle_lifetime: 'refresh_token.idle_token_lifetime',
  refresh_token_grace: 'refresh_token.leeway', pkce_policy: 'require_proof_key',
  dpop_bound_access_tokens: 'require_proof_of_possession', require_signed_request_object: 'signed_request_object.required',
}; // biome-ignore format: a table

const membersIn = (entry: JsonObject, name: string): Members => membersOf(isObject(entry[name]) ? entry[name] : {});

/** Tenants of before 2024 have another name for the same. */
const backchannelUris = (entry: JsonObject): string[] =>
  ['oidc_logout', 'oidc_backchannel_logout']
    .flatMap((name) => membersIn(entry, name).list('backchannel_logout_urls') ?? [])
    .filter((uri) => uri !== '');

const firstOf = (list: readonly string[]): string | undefined => list[0];

/** Without a list, the type of the application decides. */
function readGrantTypes(members: Members, type: string): string[] {
  const listed = members.list('grant_types');
  if (listed) return listed;
  return type === 'non_interactive' ? ['client_credentials'] : ['authorization_code', 'refresh_token'];
}

/** Lifetimes in seconds, and whether every refresh returns a new token. */
function readRefreshing(members: Members, isPublic: boolean): JsonObject {
  const value = members.any('refresh_token');
  const refreshing = membersOf(isObject(value) ? value : {});
  const isEndless = refreshing.flag('infinite_token_lifetime') === true;
  const isNeverIdle = refreshing.flag('infinite_idle_token_lifetime') === true;
  const isKept = refreshing.text('rotation_type') === 'non-rotating';
  return {
    refresh_token_lifetime: isEndless ? undefined : refreshing.seconds('token_lifetime'),
    refresh_token_idle_lifetime: isNeverIdle ? undefined : refreshing.seconds('idle_token_lifetime'),
    refresh_token_grace: refreshing.seconds('leeway') || undefined,
    rotate_refresh_tokens: isKept && !isPublic ? false : undefined,
  };
}
