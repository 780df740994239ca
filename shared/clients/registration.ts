import * as v from 'valibot';
import { signingAlgorithms } from '../keys/signing-key.ts';
import { type Mistake, mistakesOf } from '../mistake.ts';
import { isOwnClaim } from '../oauth/claims.ts';
import { isFetchable } from '../oauth/fetchable-url.ts';
import { judgeGivenSecret } from '../oauth/placeholder.ts';
import { hasDotlessScheme, parseRedirectUri } from '../oauth/redirect-uri.ts';
import { isResource } from '../oauth/resource.ts';
import { responseTypes } from '../oauth/response-type.ts';
import { openidScopes, parseScope } from '../oauth/scope.ts';
import { clientAuthenticationMethods, requestObjectAlgorithms, tokenExchange } from '../oauth/server-metadata.ts';
import { isWeaker, pkcePolicies, publicClientFloor } from '../pkce/policy.ts';
import { ok, type Result, refuse } from '../result.ts';
import { isBackChannelUri } from './back-channel-uri.ts';
import { hashClientSecret } from './client-secret.ts';
import { profileMistakes } from './profile.ts';
import { type RegisteredClient, registrableGrantTypes } from './registered-client.ts';
import { sectorOf } from './sector.ts';

/*
 * Checks client metadata with the member names of RFC 7591 §2 and turns it into a client.
 */

export type { Mistake };

const redirectUri = v.pipe(
  v.string('is not a text'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const parsed = parseRedirectUri(dataset.value);
    if (!parsed.ok) addIssue({ message: parsed.refusal });
  }),
);

const scope = v.pipe(
  v.string('is not a text'),
  v.check((text) => parseScope(text).ok, 'has a character that a scope value cannot have'),
);

/** The server alone sets the claims of the protocol. */
const claimName = v.pipe(
  v.string('is not a text'),
  v.minLength(1, 'is empty'),
  v.maxLength(200, 'is longer than 200 characters'),
  v.check((name) => !isOwnClaim(name), 'is a claim that the server makes itself'),
);

const resource = v.pipe(v.string('is not a text'), v.check(isResource, 'is not an absolute URI without a fragment'));

/** The name of a type of authorization details (RFC 9396 §2.1). */
export const detailTypeName = v.pipe(
  v.string('is missing or not a text'),
  v.regex(/^[\x21-\x7e]{1,200}$/, 'is not 1 to 200 visible ASCII characters'),
);

/**
 * Members of RFC 7591 and OpenID Connect Registration that describe a client and have no effect here: nothing of them is shown, fetched
 * or kept. So nothing in them is a mistake, wherever a client comes from.
 */
export const informative = [
  'application_type', 'client_uri', 'contacts', 'logo_uri', 'software_id', 'software_version',
  'client_id_issued_at', 'client_secret_expires_at',
] as const; // biome-ignore format: a list of names

const seconds = (least: number, most: number, tooMuch: string) =>
  v.pipe(
    v.number('is not a number of seconds'),
    v.integer('is not a whole number of seconds'),
    v.minValue(least, `is below ${least} seconds`),
    v.maxValue(most, tooMuch),
  );

const link = v.pipe(v.string('is not a text'), v.maxLength(2_000, 'is longer than 2,000 characters'));

/** Its values are in any order (RFC 6749 §3.1.1). */
const responseType = v.pipe(
  v.picklist([...responseTypes, 'id_token code'], `is not one of ${responseTypes.join(', ')}`),
  v.transform((type) => (type === 'id_token code' ? 'code id_token' : type)),
);

const lifetime = seconds(60, 63_072_000, 'is over two years');
const grace = seconds(0, 3_600, 'is over an hour');

const isMemberOfKey = (value: unknown): boolean =>
  [value].flat().every((item) => typeof item !== 'object' || item === null);

