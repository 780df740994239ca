import { isFetchable } from '../oauth/fetchable-url.ts';
import { ok, type Result, refuse } from '../result.ts';
import { isLoopbackUri } from './back-channel-uri.ts';

/**
 * Which client ids may be fetched: `any`, or those on these hosts, but never on `ownHost`, that of the server. Loopback addresses are
 * for runs on one machine.
 */
export type DocumentSettings = { hosts: 'any' | readonly string[]; ownHost?: string; allowLoopback: boolean };

/** A dot segment, also percent-encoded (RFC 3986 §3.3): what is fetched would not be what is written. */
const dotSegment = /\/(?:\.|%2e){1,2}(?=[/?]|$)/i;

/**
 * Checks a client id as the URL of a document (draft-ietf-oauth-client-id-metadata-document, "Client Identifier"). Refuses with the
 * end of a sentence about it.
 */
export function judgeClientUrl(
  clientId: string,
  { hosts, ownHost, allowLoopback }: DocumentSettings,
): Result<URL, string> {
  if (clientId.length > 255) return refuse('is longer than 255 characters');
  // Visible ASCII without " < > \ ^ ` { | } (RFC 3986 §2).
  if (!/^[!#-;=?-[\]_a-z~]*$/.test(clientId) || !URL.canParse(clientId)) return refuse('is not a URL');
  if (clientId.includes('#')) return refuse('has a fragment');
  const [, afterHost = ''] = /^[^:]+:\/\/[^/?]*(.*)$/.exec(clientId) ?? [];
  if (dotSegment.test(afterHost)) return refuse('has a . or .. segment in its path');
  const url = new URL(clientId);
  if (url.username !== '' || url.password !== '') return refuse('has a user name or password in it');
  if (url.pathname === '/') return refuse('has no path');
  // Its own pages are no documents, and one that names another client would have the server ask itself again.
  if (url.host.replace(/\.(?=$|:)/, '') === ownHost) return refuse('is on the host of this server');
  if (allowLoopback && isLoopbackUri(clientId)) return ok(url);
  if (!isFetchable(clientId)) return refuse('is not an https URL of a public host, without a port');
  if (hosts !== 'any' && !hosts.includes(url.hostname)) return refuse('is on a host that this server does not accept');
  return ok(url);
}
