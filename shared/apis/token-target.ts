import type { RegisteredClient } from '../clients/registered-client.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { isResource } from '../oauth/resource.ts';
import { openidScopes } from '../oauth/scope.ts';
import { ok, type Result, refuse } from '../result.ts';
import { isManagementScope, isManager } from './management-api.ts';
import { type AccessTokenTyp, findByResource, type RegisteredApi } from './registered-api.ts';
import type { RegisteredScope } from './registered-scope.ts';

/**
 * What an access token is for: its `aud`, its `scope`, its lifetime in seconds, the `typ` that the APIs read, and whether it has the
 * claims of its scope.
 */
export type TokenTarget = {
  audience: string | readonly string[];
  scope: readonly string[];
  lifetime: number;
  typ: AccessTokenTyp;
  hasClaims: boolean;
};

/** What holds for tokens that name no API, and everything that is registered: an API may be for the default audience. */
export type TargetDefaults = {
  issuer: string;
  audience: string;
  /** Seconds. */
  accessTokenLifetime: number;
  apis: readonly RegisteredApi[];
  scopes: readonly RegisteredScope[];
};

/**
 * Finds the APIs that the `resource` parameters of a request name (RFC 8707 §2), each once. Refuses a value that is not a resource URI or
 * names no registered API.
 */
export function findApis(
  resources: readonly string[],
  apis: readonly RegisteredApi[],
): Result<RegisteredApi[], Refusal> {
  const found = new Set<RegisteredApi>();
  for (const resource of resources) {
    if (!isResource(resource)) return refuse({ reason: 'resource_malformed' });
    const api = findByResource(apis, resource);
    if (api === undefined) return refuse({ reason: 'resource_unknown' });
    found.add(api);
  }
  return ok([...found]);
}

/**
 * The API that a client means by a scope where it names none: the one that it is registered for as a whole, if that is one and knows all of
 * the scope (RFC 9068 §3). Otherwise none, for the API behind the default audience need not be registered, and may call its scope the same.
 */
export function meantApis(
  scope: readonly string[],
  { allScopesOf }: Pick<RegisteredClient, 'allScopesOf'>,
  apis: readonly RegisteredApi[],
): RegisteredApi[] {
  const [whole, ...others] = apis.filter(({ resource }) => allScopesOf?.includes(resource));
  if (whole === undefined || others.length > 0 || scope.length === 0) return [];
  return scope.every((value) => whole.scope.includes(value)) ? [whole] : [];
}

/** The resources of APIs as they are registered, which is how grants and tokens name them. */
export const resourcesOf = (apis: readonly RegisteredApi[]): string[] => apis.map(({ resource }) => resource);

/**
 * Targets an access token at the given APIs: it carries only scope values that they or OpenID Connect define, or that bring claims,
 * and lives as long as the shortest of their lifetimes; its type is `JWT`, and claims are in it, only if each of them says so. Without an API, it is for the default audience
 * with the whole scope, by the settings of the API that is registered for that audience, if one is. With `openid` it is for the issuer
 * as well, as /userinfo requires. Refuses a scope value that more than one of the APIs defines (RFC 9068 §3), because it would mean a
 * different right at each. A token for the management API is for nothing else, where somebody could pass it on, and no other token has
 * its scope; a scope that is all its own names it, too (RFC 8707 §2).
 */
export function targetOf(
  named: readonly RegisteredApi[],
  asked: readonly string[],
  { issuer, audience, accessTokenLifetime, apis: known, scopes }: TargetDefaults,
): Result<TokenTarget, Refusal> {
  const isMeant = named.length === 0 && asked.length > 0 && asked.every(isManagementScope);
  const apis = isMeant ? known.filter(isManager) : named;
  const isManaging = apis.some(isManager);
  if (isManaging && apis.length > 1) return refuse({ reason: 'resource_ambiguous' });
  const scope = asked.filter((value) => isManagementScope(value) === isManaging);
  if (apis.length === 0) {
    const ofDefault = known.filter(({ resource }) => resource === audience);
    const settings = settingsOf(ofDefault, accessTokenLifetime);
    return ok({ audience: audienceOf([audience], scope, issuer), scope, ...settings });
  }
  if (scope.some((value) => apis.filter((api) => api.scope.includes(value)).length > 1)) {
    return refuse({ reason: 'resource_ambiguous' });
  }
  const defined = new Set<string>([
    ...openidScopes,
    ...scopes.map(({ value }) => value),
    ...apis.flatMap((api) => api.scope),
  ]);
  const kept = scope.filter((value) => defined.has(value));
  return ok({
    audience: audienceOf(resourcesOf(apis), kept, issuer),
    scope: kept,
    ...settingsOf(apis, accessTokenLifetime),
  });
}

/** What the APIs of a token agree on. */
function settingsOf(
  apis: readonly RegisteredApi[],
  accessTokenLifetime: number,
): Pick<TokenTarget, 'lifetime' | 'typ' | 'hasClaims'> {
  const lifetimes = apis.map((api) => api.accessTokenLifetime ?? accessTokenLifetime);
  const isPlainJwt = apis.length > 0 && apis.every(({ accessTokenTyp }) => accessTokenTyp === 'JWT');
  return {
    lifetime: lifetimes.length > 0 ? Math.min(...lifetimes) : accessTokenLifetime,
    typ: isPlainJwt ? 'JWT' : 'at+jwt',
    hasClaims: apis.length > 0 && apis.every(({ accessTokenClaims }) => accessTokenClaims),
  };
}

/** One audience is a text: some verifiers read no list (RFC 7519 §4.1.3 allows both). */
function audienceOf(named: readonly string[], scope: readonly string[], issuer: string): string | readonly string[] {
  const all = scope.includes('openid') && !named.includes(issuer) ? [...named, issuer] : named;
  const [first = issuer, ...others] = all;
  return others.length === 0 ? first : all;
}
