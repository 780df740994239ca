import type { Answer } from '../../shared/http/endpoint.ts';
import { openForm } from '../../shared/http/form-token.ts';
import { headersOf } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { parseParameters } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { Look, LookOf } from '../../shared/pages/look.ts';
import { type Problem, problemOf } from '../../shared/pages/problem.ts';
import { secondFactorPage } from '../../shared/pages/second-factor-page.ts';
import type { PendingSignIn } from '../../shared/people/totp-pending-store.ts';
import { findShown } from '../find-meant.ts';
import type { PushedRequests } from '../open-pushed-requests.ts';
import { withQuery } from './go-on.ts';

/**
 * The page that asks for a code of the app, or for a recovery code, each with a link to the other. `refusal`: what was wrong
 * with the code that was sent before.
 */
export async function showCodeForm(
  request: HttpRequest,
  pending: PendingSignIn,
  deps: { issuer: string } & LookDeps,
  refusal?: Refusal,
): Promise<Answer> {
  const look = await lookFor(request, deps);
  const kind = request.path === endpoints.signInRecoveryCode ? 'recovery' : 'code';
  const other = kind === 'code' ? endpoints.signInRecoveryCode : endpoints.signInCode;
  const form = openForm(request, deps.issuer);
  const reply = await secondFactorPage(look, {
    kind,
    account: pending.account,
    otherPath: withQuery(other, request),
    formToken: form.token,
    cookies: form.cookies,
    ...(refusal && {
      problem: problemOfCode(refusal, kind, look),
      status: statusOf(refusal),
      headers: headersOf(refusal),
    }),
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

function problemOfCode(refusal: Refusal, kind: 'code' | 'recovery', look: Look): Problem {
  if (refusal.reason !== 'second_factor_wrong' || kind === 'code') return problemOf(refusal, look);
  return { text: look.text('problem.recoveryCodeWrong'), field: 'code' };
}

type LookDeps = { lookOf: LookOf; pushedRequests: PushedRequests };

/** The look in the language that the authorization request asks for. */
export async function lookFor(request: HttpRequest, deps: LookDeps): Promise<Look> {
  const interrupted = parseParameters(request.rawQuery);
  return deps.lookOf(request, interrupted.ok ? await findShown(interrupted.value, deps) : undefined);
}
