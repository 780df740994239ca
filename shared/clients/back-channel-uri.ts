import { isFetchable } from '../oauth/fetchable-url.ts';

/** Whether a URI uses http on this machine, for clients under development. Only a server on the same machine sends anything to it. */
export function isLoopbackUri(text: string): boolean {
  if (text.length > 2_000 || !URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname) && username + password === '';
}

/** Whether a logout token may be sent to this URI: it has no fragment (OpenID Connect Back-Channel Logout §2.2) and is safe to fetch. */
export const isBackChannelUri = (text: string): boolean =>
  !text.includes('#') && (isFetchable(text) || isLoopbackUri(text));
