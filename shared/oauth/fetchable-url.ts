import { isIP } from 'node:net';

/**
 * A URL that clients may name and we may fetch: https on a public host name. Addresses and local names are refused here, what a
 * name resolves to is checked again when it is fetched.
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
