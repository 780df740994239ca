import type { endpoints } from './endpoints.ts';

/** A path at which clients keep sending people and token requests after another server's host name has become ours. */
export type PathAlias = { path: string; endpoint: keyof typeof endpoints & ('authorize' | 'token') };

/** OneWelcome, which has the name of a tenant in front where several share a host. */
const oneWelcome: readonly PathAlias[] = [
  { path: '/auth/oauth2.0/v1/authorize', endpoint: 'authorize' },
  { path: '/auth/oauth2.0/v1/token', endpoint: 'token' },
];

/**
 * Paths of other servers, also served with a trailing slash. Off by default. They are never announced: metadata and redirects use
 * the canonical paths.
 */
export const pathAliases: readonly PathAlias[] = [
  // webMethods API Gateway, whose documentation also spells the last path with a single c.
  { path: '/invoke/pub.apigateway.oauth2/authorize', endpoint: 'authorize' },
  { path: '/invoke/pub.apigateway.oauth2/getAccessToken', endpoint: 'token' },
  { path: '/invoke/pub.apigateway.oauth2/getAcessToken', endpoint: 'token' },
  ...oneWelcome,
  // WP OAuth Server
  { path: '/oauth/authorize', endpoint: 'authorize' },
  { path: '/oauth/token', endpoint: 'token' },
];

/** Whether a token request may be JSON there, as the documentation of webMethods API Gateway writes it. */
export const takesJson = (path: string): boolean =>
  /^\/invoke\/pub\.apigateway\.oauth2\/getAc{1,2}essToken\/?$/.test(path);

/** The aliases of a server: all of them if it is `on`, and OneWelcome's below each of the prefixes, such as `/tenant`. */
export const aliasesOf = (isOn = false, prefixes: readonly string[] = []): PathAlias[] => [
  ...(isOn ? pathAliases : []),
  ...prefixes.flatMap((prefix) => oneWelcome.map(({ path, endpoint }) => ({ path: `${prefix}${path}`, endpoint }))),
];

/** Every route of an alias is named in the permissions of a function, which may have 20 KB. */
const mostPrefixes = 10;

/** What is wrong with prefixes, as a sentence. Undefined: nothing. */
export function prefixProblem(prefixes: readonly string[]): string | undefined {
  const wrong = prefixes.find(
    (prefix) => !/^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*){1,4}$/.test(prefix) || prefix.length > 100,
  );
  if (wrong !== undefined)
    return `The prefix ${JSON.stringify(wrong)} is not a path like /tenant, without a slash at its end.`;
  if (new Set(prefixes).size < prefixes.length) return 'A prefix is there twice.';
  return prefixes.length > mostPrefixes ? `There are more than ${mostPrefixes} prefixes.` : undefined;
}
