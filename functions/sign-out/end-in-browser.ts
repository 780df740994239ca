import type { HttpRequest } from '../../shared/http/request.ts';
import { type BrowserSessions, writeSessions } from '../../shared/http/session-cookie.ts';
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
  await Promise.all(ids.map((id) => revokeGrantsOf(id, deps)));
  const sessions = await Promise.all(ids.map((id) => deps.sessions.end(id)));
  await deps.tellClients(sessions, request.requestId);
  const left = { ...browser, ids: browser.ids.filter((id) => !ids.includes(id)) };
  return writeSessions(deps.issuer, left, deps.keptSessionLifetime);
}

/** By cookie: only who knows the secret in it can name the session, and with it the grants. */
async function revokeGrantsOf(sessionId: string, deps: SignOutDeps): Promise<void> {
  const sub = subjectOf(sessionId);
  if (sub !== '') await deps.revokeGrantsOf?.(sub, listedIdOf(sessionId));
}