/** Members that are unknown are to be ignored (RFC 7517 §4). Those that are objects could be nested too deeply for the database. */
const withoutOthers = <Key extends object>(key: Key): Key =>
  Object.fromEntries(Object.entries(key).filter(([, value]) => isMemberOfKey(value))) as Key;

/** RFC 7517 §5, public keys only: a client that sends a private key must be told, not served. */
const jwks = v.object(
  {
    keys: v.pipe(
      v.array(v.looseObject({ kty: v.picklist(['RSA', 'EC', 'OKP'], 'is not RSA, EC or OKP') }), 'is not a list'),
      v.minLength(1, 'is empty'),
      v.maxLength(10, 'has more than 10 keys'),
      v.check(
        (keys) => keys.every((key) => !('d' in key) && !('k' in key)),
        'has a private key; register the public part',
      ),
      v.transform((keys) => keys.map(withoutOthers)),
    ),
  },
  'is not a JWK Set',
);

/** The rules for single members of client metadata. `findContradictions` has those that involve several. */
export const metadata = v.object({
  client_id: v.pipe(
    v.string('is missing or not a text'),
    v.regex(/^[\x21-\x7e]{1,255}$/, 'is not 1 to 255 visible ASCII characters'),
  ),
  client_secret: v.optional(
    v.pipe(
      v.string('is not a text'),
      v.rawCheck(({ dataset, addIssue }) => {
        const problem = dataset.typed ? judgeGivenSecret(dataset.value) : undefined;
        if (problem !== undefined) addIssue({ message: problem });
      }),
      v.regex(/^[\x20-\x7e\xa0-\ufffd]{1,255}$/, 'is not 1 to 255 printable characters'),
    ),
  ),
  client_name: v.optional(v.pipe(v.string('is not a text'), v.maxLength(200, 'is longer than 200 characters'))),
  policy_uri: v.optional(link),
  tos_uri: v.optional(link),
  redirect_uris: v.optional(
    v.pipe(v.array(redirectUri, 'is not a list'), v.maxLength(100, 'has more than 100 entries')),
    [],
  ),
  token_endpoint_auth_method: v.optional(
    v.picklist(clientAuthenticationMethods, `is not one of ${clientAuthenticationMethods.join(', ')}`),
  ),
  grant_types: v.optional(
    v.array(v.picklist(registrableGrantTypes, `is not one of ${registrableGrantTypes.join(', ')}`), 'is not a list'),
    ['authorization_code'],
  ),
  response_types: v.optional(v.array(responseType, 'is not a list'), ['code']),
  post_logout_redirect_uris: v.optional(
    v.pipe(v.array(redirectUri, 'is not a list'), v.maxLength(100, 'has more than 100 entries')),
  ),
  backchannel_logout_uri: v.optional(
    v.pipe(
      v.string('is not a text'),
      v.check(
        isBackChannelUri,
        'is not an https URL of a public host without a fragment (http is for loopback hosts only)',
      ),
    ),
  ),
  backchannel_logout_session_required: v.optional(v.boolean('is not true or false')),
  id_token_signed_response_alg: v.optional(
    v.picklist(signingAlgorithms, `is not one of ${signingAlgorithms.join(', ')}`),
  ),
  jwks: v.optional(jwks),
  jwks_uri: v.optional(v.pipe(v.string('is not a text'), v.check(isFetchable, 'is not an https URL of a public host'))),
  subject_type: v.optional(v.picklist(['public', 'pairwise'], 'is not one of public, pairwise')),
  sector_identifier_uri: v.optional(
    v.pipe(v.string('is not a text'), v.check(isFetchable, 'is not an https URL of a public host')),
  ),
  may_introspect: v.optional(v.boolean('is not true or false')),
  introspection_signed_response_alg: v.optional(
    v.picklist(signingAlgorithms, `is not one of ${signingAlgorithms.join(', ')}`),
  ),
  refresh_token_idle_lifetime: v.optional(lifetime),
  refresh_token_lifetime: v.optional(lifetime),
  refresh_token_grace: v.optional(grace),
  rotate_refresh_tokens: v.optional(v.boolean('is not true or false')),
  all_scopes_of: v.optional(v.pipe(v.array(resource, 'is not a list'), v.maxLength(50, 'has more than 50 entries'))),
  authorization_details_types: v.optional(
    v.pipe(v.array(detailTypeName, 'is not a list'), v.maxLength(50, 'has more than 50 entries')),
  ),
  may_act: v.optional(v.pipe(v.string('is not a text'), v.regex(/^[\x21-\x7e]{1,255}$/, 'is not a client id'))),
  grant_max_uses: v.optional(
    v.pipe(
      v.number('is not a number'),
      v.integer('is not a whole number'),
      v.minValue(1, 'is below 1'),
      v.maxValue(1_000_000, 'is over a million'),
    ),
  ),
  require_pushed_authorization_requests: v.optional(v.boolean('is not true or false')),
  require_signed_request_object: v.optional(v.boolean('is not true or false')),
  request_object_signing_alg: v.optional(
    v.picklist(requestObjectAlgorithms, `is not one of ${requestObjectAlgorithms.join(', ')}`),
  ),
  authorization_signed_response_alg: v.optional(
    v.picklist(signingAlgorithms, `is not one of ${signingAlgorithms.join(', ')}`),
  ),
  dpop_bound_access_tokens: v.optional(v.boolean('is not true or false')),
  dpop_nonce_required: v.optional(v.boolean('is not true or false')),
  dpop_replay_detection: v.optional(v.boolean('is not true or false')),
  profile: v.optional(v.picklist(['fapi2'], 'is not fapi2')),
  strict_auth_method: v.optional(v.boolean('is not true or false')),
  ignore_public_client_secret: v.optional(v.boolean('is not true or false')),
  accept_dotless_schemes: v.optional(v.boolean('is not true or false')),
  claims: v.optional(v.pipe(v.array(claimName, 'is not a list'), v.maxLength(50, 'has more than 50 entries'))),
  id_token_claims: v.optional(v.boolean('is not true or false')),
  /** A client registered without a scope may ask for everything about the person, and for nothing of an API. */
  scope: v.optional(scope, openidScopes.join(' ')),
  first_party: v.optional(v.boolean('is not true or false'), false),
  pkce_policy: v.optional(
    v.picklist([...pkcePolicies, 'inherit'], `is not one of ${pkcePolicies.join(', ')}, inherit`),
    'inherit',
  ),
});

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

