import { ok, type Result, refuse } from '../result.ts';
import { encodePairs } from './parameters.ts';

declare const registered: unique symbol;

/** A redirect URI that matched the client's registration. Made by {@link matchRedirectUri} alone; only this can be redirected to. */
export type RegisteredRedirectUri = string & { readonly [registered]: true };

/** RFC 8252 §7.3 and §8.3: http, a loopback host as registered, any port. Scheme, host, path and query stay exact. */
const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost))(?::(\d{1,5}))?((?:[/?][^#]*)?)$/;

function withoutPort(uri: string): string | undefined {
  const [, origin, port, rest] = loopback.exec(uri) ?? [];
  if (origin === undefined || (port !== undefined && Number(port) > 65_535)) return undefined;
  return origin + rest;
}

/**
 * RFC 9700 §2.1: exact string comparison with the registered URIs, except for the port of a loopback URI.
 * Returns what was presented (the port is the client's choice), or undefined.
 */
export function matchRedirectUri(
  presented: string,
  registeredUris: readonly string[],
): RegisteredRedirectUri | undefined {
  const portless = withoutPort(presented);
  const matches = registeredUris.some(
    (uri) => uri === presented || (portless !== undefined && withoutPort(uri) === portless),
  );
  return matches ? (presented as RegisteredRedirectUri) : undefined;
}

/** What we add to a redirect URI; one of its own by this name would be there twice. */
const responseMembers = ['code', 'state', 'iss', 'error', 'id_token'];

/**
 * What may be registered (RFC 6749 §3.1.2, RFC 8252 §7, OAuth 2.1 §8.4.3): https, http on a loopback host,
 * or a private-use scheme with a dot in it. Refuses with the sentence that says why.
 */
export function parseRedirectUri(uri: string): Result<string, string> {
  if (uri.length > 2_000) return refuse('is longer than 2,000 characters');
  // Visible ASCII without " < > \ ^ ` { | } (RFC 3986 §2).
  if (!/^[!#-;=?-[\]_a-z~]*$/.test(uri)) return refuse('has a character that a URI must percent-encode');
  if (uri.includes('#')) return refuse('has a fragment');
  if (uri.includes('*')) return refuse('has a wildcard; register every redirect URI in full');
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined || !URL.canParse(uri)) return refuse('is not an absolute URI');
  if (/^[^/?]*:\/\/[^/?]*@/.test(uri)) return refuse('has a user name or password in it');
  if (responseMembers.some((name) => new URL(uri).searchParams.has(name))) {
    return refuse('has a query parameter that the answer brings');
  }
  if (scheme === 'https') return /^https:\/\/[^/?]/i.test(uri) ? ok(uri) : refuse('has no host');
  if (scheme === 'http') {
    return withoutPort(uri) === undefined ? refuse('is http on a host that is not a loopback address') : ok(uri);
  }
  return scheme.includes('.') ? ok(uri) : refuse('has a private-use scheme without a dot (use a reversed domain name)');
}

/** Adds response parameters to a redirect URI, keeping the query it was registered with (RFC 6749 §3.1.2). */
export const withQuery = (uri: RegisteredRedirectUri, parameters: ResponseParameters): string =>
  `${uri}${uri.includes('?') ? '&' : '?'}${encodePairs(present(parameters))}`;

/** The same in the fragment; a registered redirect URI has none. */
export const withFragment = (uri: RegisteredRedirectUri, parameters: ResponseParameters): string =>
  `${uri}#${encodePairs(present(parameters))}`;

/** What goes back to the client. Absent values stay absent. */
export type ResponseParameters = Readonly<Record<string, string | undefined>>;

export const present = (parameters: ResponseParameters): [string, string][] =>
  Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
