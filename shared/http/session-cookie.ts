import { clearCookie, cookieName, setCookie } from './cookies.ts';
import type { HttpRequest } from './request.ts';

const sessionCookie = 'pixy_session';

/** More accounts than anybody uses in one browser, and far below what a cookie may hold. */
const maximumSessions = 5;

/** The sessions of a browser, the active one first; `kept` when they survive the end of the browser. */
export type BrowserSessions = { ids: readonly string[]; kept: boolean };

/** Reads the cookie. What is in it proves nothing until the table has been asked. */
export function readSessions(request: HttpRequest, issuer: string): BrowserSessions {
  const [first, ...rest] = (request.cookies.get(cookieName(issuer, sessionCookie)) ?? '').split('~');
  const kept = first === 'kept';
  const ids = kept ? rest : [first ?? '', ...rest];
  return { ids: ids.filter((id) => id !== '').slice(0, maximumSessions), kept };
}

/** The session that counts. */
export const activeSession = (request: HttpRequest, issuer: string): string | undefined =>
  readSessions(request, issuer).ids[0];

/** A Set-Cookie value for the sessions of a browser. `keptLifetime` is in seconds. */
export function writeSessions(issuer: string, { ids, kept }: BrowserSessions, keptLifetime: number): string {
  if (ids.length === 0) return clearCookie(issuer, sessionCookie);
  const value = [...(kept ? ['kept'] : []), ...ids.slice(0, maximumSessions)].join('~');
  return setCookie(issuer, sessionCookie, value, kept ? keptLifetime : undefined);
}