const known = new Set([...Object.keys(metadata.entries), ...informative]);

/** What people would read in another language (RFC 7591 §2.2), which has no effect either: `client_name#de`. */
const inLanguage = /^(?:client_name|client_uri|logo_uri|tos_uri|policy_uri)#[A-Za-z0-9-]+$/;

/**
 * Parses client metadata (RFC 7591 §2, and our `pkce_policy` and `first_party`) from parsed JSON. Without
 * `token_endpoint_auth_method`, a client with a secret uses `client_secret_basic` and one without is public. Refuses with the
 * first mistake; unknown members are mistakes too.
 */
export async function parseRegistration(json: unknown): Promise<Result<RegisteredClient, Mistake>> {
  const checked = await checkRegistration(json);
  return checked.ok ? checked : refuse(checked.refusal[0]);
}

/** Like {@link parseRegistration}, but refuses with every mistake. */
export async function checkRegistration(
  json: unknown,
): Promise<Result<RegisteredClient, readonly [Mistake, ...Mistake[]]>> {
  const given = isObject(json) ? withoutEmpty(json) : json;
  const parsed = v.safeParse(metadata, given);
  const members: Readonly<Record<string, unknown>> = isObject(given) ? (given as Record<string, unknown>) : {};
  const strangers = Object.keys(members).filter((member) => !isRegistrationMember(member));
  const stranger = 'is not a member of client metadata';
  const mistakes = [
    ...mistakesOf(given, parsed.issues, stranger),
    ...strangers.map((member) => ({ member, problem: stranger })),
    ...dotlessMistakes(members),
  ];
  if (!parsed.success || isNotEmpty(mistakes)) return refuse(mistakes as [Mistake, ...Mistake[]]);

  const input = parsed.output;
  const method =
    input.token_endpoint_auth_method ?? (input.client_secret === undefined ? 'none' : 'client_secret_basic');
  const contradictions = [...findContradictions(input, method)];
  if (isNotEmpty(contradictions)) return refuse(contradictions);
  const client: RegisteredClient = {
    clientId: input.client_id,
    clientName: input.client_name,
    redirectUris: input.redirect_uris,
    tokenEndpointAuthMethod: method,
    secretHashes: input.client_secret === undefined ? [] : [await hashClientSecret(input.client_secret)],
    grantTypes: input.grant_types,
    scope: [...new Set(input.scope.split(' '))].filter((value) => value !== ''),
    firstParty: input.first_party,
    disabled: false,
    pkce: { policy: input.pkce_policy },
    responseTypes: input.response_types,
    ...present({
      policyUri: input.policy_uri,
      tosUri: input.tos_uri,
      postLogoutRedirectUris: input.post_logout_redirect_uris,
      backchannelLogoutUri: input.backchannel_logout_uri,
      backchannelLogoutSessionRequired: input.backchannel_logout_session_required,
      idTokenSignedResponseAlg: input.id_token_signed_response_alg,
      jwks: input.jwks,
      jwksUri: input.jwks_uri,
      subjectType: input.subject_type === 'pairwise' ? input.subject_type : undefined,
      sectorIdentifierUri: input.sector_identifier_uri,
      mayIntrospect: input.may_introspect,
      introspectionSignedResponseAlg: input.introspection_signed_response_alg,
      refreshTokenIdleLifetime: input.refresh_token_idle_lifetime,
      refreshTokenLifetime: input.refresh_token_lifetime,
      refreshTokenGrace: input.refresh_token_grace,
      rotateRefreshTokens: input.rotate_refresh_tokens,
      allScopesOf: input.all_scopes_of && [...new Set(input.all_scopes_of)],
      authorizationDetailsTypes: input.authorization_details_types && [...new Set(input.authorization_details_types)],
      mayAct: input.may_act,
      grantMaxUses: input.grant_max_uses,
      requirePushedAuthorizationRequests: input.require_pushed_authorization_requests,
      requireSignedRequestObject: input.require_signed_request_object,
      requestObjectSigningAlg: input.request_object_signing_alg,
      authorizationSignedResponseAlg: input.authorization_signed_response_alg,
      dpopBoundAccessTokens: input.dpop_bound_access_tokens,
      dpopNonceRequired: input.dpop_nonce_required,
      dpopReplayDetection: input.dpop_replay_detection,
      profile: input.profile,
      strictAuthMethod: input.strict_auth_method,
      ignorePublicClientSecret: input.ignore_public_client_secret,
      acceptDotlessSchemes: input.accept_dotless_schemes,
      claims: input.claims && [...new Set(input.claims)],
      idTokenClaims: input.id_token_claims,
    }),
  };
  const unfit = client.profile === undefined ? [] : profileMistakes(client);
  return isNotEmpty(unfit) ? refuse(unfit) : ok(client);
}

