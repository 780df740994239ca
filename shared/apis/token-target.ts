import type { Refusal } from '../oauth/refusal.ts';
import { openidScopes } from '../oauth/scope.ts';
import { ok, type Result, refuse } from '../result.ts';
import { findByResource, isResource, type RegisteredApi } from './registered-api.ts';

/** What an access token is for: its `aud`, its `scope` and its lifetime in seconds. */
export type TokenTarget = { audience: string | readonly string[]; scope: readonly string[]; lifetime: number };

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

/** The resources of APIs as they are registered, which is how grants and tokens name them. */
export const resourcesOf = (apis: readonly RegisteredApi[]): string[] => apis.map(({ resource }) => resource);

/**
 * Targets an access token at the given APIs: it carries only scope values that they or OpenID Connect define, and lives as long
 * as the shortest of their lifetimes. Without an API, it is for the default audience with the whole scope. With `openid`
 * it is for the issuer as well, as /userinfo requires. Refuses a scope value that more than one of the APIs defines (RFC 9068 §3),
 * because it would mean a different right at each.
 */
export function targetOf(
  apis: readonly RegisteredApi[],
  scope: readonly string[],
  defaults: { issuer: string; audience: string; accessTokenLifetime: number },
): Result<TokenTarget, Refusal> {
  if (apis.length === 0) {
    const audience = audienceOf([defaults.audience], scope, defaults.issuer);
    return ok({ audience, scope, lifetime: defaults.accessTokenLifetime });
  }
  if (scope.some((value) => apis.filter((api) => api.scope.includes(value)).length > 1)) {
    return refuse({ reason: 'resource_ambiguous' });
  }
  const known = new Set<string>([...openidScopes, ...apis.flatMap((api) => api.scope)]);
  const lifetime = Math.min(...apis.map((api) => api.accessTokenLifetime ?? defaults.accessTokenLifetime));
  const kept = scope.filter((value) => known.has(value));
  return ok({ audience: audienceOf(resourcesOf(apis), kept, defaults.issuer), scope: kept, lifetime });
}

/** One audience is a text: some verifiers read no list (RFC 7519 §4.1.3 allows both). */
function audienceOf(named: readonly string[], scope: readonly string[], issuer: string): string | readonly string[] {
  const all = scope.includes('openid') && !named.includes(issuer) ? [...named, issuer] : named;
  const [first = issuer, ...others] = all;
  return others.length === 0 ? first : all;
}
