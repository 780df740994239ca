import { isFetchable } from '../oauth/fetchable-url.ts';

/** http on this machine, for clients that are tried out locally. Only a server that runs there itself sends anything to it. */
export function isLoopbackUri(text: string): boolean {
  if (text.length > 2_000 || !URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname) && username + password === '';
}

/** OpenID Connect Back-Channel Logout §2.2: no fragment; where we may send something to. */
export const isBackChannelUri = (text: string): boolean =>
  !text.includes('#') && (isFetchable(text) || isLoopbackUri(text));
