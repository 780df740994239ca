import { isOpenidScope } from '../../oauth/scope.ts';
import { deviceCodeGrant } from '../../oauth/server-metadata.ts';
import { ok, type Result, refuse } from '../../result.ts';
import type { RegisteredClient } from '../registered-client.ts';
import type { Mistake } from '../registration.ts';
import { numbered } from './entries.ts';
import type { Entry, ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import { keycloakKeys } from './keycloak-keys.ts';
import { ofRealm, type RealmSays, readRealm, realmOf } from './keycloak-realm.ts';
import { hasOtherOrigin, unreadOf } from './left-behind.ts';
import { type Members, membersOf, shown, words } from './members.ts';
import { secretOf } from './secret.ts';

/**
 * Keycloak: reads a realm export, a client export, or a list of clients as the admin API returns it. Leaves out the clients that
 * every realm has for itself. A partial export masks the secrets, and is refused for it.
 */
export const keycloak: ForeignFormat = {
  entries: (text) => {
    const json = parseJson(text);
    const clients = json.ok ? clientsIn(json.value) : json;
    return clients.ok ? ok(clients.value.filter(({ value }) => !isBuiltIn(value)).map(asOfRealm(json))) : clients;
  },
  translate: (value, options) =>
    isObject(value)
      ? (refuseOther(value) ?? ok(translate(value, options)))
      : refuse({ member: 'entry', problem: 'is not an object' }),
};

/** Without a realm on its command line, the export has all of them in a list, always with that of the server itself. */
function clientsIn(json: unknown): Result<Entry[], string> {
  const list = Array.isArray(json) ? json : [json];
  const realms = list.filter((item): item is JsonObject => isObject(item) && 'realm' in item);
  const [realm] = realms;
  if (realm === undefined) return list.every(isObject) ? ok(numbered(list)) : refuse('has no list of clients');
  if (realms.length > 1) {
    const names = shown(realms.map(({ realm: name }) => String(name)));
    return refuse(`has the realms ${names}: write one of them, with kc.sh export --realm`);
  }
  if (Array.isArray(realm['clients'])) return ok(numbered(realm['clients']));
  const isOfPeople = Array.isArray(realm['users']);
  return refuse(isOfPeople ? 'has the users of a realm: pixy accounts import reads them' : 'has no list of clients');
}

/** Puts what the realm says about its clients into each of them. */
function asOfRealm(json: Result<unknown, string>): (entry: Entry) => Entry {
  const list = json.ok && Array.isArray(json.value) ? json.value : [json.ok ? json.value : undefined];
  const realm = list.find((item): item is JsonObject => isObject(item) && 'realm' in item);
  const said = realm && readRealm(realm);
  return (entry) => (isObject(entry.value) && said ? { ...entry, value: { ...entry.value, [ofRealm]: said } } : entry);
}

const builtIn = ['account', 'account-console', 'admin-cli', 'broker', 'realm-management', 'security-admin-console'];

/** In the realm `master`, every other realm has a client of its own. */
const isOfAnotherRealm = ({ clientId, bearerOnly, name }: JsonObject): boolean =>
  bearerOnly === true && String(clientId).endsWith('-realm') && String(name).endsWith(' Realm');

const isBuiltIn = (value: unknown): boolean =>
  isObject(value) && (builtIn.includes(String(value['clientId'])) || isOfAnotherRealm(value));

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
  const attributes = membersOf(asked(entry['attributes']));
  const grants = keepGrantTypesOf(members, flowsOf(members, attributes), 'standardFlowEnabled');
  const secret = readSecret(members, options);
  const mappers = readMappers(entry);
  const realm = realmOf(entry);
  const refreshes = grants.grantTypes.includes('refresh_token');
  const metadata = {
    client_id: members.text('clientId'),
    client_name: nameOf(members.text('name')),
    policy_uri: attributes.text('policyUri'),
    tos_uri: attributes.text('tosUri'),
    redirect_uris: absolute(members.list('redirectUris') ?? [], members.text('rootUrl')),
    post_logout_redirect_uris: logoutUris(members, attributes),
    backchannel_logout_uri: attributes.text('backchannel.logout.url'),
    backchannel_logout_session_required: attributes.text('backchannel.logout.url')
      ? (attributes.flag('backchannel.logout.session.required') ?? undefined)
      : undefined,
    id_token_signed_response_alg: attributes.text('id.token.signed.response.alg'),
    ...keycloakKeys(attributes),
    ...secret.metadata,
    grant_types: grants.grantTypes,
    scope: scopeOf(members, realm, refreshes),
    first_party: members.flag('consentRequired') === true ? undefined : true,
    require_pushed_authorization_requests: attributes.flag('require.pushed.authorization.requests'),
    dpop_bound_access_tokens: attributes.flag('dpop.bound.access.tokens'),
    ...requestObjects(attributes),
    ...mappers.metadata,
    ...(refreshes && {
      refresh_token_idle_lifetime: attributes.seconds('client.session.idle.timeout'),
      refresh_token_lifetime: attributes.seconds('client.session.max.lifespan'),
    }),
  };
  const hasCode = grants.grantTypes.includes('authorization_code');
  const policy = hasCode ? policyOf(attributes, realm.heldBy) : 'inherit';
  const origins = members.list('webOrigins') ?? [];
  const left = [
    ...(hasOtherOrigin(origins, metadata.redirect_uris) ? ['webOrigins'] : []),
    ...unreadOf(members, ofRecord),
    ...attributes.unread().filter((name) => !withoutEffect.test(name)),
    ...(isObject(entry['authenticationFlowBindingOverrides']) &&
    Object.keys(entry['authenticationFlowBindingOverrides']).length > 0
      ? ['authenticationFlowBindingOverrides']
      : []),
    ...(members.flag('authorizationServicesEnabled') === true ? ['authorizationSettings'] : []),
  ];
  return {
    metadata,
    pkce: { policy },
    names,
    disabled: members.flag('enabled') === false,
    mistakes: [...members.mistakes, ...attributes.mistakes],
    notes: [
      ...grants.notes,
      ...secret.notes,
      ...mappers.notes,
      ...(left.length > 0 ? [`comes without ${shown(left)}`] : []),
      ...serviceRoles(realm.serviceRoles[metadata.client_id ?? '']),
      ...realm.notes,
      ...describedScopes(metadata.scope, realm),
    ],
  };
}

