import { clearCookie, cookieName, setCookie } from './cookies.ts';
import type { HttpRequest } from './request.ts';

/*
 * What the page after a redirect says once. In a cookie and not in the address, so that nobody can send somebody a link to a
 * page that tells them that something was done.
 */

const noticeCookie = 'pixy_notice';

/** Things that can be said. The page finds the words. */
export const notices = [
  'passwordChanged',
  'sessionEnded',
  'sessionsEnded',
  'accessRemoved',
  'passkeyAdded',
  'passkeyRenamed',
  'passkeyRemoved',
  'totpOn',
  'totpOff',
  'unlinked',
  'passkey_wrong',
  'passkey_unknown',
  'second_factor_late',
  'last_way_in',
  'confirm',
] as const;
export type Notice = (typeof notices)[number];

/** A Set-Cookie value; good for a minute, for a browser that is slow. */
export const leaveNotice = (issuer: string, notice: Notice): string => setCookie(issuer, noticeCookie, notice, 60);

/** The notice, and the cookie that takes it away. */
export function takeNotice(request: HttpRequest, issuer: string): { notice: Notice | undefined; cookies: string[] } {
  const left = request.cookies.get(cookieName(issuer, noticeCookie));
  if (left === undefined) return { notice: undefined, cookies: [] };
  return { notice: notices.find((known) => known === left), cookies: [clearCookie(issuer, noticeCookie)] };
}
