import { clearCookie, cookieName, setCookie } from './cookies.ts';
import type { HttpRequest } from './request.ts';

const sessionCookie = 'pixy_session';

/** More accounts than anybody uses in one browser, and far below the size limit of a cookie. */
const maximumSessions = 5;

/** The sessions of a browser, the active one first. `kept`: they survive closing the browser. */
export type BrowserSessions = { ids: readonly string[]; kept: boolean };

/** Reads the cookie. Its content proves nothing until it is checked against the table. */
export function readSessions(request: HttpRequest, issuer: string): BrowserSessions {
  const [first, ...rest] = (request.cookies.get(cookieName(issuer, sessionCookie)) ?? '').split('~');
  const kept = first === 'kept';
  const ids = kept ? rest : [first ?? '', ...rest];
  return { ids: ids.filter((id) => id !== '').slice(0, maximumSessions), kept };
}

/** What a browser sends of its sessions, for a request that is made for it. */
export function sessionHeader(request: HttpRequest, issuer: string): Record<string, string> {
  const name = cookieName(issuer, sessionCookie);
  const value = request.cookies.get(name);
  return value === undefined ? {} : { cookie: `${name}=${value}` };
}

/** Returns the id of the active session. */
export const activeSession = (request: HttpRequest, issuer: string): string | undefined =>
  readSessions(request, issuer).ids[0];

/** Returns a Set-Cookie value with the sessions of a browser. `keptLifetime` is in seconds. */
export function writeSessions(issuer: string, { ids, kept }: BrowserSessions, keptLifetime: number): string {
  if (ids.length === 0) return clearCookie(issuer, sessionCookie);
  const value = [...(kept ? ['kept'] : []), ...ids.slice(0, maximumSessions)].join('~');
  return setCookie(issuer, sessionCookie, value, kept ? keptLifetime : undefined);
}
