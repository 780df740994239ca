import type { Answer } from '../../shared/http/endpoint.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { Reason } from '../../shared/oauth/refusal.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { Problem } from '../../shared/pages/problem.ts';
import { setPasswordPage } from '../../shared/pages/set-password-page.ts';
import { displayName } from '../../shared/people/account.ts';
import { passwordLimits } from '../../shared/people/account-password.ts';
import type { SignedInPerson } from './signed-in-person.ts';

/** Why a password stays as it is: `problem` for the page, `reason` for the audit log, and a status if it is not 200. */
export type Unchanged = { problem: Problem; reason: Reason; status?: number };

/** The page that changes a password, or sets a first one. `unchanged`: what was wrong with the form that was sent before. */
export async function showPasswordForm(
  request: HttpRequest,
  { account, formToken }: SignedInPerson,
  deps: { lookOf: LookOf },
  unchanged?: Unchanged,
): Promise<Answer> {
  const reply = await setPasswordPage(deps.lookOf(request), {
    purpose: account.passwordHash === undefined ? 'first' : 'change',
    account: displayName(account),
    minimumLength: passwordLimits.minimum,
    cancelPath: endpoints.account,
    formToken,
    cookies: [],
    ...(unchanged && { problem: unchanged.problem, status: unchanged.status }),
  });
  return { reply, ...(unchanged && { decision: { verdict: 'refused', reason: unchanged.reason } }) };
}
