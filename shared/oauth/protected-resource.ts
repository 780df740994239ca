/**
 * Where the metadata of a protected resource is (RFC 9728 §3.1): the well-known part goes between its host and its path with its query,
 * and a path that is only a slash is none. `resource` is an absolute URL.
 */
export function resourceMetadataUrl(resource: string): string {
  const { origin, pathname, search } = new URL(resource);
  const path = pathname === '/' ? '' : pathname;
  return `${origin}/.well-known/oauth-protected-resource${path}${search}`;
}
