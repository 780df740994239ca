import { endpoints } from '../oauth/endpoints.ts';
import { clearCookie, cookieName, setCookie } from './cookies.ts';
import type { HttpRequest } from './request.ts';

/*
 * Which page of the account somebody wanted, who has to sign in first. It travels in a cookie, as a name of ours, so that no link leads
 * anybody from the sign-in page to anywhere.
 */

const wantedCookie = 'pixy_wanted';

const pages = new Map<string, `/${string}`>([
  ['account', endpoints.account],
  ['profile', endpoints.accountProfile],
  ['password', endpoints.accountPassword],
  ['authenticator', endpoints.accountAuthenticator],
  ['recovery-codes', endpoints.accountRecoveryCodes],
  ['passkey', endpoints.accountPasskey],
  ['remove', endpoints.accountRemove],
]);

/** Returns a Set-Cookie value that lasts ten minutes. What is not a page, such as a download, leads to the page of the account. */
export function leaveWanted(issuer: string, { path }: Pick<HttpRequest, 'path'>): string {
  const [name = 'account'] = [...pages].find(([, page]) => page === path) ?? [];
  return setCookie(issuer, wantedCookie, name, 600);
}

/** The page that somebody wanted, and the cookies that forget it. */
export function takeWanted(
  request: HttpRequest,
  issuer: string,
): { path?: `/${string}` | undefined; cookies: string[] } {
  const name = request.cookies.get(cookieName(issuer, wantedCookie));
  if (name === undefined) return { cookies: [] };
  return { path: pages.get(name), cookies: [clearCookie(issuer, wantedCookie)] };
}
