import { ok, refuse } from '../../result.ts';
import { isoDurationIn } from './duration.ts';
import { csvEntries, jsonEntries, looksLikeJson } from './entries.ts';
import type { ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { hashedSecretOf, type ReadHashedSecret } from './hashed-secret.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import { unreadOf } from './left-behind.ts';
import { type Members, membersOf, shown } from './members.ts';
import { endOfSecret } from './rfc7591.ts';

/**
 * Spring Authorization Server: reads rows of its table `oauth2_registered_client`, as CSV or JSON. Their secrets are hashes with the
 * name of an encoder in front, their settings JSON with the names of Java classes.
 */
export const spring: ForeignFormat = {
  entries: (text) => (looksLikeJson(text) ? jsonEntries(text, 'oauth2_registered_client') : csvEntries(text)),
  translate: (value, options) =>
    isObject(value) ? ok(translate(value, options)) : refuse({ member: 'entry', problem: 'is not an object' }),
};

function translate(row: JsonObject, options: ReadingOptions): ForeignClient {
  const members = membersOf(row);
  const client = settingsIn(members, 'client_settings', 'settings.client.');
  const token = settingsIn(members, 'token_settings', 'settings.token.');
  const grants = keepGrantTypesOf(members, listOf(members, 'authorization_grant_types'), 'authorization_grant_types');
  const secret = readSecret(members, options);
  const isPublic = secret.metadata['token_endpoint_auth_method'] === 'none';
  const hasCode = grants.grantTypes.includes('authorization_code');
  if (members.any('client_secret_expires_at') !== undefined) {
    members.refuse('client_secret_expires_at', endOfSecret, undefined);
  }
  return {
    metadata: {
      client_id: members.text('client_id'),
      client_name: members.text('client_name'),
      redirect_uris: urisIn(members.text('redirect_uris')),
      post_logout_redirect_uris: urisIn(members.text('post_logout_redirect_uris')),
      id_token_signed_response_alg: token.text('id-token-signature-algorithm'),
      jwks_uri: client.text('jwk-set-url'),
      ...secret.metadata,
      grant_types: grants.grantTypes,
      scope: listOf(members, 'scopes').join(' '),
      first_party: client.flag('require-authorization-consent') === true ? undefined : true,
      ...(grants.grantTypes.includes('refresh_token') && readRefreshing(token, isPublic)),
    },
    // A public client has to send a verifier there, whatever its setting says.
    pkce: { policy: !hasCode ? 'inherit' : isPublic || client.flag('require-proof-key') === true ? 'S256' : 'none' },
    names,
    secretHashes: secret.hashes,
    mistakes: [...members.mistakes, ...client.mistakes, ...token.mistakes],
    notes: [...grants.notes, ...secret.notes, ...leftBehind(token), ...unread(client, token)],
  };
}

const names = {
  grant_types: 'authorization_grant_types', token_endpoint_auth_method: 'client_authentication_methods', scope: 'scopes',
  jwks_uri: 'client_settings.jwk-set-url', jwks: 'client_settings.jwk-set-url', pkce_policy: 'client_settings.require-proof-key',
  id_token_signed_response_alg: 'token_settings.id-token-signature-algorithm',
  refresh_token_lifetime: 'token_settings.refresh-token-time-to-live',
  refresh_token_idle_lifetime: 'token_settings.refresh-token-time-to-live',
}; // biome-ignore format: a table

const listOf = (members: Members, name: string): string[] =>
  (members.text(name) ?? '').split(',').filter((item) => item !== '');

/** The server joins them with commas, and a URI may have one itself: where it goes on, no scheme begins. */
const urisIn = (text = ''): string[] => text.split(/,(?=[a-z][a-z0-9+.-]*:)/i).filter((uri) => uri !== '');

/** Reads a column of settings, which is JSON in a text, without the prefix of their names. */
function settingsIn(members: Members, name: string, prefix: string): Members {
  const column = members.any(name);
  const json = typeof column === 'string' ? parseJson(column) : ok(column ?? {});
  if (!json.ok || !isObject(json.value)) {
    const problem = json.ok ? 'is not a JSON object' : json.refusal;
    return members.refuse(name, problem, membersOf({}));
  }
  const settings = Object.entries(json.value).map(([key, value]) => [key.replace(prefix, ''), plainValue(value)]);
  return membersOf(Object.fromEntries(settings));
}

/** Values of a class stand beside its name: `["java.time.Duration", "PT5M"]`, `{ "@class": "…", "value": "reference" }`. */
function plainValue(value: unknown): unknown {
  if (isObject(value) && '@class' in value) return value['value'];
  return Array.isArray(value) && value.length === 2 ? value[1] : value;
}

/** A refresh token that is reused keeps its end; a new one has a new end, so its lifetime is how long it may lie idle. */
function readRefreshing(token: Members, isPublic: boolean): JsonObject {
  const lifetime = isoDurationIn(token.any('refresh-token-time-to-live'));
  const isReused = token.flag('reuse-refresh-tokens') ?? true;
  if (!isReused) return { refresh_token_idle_lifetime: lifetime };
  return { refresh_token_lifetime: lifetime, rotate_refresh_tokens: isPublic ? undefined : false };
}

/** A client can have several methods there, and has one here: Basic and the form are the same to it. */
function readSecret(members: Members, options: ReadingOptions): ReadHashedSecret {
  const name = 'client_authentication_methods';
  const methods = listOf(members, name);
  const offered = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'];
  const method = offered.find((candidate) => methods.includes(candidate));
  const others = methods.filter((other) => other !== method && !(isByText(other) && isByText(method)));
  const notes = others.length > 0 ? [`comes without the authentication ${shown(others)}`] : [];
  if (method === undefined) {
    const problem = methods.length > 0 ? `is ${shown(methods)}, which is not offered here` : 'is missing';
    return members.refuse(name, problem, { metadata: {}, hashes: [], notes: [] });
  }
  if (method === 'private_key_jwt') return { metadata: { token_endpoint_auth_method: method }, notes };
  const read = secretIn(members, isByText(method) ? (options.authMethod ?? method) : method);
  return { ...read, notes: [...read.notes, ...notes] };
}

const isByText = (method: string | undefined): boolean =>
  method === 'client_secret_basic' || method === 'client_secret_post';

/** `{noop}` is followed by the secret itself; after another encoder's name comes a hash. */
function secretIn(members: Members, method: string): ReadHashedSecret {
  const text = members.text('client_secret') ?? '';
  const name = 'client_secret';
  if (!text.startsWith('{noop}')) {
    return hashedSecretOf(members, name, method, /^\{[\w@.-]+\}/.test(text) ? true : undefined);
  }
  const clear = membersOf({ client_secret: text.slice('{noop}'.length) });
  return hashedSecretOf(clear, name, method, false);
}

function leftBehind(token: Members): string[] {
  const format = token.text('access-token-format') ?? 'self-contained';
  const lifetime = isoDurationIn(token.any('access-token-time-to-live')) ?? usualLifetime;
  const left = [
    ...(format === 'self-contained' ? [] : ['access-token-format']),
    ...(lifetime === usualLifetime ? [] : ['access-token-time-to-live']),
    ...(token.flag('x509-certificate-bound-access-tokens') === true ? ['x509-certificate-bound-access-tokens'] : []),
  ];
  return left.length > 0 ? [`comes without ${shown(left)}`] : [];
}

/** Five minutes, which a client has there unless somebody sets another. */
const usualLifetime = 300;

/** Settings that an application has added, and those of later versions. */
function unread(client: Members, token: Members): string[] {
  const left = [
    ...unreadOf(client, /^(?:@class|require-proof-key|token-endpoint-authentication-signing-algorithm)$/),
    ...unreadOf(
      token,
      /^(?:@class|reuse-refresh-tokens|(?:refresh-token|authorization-code|device-code)-time-to-live)$/,
    ),
  ];
  return left.length > 0 ? [`comes without ${shown(left)}`] : [];
}
