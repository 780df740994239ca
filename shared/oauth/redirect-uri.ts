import { ok, type Result, refuse } from '../result.ts';
import { encodePairs } from './parameters.ts';

declare const registered: unique symbol;

/**
 * A redirect URI that matched the client's registration. Only {@link matchRedirectUri} makes one, and only these can be
 * redirected to.
 */
export type RegisteredRedirectUri = string & { readonly [registered]: true };

/** Any port on a registered loopback host over http (RFC 8252 §7.3, §8.3). Scheme, host, path and query must match exactly. */
const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost))(?::(\d{1,5}))?((?:[/?][^#]*)?)$/;

function withoutPort(uri: string): string | undefined {
  const [, origin, port, rest] = loopback.exec(uri) ?? [];
  if (origin === undefined || (port !== undefined && Number(port) > 65_535)) return undefined;
  return origin + rest;
}

/** What of a redirect URI is compared: all of it, but for the port of a loopback one. */
export const comparedPart = (uri: string): string => withoutPort(uri) ?? uri;

/**
 * Compares a redirect URI with the registered ones as exact strings, except for the port of a loopback URI (RFC 9700 §2.1).
 * Returns the presented URI, since the client chooses the port, or undefined.
 */
export function matchRedirectUri(
  presented: string,
  registeredUris: readonly string[],
): RegisteredRedirectUri | undefined {
  const compared = comparedPart(presented);
  const matches = registeredUris.some((uri) => comparedPart(uri) === compared);
  return matches ? (presented as RegisteredRedirectUri) : undefined;
}

/** Parameters that we add to a redirect URI. A URI that already has one would carry it twice. */
const responseMembers = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'id_token', 'response'];

/** Schemes that browsers and systems answer themselves, so that no app gets what is sent there. */
const takenSchemes = [
  'about', 'blob', 'data', 'file', 'filesystem', 'ftp', 'intent', 'javascript', 'mailto', 'sms', 'tel', 'urn', 'vbscript',
  'view-source', 'ws', 'wss',
]; // biome-ignore format: a list of names

const schemeOf = (uri: string): string | undefined => /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase();

/** Whether a URI has a private-use scheme that is no reversed domain name (RFC 8252 §7.1), such as `cursor:`. */
export function hasDotlessScheme(uri: string): boolean {
  const scheme = schemeOf(uri);
  return scheme !== undefined && !scheme.includes('.') && !['https', 'http', ...takenSchemes].includes(scheme);
}

/**
 * Checks a redirect URI for registration (RFC 6749 §3.1.2, RFC 8252 §7, OAuth 2.1 §8.4.3): https, http on a loopback host, or a
 * private-use scheme; see {@link hasDotlessScheme} for those without a dot. Refuses with a sentence that says why.
 */
export function parseRedirectUri(uri: string): Result<string, string> {
  if (uri.length > 2_000) return refuse('is longer than 2,000 characters');
  // Visible ASCII without " < > \ ^ ` { | } (RFC 3986 §2).
  if (!/^[!#-;=?-[\]_a-z~]*$/.test(uri)) return refuse('has a character that a URI must percent-encode');
  if (uri.includes('#')) return refuse('has a fragment');
  if (uri.includes('*')) return refuse('has a wildcard; register every redirect URI in full');
  const scheme = schemeOf(uri);
  if (scheme === undefined || !URL.canParse(uri)) return refuse('is not an absolute URI');
  if (/^[^/?]*:\/\/[^/?]*@/.test(uri)) return refuse('has a user name or password in it');
  if (responseMembers.some((name) => new URL(uri).searchParams.has(name))) {
    return refuse('has a query parameter that the answer brings');
  }
  if (scheme === 'https') return /^https:\/\/[^/?]/i.test(uri) ? ok(uri) : refuse('has no host');
  if (scheme === 'http') {
    return withoutPort(uri) === undefined ? refuse('is http on a host that is not a loopback address') : ok(uri);
  }
  return takenSchemes.includes(scheme) ? refuse('has a scheme that no app is called by') : ok(uri);
}

/** Adds response parameters to a redirect URI and keeps its registered query (RFC 6749 §3.1.2). */
export const withQuery = (uri: RegisteredRedirectUri, parameters: ResponseParameters): string =>
  `${uri}${uri.includes('?') ? '&' : '?'}${encodePairs(present(parameters))}`;

/** Adds response parameters as the fragment. Registered redirect URIs have none. */
export const withFragment = (uri: RegisteredRedirectUri, parameters: ResponseParameters): string =>
  `${uri}#${encodePairs(present(parameters))}`;

/** The parameters of a response to the client. Undefined ones are left out. */
export type ResponseParameters = Readonly<Record<string, string | undefined>>;

export const present = (parameters: ResponseParameters): [string, string][] =>
  Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
