import { type Parameters, single } from '../oauth/parameters.ts';
import { equalInConstantTime, generateSecret } from '../secret.ts';
import { cookieName, formCookie, setCookie } from './cookies.ts';
import type { HttpRequest } from './request.ts';

/*
 * Every form carries the value of a cookie that other sites can neither read nor set, so no other page can submit our forms on a
 * person's behalf.
 */

/** What this browser has for its forms. Undefined in one that has no page of ours open yet, or keeps no cookies. */
export const formCookieOf = (request: HttpRequest, issuer: string): string | undefined =>
  request.cookies.get(cookieName(issuer, formCookie)) || undefined;

/** Returns the token for a form, and the cookie to set if the browser has none yet. Tabs share the token. */
export function openForm(request: HttpRequest, issuer: string): { token: string; cookies: string[] } {
  const kept = formCookieOf(request, issuer);
  if (kept !== undefined) return { token: kept, cookies: [] };
  const token = generateSecret();
  return { token, cookies: [setCookie(issuer, formCookie, token)] };
}

/**
 * Whether one of our pages in this browser sent the form. Two tabs opened at once may hold two tokens, only one of which the
 * browser kept; `Sec-Fetch-Site`, which no page can set, then shows that the form came from here. A form without any token is none
 * of ours, also from here: a page of ours posts answers to the redirect URIs of clients, and a client may say that its own is here.
 * Without any cookie, the browser keeps none, and what the form asks for would be lost without a word.
 */
export function isOurForm(request: HttpRequest, form: Parameters, issuer: string): boolean {
  const sent = single(form, 'form_token');
  const cookie = formCookieOf(request, issuer);
  if (sent === undefined || cookie === undefined) return false;
  return request.header('sec-fetch-site') === 'same-origin' || equalInConstantTime(cookie, sent);
}
