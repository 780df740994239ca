import type { RegisteredClient } from './registered-client.ts';

/**
 * The sector of a client with pairwise subjects (OpenID Connect Core §8.1): the host of its `sector_identifier_uri`, or the one https
 * host that all its redirect URIs have. Clients of one sector know a person by the same subject. Undefined when there is none.
 */
export function sectorOf({
  redirectUris,
  sectorIdentifierUri,
}: Pick<RegisteredClient, 'redirectUris' | 'sectorIdentifierUri'>): string | undefined {
  if (sectorIdentifierUri !== undefined) return hostOf(sectorIdentifierUri);
  const hosts = new Set(redirectUris.map(hostOf));
  const [host] = hosts;
  return hosts.size === 1 ? host : undefined;
}

/** Apps that share the loopback host or a scheme have nothing else in common. */
const hostOf = (uri: string): string | undefined => {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  return url?.protocol === 'https:' ? url.hostname : undefined;
};
