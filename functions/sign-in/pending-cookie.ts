import { clearCookie, cookieName, setCookie } from '../../shared/http/cookies.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { pendingLifetime } from '../../shared/people/totp-pending-store.ts';

/*
 * The secret of a sign-in that waits for a code, in the browser that gave the right password.
 */

const pendingCookie = 'pixy_pending';

export const setPending = (issuer: string, secret: string): string =>
  setCookie(issuer, pendingCookie, secret, pendingLifetime);

export const readPending = (request: HttpRequest, issuer: string): string | undefined =>
  request.cookies.get(cookieName(issuer, pendingCookie));

export const clearPending = (issuer: string): string => clearCookie(issuer, pendingCookie);
