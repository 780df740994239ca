import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Look } from '../../shared/pages/look.ts';
import { admitPassword, type PasswordProblem, passwordLimits } from '../../shared/people/account-password.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import type { Unchanged } from './show-password-form.ts';
import type { SignedInPerson } from './signed-in-person.ts';

/** The password that somebody chose, if it is good enough for their account. The refusal says in words what is wrong with it. */
export function admitNewPassword(form: Parameters, { account }: SignedInPerson, look: Look): Result<string, Unchanged> {
  const admitted = admitPassword(single(form, 'password') ?? '', [account.username, account.email]);
  if (admitted.ok) return ok(admitted.value);
  const problem = { text: problemText(admitted.refusal, look), field: 'password' };
  return refuse({ problem, reason: 'credentials_wrong' });
}

function problemText(problem: PasswordProblem, look: Look): string {
  if (problem === 'too_short') return look.text('problem.passwordTooShort', { count: String(passwordLimits.minimum) });
  return look.text(problem === 'too_long' ? 'problem.passwordTooLong' : 'problem.passwordGuessable');
}
