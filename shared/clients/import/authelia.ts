import { createPublicKey, X509Certificate } from 'node:crypto';
import { isOpenidScope } from '../../oauth/scope.ts';
import { ok, refuse } from '../../result.ts';
import type { RegisteredClient } from '../registered-client.ts';
import { durationIn } from './duration.ts';
import { numbered } from './entries.ts';
import type { ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { hashedSecretOf, type ReadHashedSecret } from './hashed-secret.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import { type Members, membersOf, shown } from './members.ts';

/**
 * Authelia: reads `identity_providers.oidc.clients` of its configuration, with the names of version 4.38 or those before. Secrets are
 * digests, or `$plaintext$` and the secret. `enforce_pkce` says whom the server holds to PKCE besides those who say so themselves.
 */
export const authelia: ForeignFormat = {
  entries: (text) => {
    const json = parseJson(text);
    if (!json.ok) return json;
    const server = inside(inside(json.value, 'identity_providers'), 'oidc');
    const { clients } = server;
    if (!Array.isArray(clients)) return refuse('has no section identity_providers.oidc.clients');
    const settings = Object.fromEntries(Object.entries(server).filter(([name]) => settingsOfServer.includes(name)));
    const entries = numbered(clients);
    return ok(
      entries.map(({ label, value }) => ({
        label,
        value: isObject(value) ? { ...value, [ofServer]: settings } : value,
      })),
    );
  },
  translate: (value, options) =>
    isObject(value) ? ok(translate(value, options)) : refuse({ member: 'entry', problem: 'is not an object' }),
};

/** The member of an entry that has what the server's own settings say about its clients. */
const ofServer = 'pixy:server';
const settingsOfServer = [
  'enforce_pkce', 'enable_pkce_plain_challenge', 'require_pushed_authorization_requests', 'lifespans', 'claims_policies',
]; // biome-ignore format: a list of names

const inside = (value: unknown, name: string): JsonObject => {
  const member = isObject(value) ? value[name] : undefined;
  return isObject(member) ? member : {};
};

function translate(entry: JsonObject, options: ReadingOptions): ForeignClient {
  const { [ofServer]: said, ...own } = entry;
  const members = membersOf(Object.fromEntries(Object.entries(own).filter(([, value]) => value !== 'none')));
  const server = membersOf(isObject(said) ? said : {});
  const isPublic = members.flag('public') === true || own['token_endpoint_auth_method'] === 'none';
  const named = members.list('scopes');
  const usual = ['authorization_code', ...(named?.includes('offline_access') ? ['refresh_token'] : [])];
  const grants = keepGrantTypesOf(members, members.list('grant_types') ?? usual, 'grant_types');
  const isForPeople = grants.grantTypes.some((type) => type !== 'client_credentials');
  const scopes = named ?? (isForPeople ? ['openid', 'groups', 'profile', 'email'] : []);
  const secret = readSecret(members, options, isPublic);
  const described = {
    client_id: members.text('client_id', 'id'),
    client_name: members.text('client_name', 'description'),
    redirect_uris: members.list('redirect_uris') ?? [],
    response_types: members.list('response_types'),
    scope: scopes.join(' '),
    jwks_uri: members.text('jwks_uri'),
    jwks: keysOf(members),
    id_token_signed_response_alg: members.text('id_token_signed_response_alg'),
    introspection_signed_response_alg: members.text('introspection_signed_response_alg'),
    authorization_signed_response_alg: members.text('authorization_signed_response_alg'),
    request_object_signing_alg: members.text('request_object_signing_alg'),
    require_pushed_authorization_requests:
      members.flag('require_pushed_authorization_requests') ?? server.flag('require_pushed_authorization_requests'),
    ...pairwise(members),
  };
  const policy = members.text('authorization_policy') ?? (isForPeople ? 'two_factor' : 'one_factor');
  const lifetime = members.text('lifespan');
  const refreshing = refreshLifetime(inside(said, 'lifespans'), lifetime);
  const hasCode = grants.grantTypes.includes('authorization_code');
  const pkce = policyOf(members, server, isPublic);
  return {
    metadata: {
      ...described,
      ...secret.metadata,
      grant_types: grants.grantTypes,
      first_party: members.text('consent_mode') === 'implicit' ? true : undefined,
      ...(grants.grantTypes.includes('refresh_token') && { refresh_token_idle_lifetime: refreshing }),
    },
    pkce: { policy: hasCode ? pkce : 'inherit' },
    names: {
      client_id: members.nameOf('client_id', 'id'),
      client_name: members.nameOf('client_name', 'description'),
      client_secret: members.nameOf('client_secret', 'secret'),
      scope: 'scopes',
      sector_identifier_uri: members.nameOf('sector_identifier_uri', 'sector_identifier'),
      refresh_token_idle_lifetime: 'lifespan',
      pkce_policy: 'require_pkce',
    },
    secretHashes: secret.hashes,
    disabled: policy === 'deny',
    mistakes: [...members.mistakes, ...server.mistakes],
    notes: [
      ...grants.notes,
      ...secret.notes,
      ...leftBehind(members, policy),
      ...(lifetime !== undefined && refreshing === undefined ? ['comes without lifespan'] : []),
      ...describedScopes(scopes),
    ],
  };
}

/** Without a prefix, or after `$plaintext$`, the text is the secret itself; after another one, a digest of it. */
function readSecret(members: Members, options: ReadingOptions, isPublic: boolean): ReadHashedSecret {
  const method = members.text('token_endpoint_auth_method') ?? options.authMethod ?? 'client_secret_basic';
  const name = members.nameOf('client_secret', 'secret');
  const text = members.text('client_secret', 'secret') ?? '';
  if (isPublic) return hashedSecretOf(members, name, 'none', false);
  if (method === 'private_key_jwt') return { metadata: { token_endpoint_auth_method: method }, notes: [] };
  if (text.startsWith('$plaintext$')) {
    return hashedSecretOf(membersOf({ [name]: text.slice('$plaintext$'.length) }), name, method, false);
  }
  return hashedSecretOf(members, name, method, text.startsWith('$') && !text.startsWith('${'));
}

/** S256 unless the server takes plain challenges and nothing names a method. */
function policyOf(members: Members, server: Members, isPublic: boolean): RegisteredClient['pkce']['policy'] {
  const method = members.text('pkce_challenge_method') ?? '';
  const isRequired = members.flag('require_pkce') ?? false;
  const enforced = server.text('enforce_pkce') ?? 'public_clients_only';
  const isHeld = enforced === 'always' || (isPublic && enforced !== 'never');
  const isPlainTaken = server.flag('enable_pkce_plain_challenge') ?? false;
  if (method === '' && !isRequired && !isHeld) return 'none';
  if (method === 'plain') return isPlainTaken ? 'any' : 'S256';
  return method === '' && isPlainTaken ? 'any' : 'S256';
}

/** With a sector, the server knows people by another identifier for each; older versions have the host of it alone. */
function pairwise(members: Members): JsonObject {
  const sector = members.text('sector_identifier_uri', 'sector_identifier');
  if (sector === undefined) return {};
  return { subject_type: 'pairwise', sector_identifier_uri: sector.includes('://') ? sector : undefined };
}

/** Keys are PEM there, alone or in a certificate. */
function keysOf(members: Members): JsonObject | undefined {
  const keys = members.any('jwks');
  if (!Array.isArray(keys)) return undefined;
  try {
    return { keys: keys.map(keyOf) };
  } catch {
    return members.refuse('jwks', 'has a key that is not PEM', { keys: [{ kty: 'EC' }] });
  }
}

function keyOf(given: unknown): JsonObject {
  const key = membersOf(isObject(given) ? given : {});
  const pem = key.text('key');
  const chain = key.text('certificate_chain') ?? '';
  const jwk = (pem === undefined ? new X509Certificate(chain).publicKey : createPublicKey(pem)).export({
    format: 'jwk',
  });
  const described = { kid: key.text('key_id'), use: key.text('use'), alg: key.text('algorithm') };
  return { ...jwk, ...Object.fromEntries(Object.entries(described).filter(([, value]) => value !== undefined)) };
}

/** Seconds. The server gives a new lifetime to each refresh token, so it is how long one may lie idle. */
function refreshLifetime(lifespans: JsonObject, name = ''): number | undefined {
  const { refresh_token: own, grants } = inside(inside(lifespans, 'custom'), name);
  const ofGrant = inside(grants, 'authorize_code')['refresh_token'];
  return durationIn(ofGrant ?? own ?? lifespans['refresh_token']);
}

/** What the server does, or asks of people, that has no counterpart. Its clients need two factors unless they say otherwise. */
function leftBehind(members: Members, policy: string): string[] {
  const isUsual = policy === 'one_factor' || policy === 'two_factor' || policy === 'deny';
  const left = [
    ...(isUsual ? [] : ['authorization_policy']),
    ...members.unread().filter((name) => !withoutEffect.test(name)),
  ];
  return [
    ...(policy === 'two_factor' ? ['needed two factors: have it ask for them with acr_values=2fa'] : []),
    ...(left.length > 0 ? [`comes without ${shown(left)}`] : []),
  ];
}

/** How the server remembers a consent, what Pixy has for everybody, and endpoints that a client uses as the token endpoint. */
const withoutEffect =
  /^(?:pre_configured_consent_duration|requested_audience_mode|response_modes|allow_multiple_auth_methods|access_token_signed_response_alg|.+_key_id|.+_endpoint_auth_(?:method|signing_alg))$/;

function describedScopes(scopes: readonly string[]): string[] {
  const own = scopes.filter((value) => !isOpenidScope(value));
  return own.length > 0 ? [`may ask for ${shown(own)}: add the claims with pixy scopes`] : [];
}
