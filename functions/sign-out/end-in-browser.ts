import type { HttpRequest } from '../../shared/http/request.ts';
import { type BrowserSessions, writeSessions } from '../../shared/http/session-cookie.ts';
import type { Session } from '../../shared/people/session.ts';
import { listedIdOf, subjectOf } from '../../shared/people/session-store.ts';
import type { SignOutDeps } from './sign-out-deps.ts';

/**
 * Ends sessions of a browser, with the grants that end with them, and tells the clients that were in them. Returns the cookie
 * with those that are left.
 */
export async function endInBrowser(
  ids: readonly string[],
  browser: BrowserSessions,
  request: HttpRequest,
  deps: SignOutDeps,
): Promise<string> {
  const sessions = await Promise.all(ids.map((id) => end(id, deps)));
  await deps.tellClients(sessions, request.requestId);
  const left = { ...browser, ids: browser.ids.filter((id) => !ids.includes(id)) };
  return writeSessions(deps.issuer, left, deps.keptSessionLifetime);
}

/** By cookie: only who knows the secret in it can name the session, and with it the grants. */
async function end(sessionId: string, deps: SignOutDeps): Promise<Session | undefined> {
  const sub = subjectOf(sessionId);
  return sub === '' ? undefined : deps.endSession(sub, listedIdOf(sessionId));
}
