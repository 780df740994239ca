import type { ReadPepper } from '../../shared/foreign-hashes/pepper.ts';
import type { Answer } from '../../shared/http/endpoint.ts';
import { leaveNotice } from '../../shared/http/notice-cookie.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import { hashPassword } from '../../shared/password.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import type { NotifyPerson } from '../notify-person.ts';
import { rememberIn } from '../sign-in/remember-browser.ts';
import type { EndingSessions } from '../sign-out/ending-sessions.ts';
import { goOnAlone } from './act.ts';
import { admitNewPassword } from './admit-new-password.ts';
import { type FreshPageDeps, freshPage } from './fresh-page.ts';
import { proveCurrentPassword } from './prove-current-password.ts';
import { showPasswordForm, type Unchanged } from './show-password-form.ts';
import { readAccountForm, type SignedInPerson } from './signed-in-person.ts';

export type ChangePasswordDeps = FreshPageDeps & {
  hasPasswords: boolean;
  accounts: Pick<AccountStore, 'findBySubject' | 'changePassword'>;
  sessions: Pick<EndingSessions, 'find' | 'stampAgain' | 'clearAway'>;
  throttle: Pick<ThrottleStore, 'countOwnProof'>;
  readPepper: ReadPepper;
  notify: NotifyPerson;
};

/** Where somebody changes their password, or sets a first one. Takes the current one, and ends all other sessions. */
export const changePasswordHandler = (deps: ChangePasswordDeps) =>
  freshPage({ name: 'account-password', isOffered: deps.hasPasswords, get: showPasswordForm, post: change }, deps);

async function change(request: HttpRequest, person: SignedInPerson, deps: ChangePasswordDeps): Promise<Answer> {
  const look = deps.lookOf(request);
  const again = (unchanged: Unchanged) => showPasswordForm(request, person, deps, unchanged);
  const form = readAccountForm(request, person);
  if (!form.ok) {
    const { refusal } = form;
    return again({ problem: problemOf(refusal, look), reason: refusal.reason, status: statusOf(refusal) });
  }
  const proved = await proveCurrentPassword(form.value, person, look, deps);
  if (!proved.ok) return again(proved.refusal);
  const admitted = admitNewPassword(form.value, person, look);
  if (!admitted.ok) return again(admitted.refusal);
  const hash = await hashPassword(admitted.value);
  const changed = await deps.accounts.changePassword(person.account, person.session.epoch, hash);
  if (changed === undefined) {
    const refusal = { reason: 'password_changed_meanwhile' } as const;
    return again({ problem: problemOf(refusal, look), reason: refusal.reason, status: statusOf(refusal) });
  }
  await goOnAlone(person, changed, deps);
  await deps.notify(request, changed.sub, 'passwordChanged');
  const proven = person.session.amr.includes('mfa') ? 'code' : 'password';
  const cookies = [leaveNotice(deps.issuer, 'passwordChanged'), ...rememberIn(request, changed, deps, proven)];
  return {
    reply: seeOther(endpoints.account, cookies),
    decision: { verdict: 'allowed', credential: 'password_changed' },
  };
}
