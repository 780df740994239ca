/** Cookies of the sign-in pages. `__Host-` binds them to this host over https; on http://localhost browsers refuse the prefix. */
export const cookieName = (issuer: string, name: string): string =>
  issuer.startsWith('https:') ? `__Host-${name}` : name;

/** A Set-Cookie value that scripts cannot read and other sites do not send along, except by a link. `maxAge` is in seconds; absent: until the browser closes. */
export function setCookie(issuer: string, name: string, value: string, maxAge?: number): string {
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Lax'];
  if (issuer.startsWith('https:')) attributes.push('Secure');
  if (maxAge !== undefined) attributes.push(`Max-Age=${maxAge}`);
  return [`${cookieName(issuer, name)}=${value}`, ...attributes].join('; ');
}

/** Takes a cookie away from the browser. */
export const clearCookie = (issuer: string, name: string): string => setCookie(issuer, name, '', 0);

export const formCookie = 'pixy_form';
