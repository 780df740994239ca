import type { Mistake } from '../mistake.ts';
import { parseRedirectUri } from '../oauth/redirect-uri.ts';
import type { UnregisteredClass } from '../pkce/policy.ts';
import { type Result, refuse } from '../result.ts';
import { leaveOutRedirectUris } from './leave-out-redirect-uris.ts';
import type { RegisteredClient, RegistrableGrantType } from './registered-client.ts';
import { checkRegistration, withoutEmpty } from './registration.ts';
import { isVisibleName } from './visible-name.ts';

/*
 * What a client says about itself, when nobody registers it by hand. Takes what any client may have, ignores the rest (RFC 7591 §2),
 * and never takes what is an operator's: whether it is trusted, its PKCE policy, whose tokens it may introspect.
 */

export type Document = Readonly<Record<string, unknown>>;

/** Members of the metadata that are taken as they are. */
const taken = [
  'client_name',
  'scope',
  'authorization_details_types',
  'jwks',
  'jwks_uri',
  'id_token_signed_response_alg',
  'require_pushed_authorization_requests',
  'require_signed_request_object',
  'dpop_bound_access_tokens',
] as const;

/** What clients may have that nobody registered: they act for a person, so no client credentials. */
const possibleGrantTypes: readonly RegistrableGrantType[] = ['authorization_code', 'refresh_token'];

/** What such a client is, beside what it says. `secret`: for a client that authenticates with one. */
export type Admission = {
  clientId: string;
  clientClass: UnregisteredClass;
  method: RegisteredClient['tokenEndpointAuthMethod'];
  secret?: string | undefined;
};

/**
 * Turns metadata into a client. An empty scope means whatever such a client may have (see client-scope.ts). Refuses with every mistake.
 */
export async function admitMetadata(
  given: Document,
  { clientId, clientClass, method, secret }: Admission,
): Promise<Result<RegisteredClient, readonly [Mistake, ...Mistake[]]>> {
  const document = withoutEmpty(given);
  const grantTypes = listOf(document['grant_types'], ['authorization_code']);
  const uris = usableUris(document['redirect_uris']);
  const mistakes = [...mistakesIn(document, grantTypes, uris)];
  const known = taken.filter((name) => document[name] !== undefined);
  const registered = await checkRegistration({
    scope: '',
    ...Object.fromEntries(known.map((name) => [name, document[name]])),
    ...(uris !== undefined && { redirect_uris: uris }),
    ...ownLinks(document, [clientId, ...listOf(uris, [])]),
    client_id: clientId,
    token_endpoint_auth_method: method,
    grant_types: possibleGrantTypes.filter((type) => grantTypes.includes(type)),
    response_types: ['code'],
    ...(secret !== undefined && { client_secret: secret }),
  });
  const all = [...mistakes, ...(registered.ok ? [] : registered.refusal)];
  const [first, ...others] = all;
  if (first !== undefined) return refuse([first, ...others]);
  return registered.ok ? { ...registered, value: { ...registered.value, clientClass } } : registered;
}

const listOf = (value: unknown, otherwise: readonly string[]): readonly unknown[] =>
  Array.isArray(value) && value.length > 0 ? value : otherwise;

/**
 * Leaves out redirect URIs with a dotless scheme where others are left, as editors announce one of each kind and use any. A list with
 * another mistake stays whole, so that the mistake is at its place.
 */
function usableUris(uris: unknown): unknown {
  const { redirect_uris: kept } = leaveOutRedirectUris({ redirect_uris: uris }).metadata;
  const isRight = (uri: unknown) => typeof uri === 'string' && parseRedirectUri(uri).ok;
  return Array.isArray(kept) && kept.every(isRight) ? kept : uris;
}

/**
 * The links for people that are on a host of the client: that of its document, or one that it is answered at (RFC 7591 §5). Others
 * could lend it the look of somebody else.
 */
function ownLinks(document: Document, places: readonly unknown[]): Document {
  const hosts = new Set(places.flatMap(httpsHost));
  const isOwn = (uri: unknown) => httpsHost(uri).some((host) => hosts.has(host));
  const links = ['policy_uri', 'tos_uri'].filter((name) => isOwn(document[name]));
  return Object.fromEntries(links.map((name) => [name, document[name]]));
}

const httpsHost = (uri: unknown): string[] =>
  typeof uri === 'string' && /^https:/i.test(uri) && URL.canParse(uri) ? [new URL(uri).host] : [];

/** What has no rule among those of registered clients. */
function* mistakesIn(document: Document, grantTypes: readonly unknown[], usable: unknown): Generator<Mistake> {
  if (!grantTypes.includes('authorization_code')) {
    yield { member: 'grant_types', problem: 'has no authorization_code, and such a client can do nothing else' };
  }
  if (!listOf(document['response_types'], ['code']).includes('code')) {
    yield { member: 'response_types', problem: 'has no code, and such a client can get nothing else' };
  }
  const { client_name: name } = document;
  // People are asked about it by its name, and nobody has looked at that before. Besides it they are shown links on hosts of its own, so
  // nothing else that is meant for them is looked at (logo_uri, client_uri, a name in another language).
  if (typeof name === 'string' && !isVisibleName(name)) {
    yield {
      member: 'client_name',
      problem: 'has a character that cannot be seen, none that can, or more than four marks on one letter',
    };
  }
  const { subject_type: subjects } = document;
  // Who asks for pairwise subjects relies on them, so public ones must not come instead without a word.
  if (subjects !== undefined && subjects !== 'public') {
    yield { member: 'subject_type', problem: 'is not public, and such a client can have no other' };
  }
  yield* mistakesOfType(document, usable);
}

/** OpenID Connect Registration §2, `application_type`: a web client has a server of its own. Asked for only where it is said. */
function* mistakesOfType(
  { application_type: type, redirect_uris: uris }: Document,
  usable: unknown,
): Generator<Mistake> {
  if (type === undefined || type === 'native') return;
  if (type !== 'web') {
    yield { member: 'application_type', problem: 'is not one of web, native' };
    return;
  }
  for (const [index, uri] of (Array.isArray(uris) ? uris : []).entries()) {
    const isUsed = Array.isArray(usable) && usable.includes(uri);
    if (!isUsed || typeof uri !== 'string' || !URL.canParse(uri)) continue;
    const { protocol, hostname } = new URL(uri);
    if (protocol !== 'https:' || hostname === 'localhost') {
      yield {
        member: `redirect_uris.${index}`,
        problem: 'is not https on a host of its own, and application_type is web',
      };
    }
  }
}
