import { ok, type Result, refuse } from '../../result.ts';
import type { Mistake } from '../registration.ts';
import { isoDurationIn } from './duration.ts';
import { numbered } from './entries.ts';
import type { ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { isObject, type JsonObject, parseJson, parseSettingsJson } from './json.ts';
import { asksForSomething, type Members, membersOf, shown } from './members.ts';
import { endOfSecret } from './rfc7591.ts';
import { type ReadSecret, secretOf } from './secret.ts';

/**
 * CAS: reads services of its JSON registry, one file or several in a list. Those of OAuth and OpenID Connect are clients. Their
 * redirect URI is a regular expression, which is read where it means one address. CAS has no PKCE setting, so every client inherits.
 */
export const cas: ForeignFormat = {
  entries: (text) => {
    const json = parseSettingsJson(text);
    if (!json.ok) return json;
    const value = withoutClasses(json.value);
    return ok(numbered(Array.isArray(value) ? value : [value]));
  },
  translate: (value, options) =>
    isObject(value)
      ? (refuseOther(value) ?? ok(translate(value, options)))
      : refuse({ member: 'entry', problem: 'is not an object' }),
};

/** Lists and sets stand beside the name of their class: `["java.util.HashSet", ["openid"]]`. */
function withoutClasses(value: unknown): unknown {
  if (Array.isArray(value)) {
    const [name, items] = value as unknown[];
    const isOfClass = value.length === 2 && typeof name === 'string' && name.startsWith('java.util.');
    return isOfClass ? withoutClasses(items) : value.map(withoutClasses);
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([member, item]) => [member, withoutClasses(item)]));
}

/** Refuses services of other protocols, and CAS's own address in its registry. */
function refuseOther({ '@class': className }: JsonObject): Result<never, Mistake> | undefined {
  if (/\.(?:OAuth|Oidc)RegisteredService$/.test(String(className))) return undefined;
  const problem = 'is neither OAuthRegisteredService nor OidcRegisteredService: only those are clients of OAuth';
  return refuse({ member: '@class', problem });
}

const inside = (members: Members, name: string): JsonObject => {
  const value = members.any(name);
  return isObject(value) ? value : {};
};

function translate(entry: JsonObject, options: ReadingOptions): ForeignClient {
  const members = membersOf(entry);
  const secret = readSecret(members, options);
  const listed = members.list('supportedGrantTypes') ?? [];
  const refreshes = members.flag('generateRefreshToken') === true;
  const usual = listed.length > 0 ? listed.filter((name) => name !== 'refresh_token') : ['authorization_code'];
  const grants = keepGrantTypesOf(members, refreshes ? [...usual, 'refresh_token'] : usual, 'supportedGrantTypes');
  const scopes = members.list('scopes') ?? [];
  const isOpen = scopes.length === 0 && grants.grantTypes.some((type) => type !== 'client_credentials');
  const logout = members.text('logoutUrl');
  const isByFront = members.text('logoutType') === 'FRONT_CHANNEL';
  const access = membersOf(inside(members, 'accessStrategy'));
  const expiration = members.any('clientSecretExpiration') ?? 0;
  if (expiration !== 0) members.refuse('clientSecretExpiration', endOfSecret, undefined);
  const uris = grants.grantTypes.includes('authorization_code') ? urisOf(members) : [];
  return {
    metadata: {
      client_id: members.text('clientId'),
      client_name: members.text('name'),
      redirect_uris: uris,
      [isByFront ? 'frontchannel_logout_uri' : 'backchannel_logout_uri']: logout,
      id_token_signed_response_alg: members.text('idTokenSigningAlg'),
      subject_type: members.text('subjectType')?.toLowerCase() === 'pairwise' ? 'pairwise' : undefined,
      sector_identifier_uri: members.text('sectorIdentifierUri'),
      dpop_bound_access_tokens: members.flag('dpopBoundAccessTokens'),
      ...secret.metadata,
      grant_types: grants.grantTypes,
      scope: isOpen ? undefined : scopes.join(' '),
      first_party: members.flag('bypassApprovalPrompt') === true ? true : undefined,
      ...(refreshes && { refresh_token_lifetime: lifetimeOf(members) }),
    },
    pkce: { policy: 'inherit' },
    names,
    disabled: access.flag('enabled') === false,
    mistakes: members.mistakes,
    notes: [
      ...grants.notes,
      ...secret.notes,
      ...(isOpen
        ? ['may ask for openid, profile, email and the like: the file has no scopes, so add those of APIs']
        : []),
      ...leftBehind(members, access),
    ],
  };
}

const names = {
  client_id: 'clientId', client_name: 'name', client_secret: 'clientSecret', redirect_uris: 'serviceId',
  backchannel_logout_uri: 'logoutUrl', id_token_signed_response_alg: 'idTokenSigningAlg', grant_types: 'supportedGrantTypes',
  token_endpoint_auth_method: 'tokenEndpointAuthenticationMethod', scope: 'scopes', sector_identifier_uri: 'sectorIdentifierUri',
  refresh_token_lifetime: 'refreshTokenExpirationPolicy.timeToKill', dpop_bound_access_tokens: 'dpopBoundAccessTokens',
}; // biome-ignore format: a table

