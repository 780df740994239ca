import { type Parameters, single } from '../oauth/parameters.ts';
import { equalInConstantTime, generateSecret } from '../secret.ts';
import { cookieName, formCookie, setCookie } from './cookies.ts';
import type { HttpRequest } from './request.ts';

/*
 * Every form carries the value of a cookie that another site can neither read nor set, so a page elsewhere cannot send our
 * forms for somebody.
 */

/** The token for a form, and the cookie to set if the browser has none yet. Several tabs share it. */
export function openForm(request: HttpRequest, issuer: string): { token: string; cookies: string[] } {
  const kept = request.cookies.get(cookieName(issuer, formCookie));
  if (kept) return { token: kept, cookies: [] };
  const token = generateSecret();
  return { token, cookies: [setCookie(issuer, formCookie, token)] };
}

/**
 * Was the form sent by one of our pages in this browser? Two tabs that were opened at once may hold two tokens, of which the
 * browser kept one; then the browser itself says that the form came from here (`Sec-Fetch-Site`, which no page can set).
 */
export function isOurForm(request: HttpRequest, form: Parameters, issuer: string): boolean {
  if (request.header('sec-fetch-site') === 'same-origin') return true;
  const cookie = request.cookies.get(cookieName(issuer, formCookie));
  const sent = single(form, 'form_token');
  return Boolean(cookie) && sent !== undefined && equalInConstantTime(cookie ?? '', sent);
}
