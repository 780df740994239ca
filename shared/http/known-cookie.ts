import { cookieName, setCookie } from './cookies.ts';
import type { HttpRequest } from './request.ts';

const knownCookie = 'pixy_known';

/** More people than sign in with one browser, and far below the size limit of a cookie. */
const mostPeople = 5;

/**
 * Reads what the browser keeps of earlier sign-ins, the latest one first. Each proves nothing until it is compared with an account;
 * see `shared/people/known-browser.ts`.
 */
export const readKnown = (request: HttpRequest, issuer: string): string[] =>
  (request.cookies.get(cookieName(issuer, knownCookie)) ?? '').split('~').slice(0, mostPeople);

/** Returns a Set-Cookie value that keeps the first few of `known`. `lifetime` is in seconds. */
export const writeKnown = (issuer: string, known: readonly string[], lifetime: number): string =>
  setCookie(issuer, knownCookie, known.slice(0, mostPeople).join('~'), lifetime);
