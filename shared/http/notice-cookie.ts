import { clearCookie, cookieName, setCookie } from './cookies.ts';
import type { HttpRequest } from './request.ts';

/*
 * What the page after a redirect says once. In a cookie and not in the address, so that nobody can send somebody a link to a
 * page that tells them that something was done.
 */

const noticeCookie = 'pixy_notice';

/** Something was done: `done.…` among the texts. */
const doneNotices = [
  'passwordChanged',
  'sessionEnded',
  'sessionsEnded',
  'accessRemoved',
  'passkeyAdded',
  'passkeyRenamed',
  'passkeyRemoved',
  'totpOn',
  'totpOff',
  'linked',
  'unlinked',
] as const;
export type DoneNotice = (typeof doneNotices)[number];

/** Why somebody is at the sign-in page again; `confirm`: their sign-in was too long ago for what they wanted to do. */
const signInNotices = ['passkey_wrong', 'passkey_unknown', 'second_factor_late', 'confirm'] as const;
export type SignInNotice = (typeof signInNotices)[number];

/** A Set-Cookie value; good for five minutes, for those who read before they go on. */
export const leaveNotice = (issuer: string, notice: DoneNotice | SignInNotice): string =>
  setCookie(issuer, noticeCookie, notice, 300);

export type TakenNotice = {
  done?: DoneNotice | undefined;
  signIn?: SignInNotice | undefined;
  /** Take it away. */
  cookies: string[];
};

export function takeNotice(request: HttpRequest, issuer: string): TakenNotice {
  const left = request.cookies.get(cookieName(issuer, noticeCookie));
  if (left === undefined) return { cookies: [] };
  return {
    done: doneNotices.find((known) => known === left),
    signIn: signInNotices.find((known) => known === left),
    cookies: [clearCookie(issuer, noticeCookie)],
  };
}
