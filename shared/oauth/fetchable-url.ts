import { isIP } from 'node:net';

/**
 * Whether a URL that a client names is safe to fetch: https on a public host name. Refuses addresses and local names; what a name
 * resolves to is checked again on fetching.
 */
export function isFetchable(text: string): boolean {
  if (text.length > 2_000 || !URL.canParse(text)) return false;
  const { protocol, hostname, username, password, port } = new URL(text);
  const isName = isIP(hostname) === 0 && !hostname.startsWith('[') && hostname.includes('.');
  const isLocal = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/.test(hostname);
  return (
    protocol === 'https:' && isName && !isLocal && username === '' && password === '' && (port === '' || port === '443')
  );
}