const names = {
  client_id: 'clientId', client_name: 'name', client_secret: 'secret', redirect_uris: 'redirectUris',
  token_endpoint_auth_method: 'clientAuthenticatorType', grant_types: 'standardFlowEnabled', jwks: 'attributes.jwks.string',
  jwks_uri: 'attributes.jwks.url', pkce_policy: 'attributes.pkce.code.challenge.method',
  post_logout_redirect_uris: 'attributes.post.logout.redirect.uris', backchannel_logout_uri: 'attributes.backchannel.logout.url',
  id_token_signed_response_alg: 'attributes.id.token.signed.response.alg', scope: 'defaultClientScopes',
  require_signed_request_object: 'attributes.request.object.required',
  request_object_signing_alg: 'attributes.request.object.signature.alg', subject_type: 'protocolMappers',
  sector_identifier_uri: 'protocolMappers', refresh_token_idle_lifetime: 'attributes.client.session.idle.timeout',
  refresh_token_lifetime: 'attributes.client.session.max.lifespan',
}; // biome-ignore format: a table

/** Attributes are texts: one that is `false` or `0` asks for nothing, unless it switches off what a client has without it. */
const asked = (attributes: unknown): JsonObject =>
  isObject(attributes)
    ? Object.fromEntries(
        Object.entries(attributes).filter(
          ([name, value]) => (value !== 'false' && value !== '0') || onUnlessOff.includes(name),
        ),
      )
    : {};

const onUnlessOff = ['use.refresh.tokens', 'backchannel.logout.session.required'];

/** Members about the record, its place on the pages, and what is read elsewhere. */
const ofRecord =
  /^(?:pixy:realm|id|enabled|description|type|baseUrl|surrogateAuthRequired|alwaysDisplayInConsole|notBefore|bearerOnly|protocol|frontchannelLogout|nodeReRegistrationTimeout|access|origin|fullScopeAllowed|authorizationServicesEnabled|authorizationSettings|authenticationFlowBindingOverrides|protocolMappers|attributes|directGrantsOnly|useTemplate(?:Config|Scope|Mappers)|defaultRoles)$/;

/** Attributes about the record, pages and other protocols, and those that Pixy has for everybody. */
const withoutEffect =
  /^(?:saml[._]|realm_client$|client\.secret\.creation\.time$|display\.on\.consent\.screen$|login_theme$|logoUri$|backchannel\.logout\.|use\.jwks\.|token\.endpoint\.auth\.signing\.alg$|post\.logout\.redirect\.uris$|oauth2\.device\.|oidc\.ciba\.|use\.refresh\.tokens$)/;

/** A request object that has to be there has to be signed here. */
function requestObjects(attributes: Members): JsonObject {
  const required = attributes.text('request.object.required') ?? 'not required';
  const algorithm = attributes.text('request.object.signature.alg') ?? 'any';
  if (required === 'request_uri only') {
    const problem = 'is request_uri only: requests by reference are pushed here, so require those';
    return attributes.refuse('attributes.request.object.required', problem, {});
  }
  return {
    require_signed_request_object: required === 'not required' ? undefined : true,
    request_object_signing_alg: algorithm === 'any' || algorithm === 'none' ? undefined : algorithm,
  };
}

