import { clearCookie, cookieName, setCookie } from './cookies.ts';
import type { HttpRequest } from './request.ts';

/*
 * A notice that the page after a redirect shows once. It travels in a cookie rather than the URL, so that nobody can send a link
 * to a page that claims something was done.
 */

const noticeCookie = 'pixy_notice';

/** How the person signs in was changed, and the other sessions go on. */
const factorNotices = [
  'passkeyAdded',
  'passkeyRemoved',
  'totpOn',
  'totpOff',
  'codesRenewed',
  'linked',
  'unlinked',
] as const;

/** Something was done; the texts are under `done.…`. */
const doneNotices = [
  ...factorNotices,
  'passwordChanged',
  'reset',
  'sessionEnded',
  'sessionsEnded',
  'accessRemoved',
  'passkeyRenamed',
  'profileSaved',
  'addressAsked',
] as const;
export type DoneNotice = (typeof doneNotices)[number];

export const isAboutFactor = (notice: DoneNotice | undefined): boolean =>
  factorNotices.some((known) => known === notice);

/**
 * Why a person is back at the sign-in page. `confirm`: somebody who is signed in must prove again that it is they; `confirm_by_code`: with
 * the code that their account asks for.
 */
const signInNotices = ['passkey_wrong', 'passkey_unknown', 'second_factor_late', 'confirm', 'confirm_by_code'] as const;
export type SignInNotice = (typeof signInNotices)[number];
export type Confirmation = Extract<SignInNotice, 'confirm' | 'confirm_by_code'>;

/** Returns a Set-Cookie value that lasts five minutes, for people who read before they go on. */
export const leaveNotice = (issuer: string, notice: DoneNotice | SignInNotice): string =>
  setCookie(issuer, noticeCookie, notice, 300);

export type TakenNotice = {
  done?: DoneNotice | undefined;
  signIn?: SignInNotice | undefined;
  /** Remove the notice. */
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
