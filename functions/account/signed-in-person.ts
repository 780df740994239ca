import { createHmac } from 'node:crypto';
import type { Answer } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { leaveNotice } from '../../shared/http/notice-cookie.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { activeSession } from '../../shared/http/session-cookie.ts';
import { leaveWanted } from '../../shared/http/wanted-cookie.ts';
import { acrOf } from '../../shared/oauth/authentication-context.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { admitClear, type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { Account } from '../../shared/people/account.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { Session } from '../../shared/people/session.ts';
import { listedIdOf, type SessionStore } from '../../shared/people/session-store.ts';
import { judgeEpoch } from '../../shared/people/still-valid.ts';
import type { TotpReader } from '../../shared/people/totp-store.ts';
import { type Result, refuse } from '../../shared/result.ts';
import { equalInConstantTime } from '../../shared/secret.ts';

/** Seconds after a sign-in in which somebody may change how they sign in. */
const freshFor = 600;

/** Who is at a page of the account: signed in, neither disabled nor ended meanwhile. */
export type SignedInPerson = {
  account: Account;
  session: Session;
  sessionId: string;
  /** For the forms of the pages: bound to the session, so that it is worth nothing after it or in another one. */
  formToken: string;
};

export type PersonDeps = {
  issuer: string;
  sessions: Pick<SessionStore, 'find'>;
  accounts: Pick<AccountStore, 'findBySubject'>;
  now: () => number;
};

/** The person of the active session, if their account is still there and not disabled. */
export async function findPerson(request: HttpRequest, deps: PersonDeps): Promise<SignedInPerson | undefined> {
  const sessionId = activeSession(request, deps.issuer);
  if (sessionId === undefined) return undefined;
  // A session that was stamped a moment ago has to be read as it is now.
  const session = await deps.sessions.find(sessionId, deps.now(), { isConsistent: true });
  const account = session && (await deps.accounts.findBySubject(session.sub));
  if (!session || !account) return undefined;
  if (judgeEpoch(account, { epoch: session.epoch, sid: listedIdOf(sessionId) })) return undefined;
  return { account, session, sessionId, formToken: formTokenOf(sessionId) };
}

const formTokenOf = (sessionId: string): string =>
  createHmac('sha256', sessionId).update('forms of the account').digest('base64url');

/** The form of a page of this session. Refuses what is no form, and `form_token_invalid`. */
export function readAccountForm(request: HttpRequest, { formToken }: SignedInPerson): Result<Parameters, Refusal> {
  const form = admitClear(readForm(request));
  if (!form.ok) return form;
  const isOurs = equalInConstantTime(single(form.value, 'form_token') ?? '', formToken);
  return isOurs ? form : refuse({ reason: 'form_token_invalid' });
}

/** How somebody signs in may be changed only shortly after they did. */
export const isFresh = ({ session }: SignedInPerson, now: number): boolean => now - session.authTime <= freshFor;

/**
 * Whether a code is missing: the account has an authenticator app, and this sign-in was one factor, as one at a provider. Then it neither
 * turns the app off nor makes a passkey, which would be two factors. Not while the app is newer than the sign-in, as for somebody who
 * has just set it up.
 */
export async function lacksCode(
  { account, session }: SignedInPerson,
  { hasPasswords, totps }: { hasPasswords: boolean; totps: Pick<TotpReader, 'look'> },
): Promise<boolean> {
  // Without a password, there may be no page that asks for a code.
  if (!hasPasswords || account.passwordHash === undefined) return false;
  if (acrOf(session.amr) !== '1fa') return false;
  const app = await totps.look(account);
  return app !== undefined && (app.createdAt ?? 0) < session.authTime;
}

/**
 * To the sign-in page, for somebody who is not signed in, not shortly enough ago, or without the code that their account asks for. From
 * there they come back to the page that they wanted.
 */
export const toSignIn = (request: HttpRequest, issuer: string, reason: 'nobody' | 'not_fresh' | 'no_code'): Answer => ({
  reply: seeOther(endpoints.signIn, [
    leaveWanted(issuer, request),
    ...(reason === 'nobody' ? [] : [leaveNotice(issuer, reason === 'no_code' ? 'confirm_by_code' : 'confirm')]),
  ]),
  decision: { verdict: 'continued' },
});