/** A mapper makes the subjects of a client pairwise. The others make claims of its own, which it comes without. */
function readMappers(entry: JsonObject): { metadata: JsonObject; notes: string[] } {
  const mappers = Array.isArray(entry['protocolMappers']) ? entry['protocolMappers'].filter(isObject) : [];
  const kind = ({ protocolMapper }: JsonObject): string => String(protocolMapper);
  const pairwise = mappers.find((mapper) => kind(mapper) === 'oidc-sha256-pairwise-sub-mapper');
  const others = mappers.filter(
    (mapper) =>
      mapper !== pairwise && kind(mapper) !== 'oidc-usersessionmodel-note-mapper' && kind(mapper) !== audience,
  );
  const audiences = mappers.filter((mapper) => kind(mapper) === audience).flatMap(audienceOf);
  const config = membersOf(pairwise !== undefined && isObject(pairwise['config']) ? pairwise['config'] : {});
  return {
    metadata: {
      subject_type: pairwise && 'pairwise',
      sector_identifier_uri: config.text('sectorIdentifierUri'),
    },
    notes: [
      ...(pairwise ? ['knows people by pairwise subjects: import them with --pairwise keycloak:HOST'] : []),
      ...(audiences.length > 0
        ? [
            `had tokens for the audience ${shown(audiences)}: register it with pixy apis add, and let the client ask for it`,
          ]
        : []),
      ...(others.length > 0
        ? [`comes without the protocol mappers ${shown(others.map(({ name }) => String(name)))}`]
        : []),
    ],
  };
}

const audience = 'oidc-audience-mapper';

/** The audience of a client, or one that is written out. */
function audienceOf({ config }: JsonObject): string[] {
  const read = membersOf(isObject(config) ? config : {});
  const named = read.text('included.client.audience') ?? read.text('included.custom.audience');
  return named === undefined ? [] : [named];
}

const serviceRoles = (roles: readonly string[] = []): string[] =>
  roles.length > 0 ? [`acted with the roles ${shown(roles)}: give it the scopes of APIs instead`] : [];

/** A name like `${client_account}` is a key of the server's own translations. */
const nameOf = (name: string | undefined): string | undefined => (name?.startsWith('${') ? undefined : name);

/**
 * With a method, Keycloak requires PKCE and exactly this method; without one, it only verifies what is sent, unless a client policy of
 * the realm holds the client to S256. Whether one does that has other conditions shows there alone, so the client inherits.
 */
function policyOf(attributes: Members, heldBy: RealmSays['heldBy']): RegisteredClient['pkce']['policy'] {
  const method = attributes.text('pkce.code.challenge.method') ?? '';
  if (heldBy === 'all') return 'S256';
  if (method === '') return heldBy === 'some' ? 'inherit' : 'none';
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
    [deviceCodeGrant]: attributes.flag('oauth2.device.authorization.grant.enabled'),
    'urn:openid:params:grant-type:ciba': attributes.flag('oidc.ciba.grant.enabled'),
    'urn:ietf:params:oauth:grant-type:token-exchange': attributes.flag('standard.token.exchange.enabled'),
  };
  const named = Object.entries(flows).flatMap(([name, isOn]) => (isOn ? [name] : []));
  // New clients have this flow, and cannot use it without a redirect URI.
  const isIdle = (members.list('redirectUris') ?? []).length === 0 && named.some((name) => offeredAlone.includes(name));
  const used = isIdle ? named.filter((name) => name !== 'authorization_code') : named;
  const isForPeople = used.includes('authorization_code') || used.includes(deviceCodeGrant);
  const refreshes = attributes.flag('use.refresh.tokens') ?? true;
  return isForPeople && refreshes ? [...used, 'refresh_token'] : used;
}

const offeredAlone = ['client_credentials', deviceCodeGrant];

function readSecret(members: Members, options: ReadingOptions): { metadata: JsonObject; notes: string[] } {
  const isPublic = members.flag('publicClient') === true;
  const type = members.text('clientAuthenticatorType') ?? 'client-secret';
  if (isPublic || type === 'client-secret') {
    return secretOf(members, ['secret'], isPublic ? 'none' : (options.authMethod ?? 'client_secret_basic'), isPublic);
  }
  if (type === 'client-jwt') return { metadata: { token_endpoint_auth_method: 'private_key_jwt' }, notes: [] };
  const problem = `is ${shown([type])}, which is not offered here: use client-secret, or client-jwt with keys`;
  return members.refuse('clientAuthenticatorType', problem, { metadata: {}, notes: [] });
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

/** A client that names no scopes gets those that the realm has for new clients. */
function scopeOf(members: Members, realm: RealmSays, refreshes: boolean): string {
  const own = [members.list('defaultClientScopes'), members.list('optionalClientScopes')];
  const listed = own.some((list) => list !== undefined) ? own.flatMap((list) => list ?? []) : realm.usualScopes;
  const values = listed.filter((name) => !withoutScopeValue.includes(name) && name !== 'offline_access');
  const offline = refreshes && listed.includes('offline_access') ? ['offline_access'] : [];
  return [...new Set(['openid', ...values.flatMap(words), ...offline])].join(' ');
}

/** Client scopes that nobody asks for, and what is only for programs. */
const withoutScopeValue = ['web-origins', 'acr', 'basic', 'roles', 'microprofile-jwt', 'service_account'];

/** The claims of a scope value are not in its name. */
function describedScopes(scope: string, { describedScopes: described }: RealmSays): string[] {
  const own = words(scope).filter((value) => described.includes(value) && !isOpenidScope(value));
  return own.length > 0
    ? [`may ask for ${shown(own)}, whose claims the realm describes: add them with pixy scopes`]
    : [];
}
