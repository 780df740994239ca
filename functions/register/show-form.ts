import type { Answer } from '../../shared/http/endpoint.ts';
import { openForm } from '../../shared/http/form-token.ts';
import { headersOf } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { encodeParameters, parseParameters } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import { registrationPage } from '../../shared/pages/registration-page.ts';
import { passwordLimits } from '../../shared/people/account-password.ts';
import type { AskedRegistration } from '../../shared/people/account-registration.ts';
import { findShown } from '../find-meant.ts';
import { refuseOnPage } from '../refuse-on-page.ts';
import type { RegisterDeps } from './register-deps.ts';

/** A form that was refused: why, and what somebody filled in, of which all but the password is shown again. */
export type Tried = { asked: AskedRegistration; refusal: Refusal };

const page = { title: 'register.title', path: endpoints.register } as const;

/** The registration page, with a link to the sign-in page that takes the interrupted request along. */
export async function showForm(request: HttpRequest, deps: RegisterDeps, tried?: Tried): Promise<Answer> {
  const interrupted = parseParameters(request.rawQuery);
  if (!interrupted.ok) return refuseOnPage(interrupted.refusal, request, deps, page);
  const look = deps.lookOf(request, await findShown(interrupted.value, deps));
  const query = encodeParameters(interrupted.value);
  const form = openForm(request, deps.issuer);
  const refusal = tried?.refusal;
  const reply = await registrationPage(look, {
    fields: ['username', 'email'],
    values: tried && { username: tried.asked.username, email: tried.asked.email },
    minimumLength: passwordLimits.minimum,
    signInPath: interrupted.value.values.size === 0 ? endpoints.signIn : `${endpoints.signIn}?${query}`,
    problem: refusal && problemOf(refusal, look),
    status: refusal && statusOf(refusal),
    headers: refusal && headersOf(refusal),
    formToken: form.token,
    cookies: form.cookies,
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}
