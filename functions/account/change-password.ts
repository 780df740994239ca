import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { leaveNotice } from '../../shared/http/notice-cookie.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Reason } from '../../shared/oauth/refusal.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import type { Look, LookOf } from '../../shared/pages/look.ts';
import { type Problem, problemOf } from '../../shared/pages/problem.ts';
import { setPasswordPage } from '../../shared/pages/set-password-page.ts';
import { hashPassword } from '../../shared/password.ts';
import { displayName } from '../../shared/people/account.ts';
import { admitPassword, type PasswordProblem, passwordLimits } from '../../shared/people/account-password.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import { verifyStoredPassword } from '../../shared/people/password-import.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import type { EndingSessions } from '../sign-out/ending-sessions.ts';
import { goOnAlone } from './act.ts';
import {
  findPerson,
  isFresh,
  type PersonDeps,
  readAccountForm,
  type SignedInPerson,
  toSignIn,
} from './signed-in-person.ts';

export type ChangePasswordDeps = PersonDeps & {
  hasPasswords: boolean;
  accounts: Pick<AccountStore, 'findBySubject' | 'setPassword'>;
  sessions: Pick<EndingSessions, 'find' | 'stampAgain' | 'clearAway'>;
  throttle: Pick<ThrottleStore, 'countProof'>;
  lookOf: LookOf;
  writeLine: WriteLine;
};

/** Where somebody changes their password, or sets a first one. Takes the current one, and ends all other sessions. */
export const changePasswordHandler = (deps: ChangePasswordDeps) =>
  endpoint({
    name: 'account-password',
    methods: { GET: (request) => visit(request, show, deps), POST: (request) => visit(request, change, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

type Refused = { problem: Problem; reason: Reason; status?: number };
type Step = (request: HttpRequest, person: SignedInPerson, deps: ChangePasswordDeps) => Promise<Answer>;

async function visit(request: HttpRequest, step: Step, deps: ChangePasswordDeps): Promise<Answer> {
  const person = await findPerson(request, deps);
  if (person === undefined) return toSignIn(deps.issuer, 'nobody');
  if (!deps.hasPasswords) return { reply: seeOther(endpoints.account) };
  return isFresh(person, deps.now()) ? step(request, person, deps) : toSignIn(deps.issuer, 'not_fresh');
}

async function show(
  request: HttpRequest,
  { account, formToken }: SignedInPerson,
  deps: ChangePasswordDeps,
  refused?: Refused,
): Promise<Answer> {
  const reply = await setPasswordPage(deps.lookOf(request), {
    purpose: account.passwordHash === undefined ? 'first' : 'change',
    account: displayName(account),
    minimumLength: passwordLimits.minimum,
    cancelPath: endpoints.account,
    formToken,
    cookies: [],
    ...(refused && { problem: refused.problem, status: refused.status }),
  });
  return { reply, ...(refused && { decision: { verdict: 'refused', reason: refused.reason } }) };
}

async function change(request: HttpRequest, person: SignedInPerson, deps: ChangePasswordDeps): Promise<Answer> {
  const look = deps.lookOf(request);
  const form = readAccountForm(request, person);
  if (!form.ok) {
    return show(request, person, deps, { problem: problemOf(form.refusal, look), reason: form.refusal.reason });
  }
  const { account } = person;
  const refused = await refuseCurrent(form.value, person, look, deps);
  if (refused) return show(request, person, deps, refused);
  const admitted = admitPassword(single(form.value, 'password') ?? '', [account.username, account.email]);
  if (!admitted.ok) {
    const problem = { text: passwordProblem(admitted.refusal, look), field: 'password' };
    return show(request, person, deps, { problem, reason: 'credentials_wrong' });
  }
  const changed = await deps.accounts.setPassword(account.sub, await hashPassword(admitted.value));
  if (changed === undefined) return toSignIn(deps.issuer, 'nobody');
  await goOnAlone(person, changed, deps);
  return {
    reply: seeOther(endpoints.account, [leaveNotice(deps.issuer, 'passwordChanged')]),
    decision: { verdict: 'allowed' },
  };
}

/** The current password, for an account that has one. Attempts are counted before it is looked at. */
async function refuseCurrent(
  form: Parameters,
  { account }: SignedInPerson,
  look: Look,
  deps: ChangePasswordDeps,
): Promise<Refused | undefined> {
  if (account.passwordHash === undefined) return undefined;
  const attempt = await deps.throttle.countProof(account.sub, deps.now());
  if (attempt.retryAfter !== undefined) {
    const refusal = { reason: 'sign_in_throttled', retryAfter: attempt.retryAfter } as const;
    return { problem: problemOf(refusal, look), reason: refusal.reason, status: 429 };
  }
  if (!(await verifyStoredPassword(single(form, 'current_password') ?? '', account.passwordHash))) {
    const problem = { text: look.text('problem.currentPasswordWrong'), field: 'current_password' };
    return { problem, reason: 'credentials_wrong' };
  }
  await attempt.takeBack();
  return undefined;
}

/** What is wrong with a password that somebody chose, in words. */
function passwordProblem(problem: PasswordProblem, look: Look): string {
  if (problem === 'too_short') return look.text('problem.passwordTooShort', { count: String(passwordLimits.minimum) });
  return look.text(problem === 'too_long' ? 'problem.passwordTooLong' : 'problem.passwordGuessable');
}