/** A client without a secret and without keys is public. */
function readSecret(members: Members, options: ReadingOptions): ReadSecret {
  const method = members.text('tokenEndpointAuthenticationMethod');
  if (method === 'private_key_jwt')
    return { metadata: { token_endpoint_auth_method: method, ...keysOf(members) }, notes: [] };
  const isPublic = method === 'none' || members.text('clientSecret') === undefined;
  return secretOf(members, ['clientSecret'], method ?? options.authMethod ?? 'client_secret_basic', isPublic);
}

/** Keys are a URI, a JWK Set in a text, or a file of the server. */
function keysOf(members: Members): JsonObject {
  const text = members.text('jwks') ?? '';
  if (text.startsWith('https://')) return { jwks_uri: text };
  const json = parseJson(text);
  if (json.ok && isObject(json.value)) return { jwks: json.value };
  return members.refuse('jwks', 'is not a JWK Set or its URI: put the keys themselves here', {
    jwks: { keys: [{ kty: 'EC' }] },
  });
}

/**
 * The address that an expression means, when it means one: an escaped character is itself, and so is a dot, since no other character
 * was ever meant by it.
 */
function urisOf(members: Members): string[] {
  const pattern = members.text('serviceId');
  if (pattern === undefined) return [];
  const inner = pattern.replace(/^\^/, '').replace(/(?<!\\)\$$/, '');
  const outside = inner.replace(/\\[^A-Za-z0-9]/g, '');
  if (/[*+?()[\]{}|\\^$]/.test(outside)) {
    return members.refuse('serviceId', 'is a pattern for several addresses: register every redirect URI in full', [
      instead,
    ]);
  }
  return [inner.replace(/\\([^A-Za-z0-9])/g, '$1')];
}

/** An address that cannot be read is not missing as well. */
const instead = 'https://pattern.invalid/';

/** Refresh tokens keep the end of the first one. */
const lifetimeOf = (members: Members): number | undefined => {
  const { timeToKill } = inside(members, 'refreshTokenExpirationPolicy');
  const seconds = isoDurationIn(
    typeof timeToKill === 'string' && /^\d+$/.test(timeToKill) ? Number(timeToKill) : timeToKill,
  );
  return seconds === undefined || seconds <= 0 ? undefined : seconds;
};

/** What CAS asks of people, or tells a client about them, by other settings. */
function leftBehind(members: Members, access: Members): string[] {
  const demands = ['requiredAttributes', 'rejectedAttributes', 'endpointUrl', 'groovyScript', 'startingDateTime'];
  const isLimited = demands.some((name) => asksForSomething(access.any(name)));
  const policy = classOf(inside(members, 'attributeReleasePolicy'));
  const released =
    policy === '' || /ReturnAllAttributeReleasePolicy$|DenyAll/.test(policy) ? [] : ['attributeReleasePolicy'];
  const others = ['multifactorPolicy', 'usernameAttributeProvider', 'idTokenEncryptionAlg', 'userInfoSigningAlg'];
  const returnsTokens = (members.list('supportedResponseTypes') ?? []).some((type) => type.includes('token'));
  const left = [
    ...(isLimited ? ['accessStrategy'] : []),
    ...others.filter((name) => isAsked(members.any(name))),
    ...members.unread().filter((name) => !withoutEffect.test(name) && isAsked(members.peek(name))),
    ...(returnsTokens ? ['supportedResponseTypes'] : []),
    ...(members.flag('signIdToken') === false ? ['signIdToken'] : []),
    ...released,
  ];
  return left.length > 0 ? [`comes without ${shown(left)}`] : [];
}

/** Members about the record and its pages, and what is read elsewhere. */
const withoutEffect =
  /^(?:@class|id|serviceId|evaluationOrder|description|logo|theme|locale|informationUrl|privacyUrl|templateName|contacts|responseType|matchingStrategy|encryptIdToken|signIdToken|logoutType|dynamicallyRegistered|dynamicRegistrationDate|jwtAccessToken|expirationPolicy|accessStrategy|refreshTokenExpirationPolicy|attributeReleasePolicy|consentPolicy|jsonFormat)$/;

const classOf = ({ '@class': name }: JsonObject): string => (typeof name === 'string' ? name : '');

/** The name of a class asks for nothing by itself, unless it is not the usual one. */
function isAsked(value: unknown): boolean {
  if (!isObject(value)) return asksForSomething(value);
  const isUsual = /\.Default\w+$/.test(classOf(value));
  return !isUsual || Object.entries(value).some(([name, item]) => name !== '@class' && asksForSomething(item));
}
