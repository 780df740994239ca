import type { PkcePolicy } from '../../pkce/policy.ts';
import { ok, type Result, refuse } from '../../result.ts';
import type { Mistake } from '../registration.ts';
import { jsonEntries } from './entries.ts';
import type { ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { isObject, type JsonObject } from './json.ts';
import { type Members, membersOf, shown, words } from './members.ts';
import { secretOf } from './secret.ts';

/**
 * Keycloak: reads a realm export, a client export, or a list of clients as the admin API returns it. Leaves out the clients that
 * every realm has for itself. A partial export masks the secrets, and is refused for it.
 */
export const keycloak: ForeignFormat = {
  entries: (text) => {
    const entries = jsonEntries(text, 'clients');
    return entries.ok ? ok(entries.value.filter(({ value }) => !isBuiltIn(value))) : entries;
  },
  translate: (value, options) =>
    isObject(value)
      ? (refuseOther(value) ?? ok(translate(value, options)))
      : refuse({ member: 'entry', problem: 'is not an object' }),
};

const builtIn = ['account', 'account-console', 'admin-cli', 'broker', 'realm-management', 'security-admin-console'];

const isBuiltIn = (value: unknown): boolean =>
  isObject(value) && typeof value['clientId'] === 'string' && builtIn.includes(value['clientId']);

/** Refuses what is no client of OpenID Connect. */
function refuseOther({ protocol = 'openid-connect', bearerOnly }: JsonObject): Result<never, Mistake> | undefined {
  if (protocol !== 'openid-connect') {
    return refuse({ member: 'protocol', problem: 'is not openid-connect: only clients of OpenID Connect can move in' });
  }
  if (bearerOnly !== true) return undefined;
  return refuse({ member: 'bearerOnly', problem: 'is true: it is an API, which pixy apis add registers' });
}

function translate(entry: JsonObject, options: ReadingOptions): ForeignClient {
  const members = membersOf(entry);
  const attributes = membersOf(isObject(entry['attributes']) ? entry['attributes'] : {});
  const grants = keepGrantTypesOf(members, flowsOf(members, attributes), 'standardFlowEnabled');
  const secret = readSecret(members, options);
  return {
    metadata: {
      client_id: members.text('clientId'),
      client_name: nameOf(members.text('name')),
      redirect_uris: absolute(members.list('redirectUris') ?? [], members.text('rootUrl')),
      post_logout_redirect_uris: logoutUris(members, attributes),
      backchannel_logout_uri: attributes.text('backchannel.logout.url'),
      backchannel_logout_session_required: attributes.text('backchannel.logout.url')
        ? (attributes.flag('backchannel.logout.session.required') ?? undefined)
        : undefined,
      id_token_signed_response_alg: attributes.text('id.token.signed.response.alg'),
      jwks_uri: attributes.text('jwks.url'),
      ...secret.metadata,
      grant_types: grants.grantTypes,
      scope: scopeOf(members, grants.grantTypes.includes('refresh_token')),
      first_party: members.flag('consentRequired') === true ? undefined : true,
    },
    pkce: { policy: grants.grantTypes.includes('authorization_code') ? policyOf(attributes) : 'inherit' },
    names,
    disabled: members.flag('enabled') === false,
    mistakes: [...members.mistakes, ...attributes.mistakes],
    notes: [...grants.notes, ...secret.notes],
  };
}

const names = {
  client_id: 'clientId', client_name: 'name', client_secret: 'secret', redirect_uris: 'redirectUris',
  token_endpoint_auth_method: 'clientAuthenticatorType', grant_types: 'standardFlowEnabled', jwks: 'attributes.jwks.string',
  jwks_uri: 'attributes.jwks.url', pkce_policy: 'attributes.pkce.code.challenge.method',
  post_logout_redirect_uris: 'attributes.post.logout.redirect.uris', backchannel_logout_uri: 'attributes.backchannel.logout.url',
  id_token_signed_response_alg: 'attributes.id.token.signed.response.alg', scope: 'defaultClientScopes',
}; // biome-ignore format: a table

/** A name like `${client_account}` is a key of the server's own translations. */
const nameOf = (name: string | undefined): string | undefined => (name?.startsWith('${') ? undefined : name);

/** With a method, Keycloak requires PKCE and exactly this method; without one, it only verifies what is sent. */
function policyOf(attributes: Members): PkcePolicy {
  const method = attributes.text('pkce.code.challenge.method') ?? '';
  if (method === '') return 'none';
  if (method === 'S256') return 'S256';
  if (method === 'plain') return 'any';
  return attributes.refuse('attributes.pkce.code.challenge.method', 'is not one of S256, plain', 'S256');
}

function flowsOf(members: Members, attributes: Members): string[] {
  const flows = {
    authorization_code: members.flag('standardFlowEnabled') ?? true,
    implicit: members.flag('implicitFlowEnabled'),
    password: members.flag('directAccessGrantsEnabled'),
    client_credentials: members.flag('serviceAccountsEnabled'),
    'urn:ietf:params:oauth:grant-type:device_code': attributes.flag('oauth2.device.authorization.grant.enabled'),
    'urn:openid:params:grant-type:ciba': attributes.flag('oidc.ciba.grant.enabled'),
  };
  const named = Object.entries(flows).flatMap(([name, isOn]) => (isOn ? [name] : []));
  const refreshes = attributes.flag('use.refresh.tokens') ?? true;
  return named.includes('authorization_code') && refreshes ? [...named, 'refresh_token'] : named;
}

function readSecret(members: Members, options: ReadingOptions): { metadata: JsonObject; notes: string[] } {
  const isPublic = members.flag('publicClient') === true;
  const type = members.text('clientAuthenticatorType') ?? 'client-secret';
  if (isPublic || type === 'client-secret') {
    return secretOf(members, ['secret'], isPublic ? 'none' : (options.authMethod ?? 'client_secret_basic'), isPublic);
  }
  if (type === 'client-jwt') return { metadata: { token_endpoint_auth_method: 'private_key_jwt' }, notes: [] };
  return members.refuse('clientAuthenticatorType', `is ${shown([type])}, which is not offered here`, {
    metadata: {},
    notes: [],
  });
}

/** Keycloak completes paths with the root URL. */
const absolute = (uris: readonly string[], root = ''): string[] =>
  uris.map((uri) => (uri.startsWith('/') && root !== '' ? `${root.replace(/\/$/, '')}${uri}` : uri));

/** Addresses separated by `##`, or a plus for the redirect URIs. */
function logoutUris(members: Members, attributes: Members): string[] | undefined {
  const text = attributes.text('post.logout.redirect.uris');
  if (text === undefined || text === '-') return undefined;
  return text.split('##').flatMap((uri) => (uri === '+' ? (members.list('redirectUris') ?? []) : [uri]));
}

function scopeOf(members: Members, refreshes: boolean): string {
  const listed = [...(members.list('defaultClientScopes') ?? []), ...(members.list('optionalClientScopes') ?? [])];
  const own = listed.filter(
    (name) =>
      !['web-origins', 'acr', 'basic', 'roles', 'microprofile-jwt', 'offline_access', 'service_account'].includes(name),
  );
  const offline = refreshes && listed.includes('offline_access') ? ['offline_access'] : [];
  return [...new Set(['openid', ...own.flatMap(words), ...offline])].join(' ');
}
