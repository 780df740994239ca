import type { Answer } from '../../shared/http/endpoint.ts';
import { headersOf, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import { secondFactorPage } from '../../shared/pages/second-factor-page.ts';
import { displayName } from '../../shared/people/account.ts';
import { verifySecondFactor } from '../../shared/people/totp-verify.ts';
import type { AuthenticatorDeps } from './authenticator-deps.ts';
import { authenticatorPage } from './authenticator-page.ts';
import { codesOfForm, newCodesSeed } from './codes-of-form.ts';
import { showCodes } from './show-codes.ts';
import { readAccountForm, type SignedInPerson } from './signed-in-person.ts';

/** Where somebody makes new recovery codes, for a code of the app. */
export const recoveryCodesHandler = (deps: AuthenticatorDeps) =>
  authenticatorPage({ name: 'account-recovery-codes', needsApp: true, get: ask, post: renew }, deps);

async function ask(
  request: HttpRequest,
  { account, formToken }: SignedInPerson,
  deps: AuthenticatorDeps,
  refusal?: Refusal,
): Promise<Answer> {
  const look = deps.lookOf(request);
  const reply = await secondFactorPage(look, {
    kind: 'code',
    account: displayName(account),
    formToken,
    carried: newCodesSeed(),
    cookies: [],
    ...(refusal && { problem: problemOf(refusal, look), status: statusOf(refusal), headers: headersOf(refusal) }),
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

async function renew(request: HttpRequest, person: SignedInPerson, deps: AuthenticatorDeps): Promise<Answer> {
  const form = readAccountForm(request, person);
  if (!form.ok) return ask(request, person, deps, form.refusal);
  const { sub } = person.session;
  const codes = codesOfForm(form.value, person);
  // The form came twice: from a page that is loaded again, or a button that is pressed twice.
  if (await deps.totps.hasCodes(sub, codes)) return showCodes(request, codes, { notice: 'codesRenewed' }, deps);
  const typed = single(form.value, 'code') ?? '';
  const count = () => deps.throttle.countOwnProof(sub, deps.now());
  const verified = await verifySecondFactor({ sub, typed }, deps.totps, count, deps.now());
  if (!verified.ok) {
    const isShown = verified.refusal.reason === 'second_factor_used' && (await deps.totps.hasCodes(sub, codes));
    if (isShown) return showCodes(request, codes, { notice: 'codesRenewed' }, deps);
    return ask(request, person, deps, verified.refusal);
  }
  const isReplaced = await deps.totps.replaceCodes(sub, codes);
  if (!isReplaced) return { reply: seeOther(endpoints.account) };
  await deps.notify(request, sub, 'codesRenewed');
  return showCodes(request, codes, { notice: 'codesRenewed', credential: 'recovery_codes_renewed' }, deps);
}
