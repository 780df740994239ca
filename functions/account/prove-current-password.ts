import type { ReadPepper } from '../../shared/foreign-hashes/pepper.ts';
import { verifyStoredPassword } from '../../shared/foreign-hashes/stored-password.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Look } from '../../shared/pages/look.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import type { Unchanged } from './show-password-form.ts';
import type { SignedInPerson } from './signed-in-person.ts';

/**
 * Checks the current password, for an account that has one. Attempts are counted before it is looked at, and stay counted when it
 * was right, so that nobody changes a password over and over. Refuses with
 * `sign_in_throttled` (429) and `credentials_wrong`.
 */
export async function proveCurrentPassword(
  form: Parameters,
  { account }: SignedInPerson,
  look: Look,
  deps: { throttle: Pick<ThrottleStore, 'countOwnProof'>; readPepper: ReadPepper; now: () => number },
): Promise<Result<void, Unchanged>> {
  if (account.passwordHash === undefined) return ok(undefined);
  const attempt = await deps.throttle.countOwnProof(account.sub, deps.now());
  if (attempt.retryAfter !== undefined) {
    const refusal = { reason: 'sign_in_throttled', retryAfter: attempt.retryAfter } as const;
    return refuse({ problem: problemOf(refusal, look), reason: refusal.reason, status: 429 });
  }
  const given = single(form, 'current_password') ?? '';
  if (!(await verifyStoredPassword(given, account.passwordHash, deps.readPepper))) {
    const problem = { text: look.text('problem.currentPasswordWrong'), field: 'current_password' };
    return refuse({ problem, reason: 'credentials_wrong' });
  }
  return ok(undefined);
}
