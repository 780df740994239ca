import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Look } from '../../shared/pages/look.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import { admitPassword } from '../../shared/people/admit-password.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import type { Unchanged } from './show-password-form.ts';
import type { SignedInPerson } from './signed-in-person.ts';

/** The password that somebody chose, if it is good enough for their account. The refusal says in words what is wrong with it. */
export function admitNewPassword(form: Parameters, { account }: SignedInPerson, look: Look): Result<string, Unchanged> {
  const admitted = admitPassword(single(form, 'password') ?? '', [account.username, account.email]);
  if (admitted.ok) return ok(admitted.value);
  const refusal = { reason: 'password_unacceptable', problem: admitted.refusal } as const;
  return refuse({ problem: problemOf(refusal, look), reason: refusal.reason });
}
