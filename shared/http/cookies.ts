/**
 * Returns the full name of a cookie of the sign-in pages. `__Host-` binds it to this host over https; on http://localhost
 * browsers reject the prefix.
 */
export const cookieName = (issuer: string, name: string): string =>
  issuer.startsWith('https:') ? `__Host-${name}` : name;

/**
 * Returns a Set-Cookie value that scripts cannot read and other sites cannot send except by a link. `maxAge` is in seconds;
 * without it, the cookie lasts until the browser closes.
 */
export function setCookie(issuer: string, name: string, value: string, maxAge?: number): string {
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Lax'];
  if (issuer.startsWith('https:')) attributes.push('Secure');
  if (maxAge !== undefined) attributes.push(`Max-Age=${maxAge}`);
  return [`${cookieName(issuer, name)}=${value}`, ...attributes].join('; ');
}

/** Returns a Set-Cookie value that removes a cookie. */
export const clearCookie = (issuer: string, name: string): string => setCookie(issuer, name, '', 0);

export const formCookie = 'pixy_form';

const nameShape = /^[ \t]*([!#$%&'*+.^_`|~\w-]+)[ \t]*=/;

/** By hand: a regular expression would begin again at each of many spaces inside of a value. */
function withoutSpacesAround(text: string): string {
  const isSpace = (index: number) => text[index] === ' ' || text[index] === '\t';
  let start = 0;
  let end = text.length;
  while (isSpace(start)) start += 1;
  while (end > start && isSpace(end - 1)) end -= 1;
  return text.slice(start, end);
}

/**
 * Returns the cookies of a request by name. Ignores a name that is not a token (RFC 6265 §4.1.1), and all cookies of a repeated
 * name, since another host of the domain may have set one of them. Counts only SP and HTAB as white space (§5.2), because
 * browsers let other hosts set names that begin with any other kind, whatever they look like once it is cut off.
 */
export function readCookies(pairs: readonly string[]): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  const repeated = new Set<string>();
  for (const pair of pairs) {
    const [before = '', name] = nameShape.exec(pair) ?? [];
    if (name === undefined) continue;
    if (cookies.has(name)) repeated.add(name);
    cookies.set(name, withoutSpacesAround(pair.slice(before.length)));
  }
  for (const name of repeated) cookies.delete(name);
  return cookies;
}
