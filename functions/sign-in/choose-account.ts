import type { Answer } from '../../shared/http/endpoint.ts';
import { openForm } from '../../shared/http/form-token.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { readSessions, writeSessions } from '../../shared/http/session-cookie.ts';
import { goOnAt } from '../../shared/oauth/after-sign-in.ts';
import { afterSelection, signingIn } from '../../shared/oauth/authorization-request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { encodeParameters, type Parameters, single } from '../../shared/oauth/parameters.ts';
import { chooseAccountPage } from '../../shared/pages/choose-account-page.ts';
import { type Account, displayName } from '../../shared/people/account.ts';
import { listedIdOf } from '../../shared/people/session-store.ts';
import { judgeEpoch } from '../../shared/people/still-valid.ts';
import { findShown } from '../find-meant.ts';
import { findClientName } from './find-client-name.ts';
import type { SignInDeps } from './sign-in-deps.ts';

type SignedIn = { id: string; account: Account };

/** The people who are signed in in this browser, when the request asks which of them it is for (`prompt=select_account`). */
export async function findSelectable(
  request: HttpRequest,
  interrupted: Parameters,
  deps: SignInDeps,
): Promise<SignedIn[]> {
  const prompt = (single(interrupted, 'prompt') ?? '').split(' ');
  if (!prompt.includes('select_account') || prompt.includes('login')) return [];
  const { ids } = readSessions(request, deps.issuer);
  const found = await Promise.all(ids.map((id) => findSignedIn(id, deps)));
  return found.filter((person) => person !== undefined);
}

/** Nobody whose session was ended, or whose account is disabled. */
async function findSignedIn(id: string, deps: SignInDeps): Promise<SignedIn | undefined> {
  const session = await deps.sessions.find(id, deps.now(), { isConsistent: true });
  const account = session && (await deps.accounts.findBySubject(session.sub));
  if (!session || !account) return undefined;
  return judgeEpoch(account, { epoch: session.epoch, sid: listedIdOf(id) }) ? undefined : { id, account };
}

/** The page with one button for each of them, and one for somebody else. */
export async function showAccounts(
  request: HttpRequest,
  interrupted: Parameters,
  people: readonly SignedIn[],
  deps: SignInDeps,
): Promise<Answer> {
  const form = openForm(request, deps.issuer);
  const accounts = people.map(({ id, account }) => ({ value: listedIdOf(id), name: displayName(account) }));
  const clientName = await findClientName(interrupted, deps);
  const page = { clientName, accounts, formToken: form.token, cookies: form.cookies };
  return { reply: await chooseAccountPage(deps.lookOf(request, interrupted), page) };
}

/**
 * Goes on as the person of a button. `account` names their session, or somebody else, who then signs in. A session that is over
 * meanwhile is nobody's.
 */
export async function chooseAccount(
  request: HttpRequest,
  interrupted: Parameters,
  account: string,
  deps: SignInDeps,
): Promise<Answer> {
  const people = await findSelectable(request, await findShown(interrupted, deps), deps);
  const chosen = people.find(({ id }) => listedIdOf(id) === account);
  if (chosen === undefined) {
    return { reply: seeOther(`${endpoints.signIn}?${encodeParameters(signingIn(interrupted))}`) };
  }
  const browser = readSessions(request, deps.issuer);
  const ids = [chosen.id, ...browser.ids.filter((id) => id !== chosen.id)];
  const cookie = writeSessions(deps.issuer, { ...browser, ids }, deps.keptSessionLifetime);
  return {
    reply: seeOther(goOnAt(afterSelection(interrupted)), [cookie]),
    decision: { verdict: 'allowed' },
  };
}
