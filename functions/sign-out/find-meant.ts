import type { Session } from '../../shared/people/session.ts';
import { subjectOf } from '../../shared/people/session-store.ts';
import type { HintClaims } from '../../shared/tokens/id-token-hint.ts';
import type { SignOutDeps } from './sign-out-deps.ts';

/** The sessions of the browser that a sign-out is about, and whether the person has to be asked before they end. */
export type Meant = { ids: readonly string[]; needsQuestion: boolean };

/**
 * OpenID Connect RP-Initiated Logout §2: those of the person of the hint, if they are signed in here, and then nobody is asked.
 * Otherwise it is about everybody in this browser.
 */
export async function findMeant(
  inBrowser: readonly string[],
  hint: HintClaims | undefined,
  deps: SignOutDeps,
): Promise<Meant> {
  const hinted = hint === undefined ? inBrowser : await sessionsOf(hint, inBrowser, deps);
  const ids = hinted.length > 0 ? hinted : inBrowser;
  const isShown = hint !== undefined && hinted.length > 0;
  // What is over by itself can be tidied away without a question; grants that are not over cannot.
  const isLiving = (await firstLiving(ids, deps)) !== undefined;
  const hasSomethingToEnd = isLiving || (deps.revokesAtSignOut && inBrowser.length > 0);
  return { ids, needsQuestion: hasSomethingToEnd && !isShown };
}

/** The sessions whose person the client of the hint knows by its subject. */
async function sessionsOf(hint: HintClaims, inBrowser: readonly string[], deps: SignOutDeps): Promise<string[]> {
  const client = await deps.clients.find(hint.aud);
  const subjects = client && (await deps.subjectsOf(client));
  if (client?.subjectType !== 'pairwise' || !subjects?.ok) return inBrowser.filter((id) => subjectOf(id) === hint.sub);
  const told = await Promise.all(
    inBrowser.map(async (id) => subjects.value(subjectOf(id), (await deps.accounts.findStanding(subjectOf(id))) ?? {})),
  );
  return inBrowser.filter((_, at) => told[at] === hint.sub);
}

async function firstLiving(ids: readonly string[], deps: SignOutDeps): Promise<Session | undefined> {
  for (const id of ids) {
    const session = await deps.sessions.find(id, deps.now());
    if (session) return session;
  }
  return undefined;
}
