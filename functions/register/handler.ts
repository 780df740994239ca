import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm } from '../../shared/http/form-token.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { admitClear, parseParameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { signedInPage } from '../../shared/pages/sign-in-page.ts';
import { hashPassword } from '../../shared/password.ts';
import { admitRegistration } from '../../shared/people/account-registration.ts';
import { refuseOnPage } from '../refuse-on-page.ts';
import { beginSession } from '../sign-in/begin-session.ts';
import { rememberIn } from '../sign-in/remember-browser.ts';
import { askToVerify, countVerification } from '../verify-later.ts';
import { goOn } from './go-on.ts';
import type { RegisterDeps } from './register-deps.ts';
import { findJustMade, subjectFor } from './same-registration.ts';
import { showForm } from './show-form.ts';

/**
 * Where people make an account themselves. Its query is the authorization request it interrupts, as that of the sign-in page is:
 * with the account made, the browser goes on to /authorize with it.
 */
export const registerHandler = (deps: RegisterDeps) =>
  endpoint({
    name: 'register',
    methods: { GET: (request) => visit(request, show, deps), POST: (request) => visit(request, register, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

type Step = (request: HttpRequest, deps: RegisterDeps) => Promise<Answer>;

const visit = (request: HttpRequest, step: Step, deps: RegisterDeps): Promise<Answer> =>
  deps.registration ? step(request, deps) : refuseOnPage({ reason: 'registration_off' }, request, deps);

async function show(request: HttpRequest, deps: RegisterDeps): Promise<Answer> {
  const interrupted = parseParameters(request.rawQuery);
  if (interrupted.ok && single(interrupted.value, 'done') !== undefined) {
    return { reply: await signedInPage(deps.lookOf(request), [], endpoints.account) };
  }
  return showForm(request, deps);
}

const nothing = { username: '', email: '', password: '' };

async function register(request: HttpRequest, deps: RegisterDeps): Promise<Answer> {
  const form = admitClear(readForm(request));
  if (!form.ok) return showForm(request, deps, { asked: nothing, refusal: form.refusal });
  const text = (name: string) => single(form.value, name) ?? '';
  const asked = { username: text('username'), email: text('email'), password: text('password') };
  const again = (refusal: Refusal) => showForm(request, deps, { asked, refusal });
  if (!isOurForm(request, form.value, deps.issuer)) return again({ reason: 'form_token_invalid' });

  const admitted = admitRegistration(asked);
  if (!admitted.ok) return again(admitted.refusal);
  const now = deps.now();
  // Whether a username is taken has to be told, so asking is counted like making.
  const { retryAfter } = await deps.throttle.countRegistration(request.sourceIp, now);
  if (retryAfter !== undefined) return again({ reason: 'registration_throttled', retryAfter });
  const { password, ...account } = admitted.value;
  const sub = subjectFor(asked.username, request, deps.issuer, now);
  const claims = { ...account.claims, sub };
  const added = await deps.accounts.add({ ...account, claims, passwordHash: await hashPassword(password) }, now);
  const made = added.ok ? added.value : await findJustMade(sub, password, deps.accounts, now);
  if (made === undefined) return again({ reason: 'username_taken' });
  const email = asked.email.trim();
  if ((await countVerification(request, email, deps)) === undefined) await askToVerify(request, made, email, deps);
  const session = await beginSession(request, { account: made, amr: ['pwd'], keep: false }, deps);
  const cookies = [session, ...rememberIn(request, made, deps)];
  return { reply: goOn(request, cookies), decision: { verdict: 'allowed' } };
}