/**
 * Drops members that are null, an empty text or an empty object: they ask for nothing, as if they were absent. An empty scope is
 * one, and an empty secret is a mistake.
 */
export const withoutEmpty = (document: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(document).filter(([name, value]) => {
      if (value === '') return name === 'scope' || name === 'client_secret' || name === 'client_id';
      return value !== null && !(isObject(value) && Object.keys(value).length === 0);
    }),
  );

/** Drops undefined members. */
const present = <Members extends object>(members: Members): Partial<Members> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<Members>;

const isNotEmpty = <Item>(list: Item[]): list is [Item, ...Item[]] => list.length > 0;

/** Whether `name` is a member of client metadata, ours included. */
export const isRegistrationMember = (name: string): boolean => known.has(name) || inLanguage.test(name);

/** Checks the rules that involve several members. */
function* findContradictions(
  input: v.InferOutput<typeof metadata>,
  method: RegisteredClient['tokenEndpointAuthMethod'],
): Generator<Mistake> {
  if (method === 'none' && input.client_secret !== undefined) {
    yield { member: 'client_secret', problem: 'is given, but token_endpoint_auth_method none means a public client' };
  }
  if (method === 'none' && input.may_introspect) {
    yield { member: 'may_introspect', problem: 'is true, and a public client cannot prove that it is the one asking' };
  }
  if (method === 'none' && input.rotate_refresh_tokens === false) {
    yield {
      member: 'rotate_refresh_tokens',
      problem: 'is false, and the refresh tokens of a public client must rotate',
    };
  }
  if (method !== 'none' && input.ignore_public_client_secret) {
    yield { member: 'ignore_public_client_secret', problem: 'is true, and the client is not public' };
  }
  if (method === 'private_key_jwt') {
    if (input.client_secret !== undefined) {
      yield { member: 'client_secret', problem: 'is given, but token_endpoint_auth_method private_key_jwt uses keys' };
    }
    if ((input.jwks === undefined) === (input.jwks_uri === undefined)) {
      yield { member: 'jwks', problem: 'or jwks_uri, one and not both, is needed for private_key_jwt' };
    }
  } else if (method !== 'none' && input.client_secret === undefined) {
    yield { member: 'client_secret', problem: `is missing, and token_endpoint_auth_method ${method} needs it` };
  }
  if (input.require_signed_request_object && input.jwks === undefined && input.jwks_uri === undefined) {
    yield { member: 'require_signed_request_object', problem: 'is true, and there is no jwks or jwks_uri' };
  }
  if (method === 'none' && input.pkce_policy !== 'inherit' && isWeaker(input.pkce_policy, publicClientFloor)) {
    yield {
      member: 'pkce_policy',
      problem: 'is none, and a public client must use PKCE: choose any or S256, or register client authentication',
    };
  }
  if (input.backchannel_logout_session_required && input.backchannel_logout_uri === undefined) {
    yield { member: 'backchannel_logout_session_required', problem: 'is true, and there is no backchannel_logout_uri' };
  }
  if (input.grant_types.includes('authorization_code') && input.redirect_uris.length === 0) {
    yield { member: 'redirect_uris', problem: 'is empty, and the authorization_code grant needs one' };
  }
  const { redirect_uris: redirectUris, sector_identifier_uri: sectorIdentifierUri } = input;
  if (input.subject_type === 'pairwise' && sectorOf({ redirectUris, sectorIdentifierUri }) === undefined) {
    yield {
      member: 'subject_type',
      problem: 'is pairwise, and the redirect URIs have no https host in common: register a sector_identifier_uri',
    };
  }
  for (const type of ['client_credentials', tokenExchange] as const) {
    if (input.grant_types.includes(type) && method === 'none') {
      yield { member: 'grant_types', problem: `has ${type}, and a public client cannot use it` };
    }
  }
}

/** Another app can register a short scheme more easily than a reversed domain name (RFC 8252 §7.1, §8.4). */
function dotlessMistakes(json: Readonly<Record<string, unknown>>): Mistake[] {
  if (json['accept_dotless_schemes'] === true) return [];
  const isDotless = (uri: unknown) => typeof uri === 'string' && hasDotlessScheme(uri);
  return ['redirect_uris', 'post_logout_redirect_uris'].flatMap((member) => {
    const uris: unknown = json[member];
    return Array.isArray(uris)
      ? uris.flatMap((uri, index) => (isDotless(uri) ? [{ member: `${member}.${index}`, problem: withoutDot }] : []))
      : [];
  });
}

const withoutDot =
  'has a private-use scheme without a dot: use a reversed domain name, or switch on accept_dotless_schemes';
