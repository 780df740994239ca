import { verifyPassword } from '../../shared/hooks/verify-password.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm } from '../../shared/http/form-token.ts';
import { readKnown } from '../../shared/http/known-cookie.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { admitClear, parseParameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { findShown } from '../find-meant.ts';
import { refuseOnPage } from '../refuse-on-page.ts';
import { toProvider } from '../upstream/from-sign-in.ts';
import { askForCode } from './ask-for-code.ts';
import { beginSession } from './begin-session.ts';
import { chooseAccount, findSelectable, showAccounts } from './choose-account.ts';
import { goOn } from './go-on.ts';
import { noticeDevice } from './notice-device.ts';
import { rememberIn } from './remember-browser.ts';
import { showForm } from './show-form.ts';
import type { SignInDeps } from './sign-in-deps.ts';

/**
 * The sign-in page. Its query is the authorization request it interrupts: signing in makes a session and goes on to /authorize
 * with it, where everything is checked again from the start. There is no other place it could send anybody.
 */
export const signInHandler = (deps: SignInDeps) =>
  endpoint({
    name: 'sign-in',
    methods: { GET: (request) => show(request, deps), POST: (request) => signIn(request, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function show(request: HttpRequest, deps: SignInDeps): Promise<Answer> {
  const interrupted = parseParameters(request.rawQuery);
  if (!interrupted.ok) return tellUnreadable(interrupted.refusal, request, deps);
  const shown = await findShown(interrupted.value, deps);
  const elsewhere = toProvider(single(shown, 'idp'), interrupted.value, deps.upstreams);
  if (elsewhere) return { reply: elsewhere };
  const people = await findSelectable(request, shown, deps);
  if (people.length > 0) return showAccounts(request, shown, people, deps);
  return showForm(request, { address: interrupted.value, shown }, deps);
}

async function signIn(request: HttpRequest, deps: SignInDeps): Promise<Answer> {
  const form = admitClear(readForm(request));
  const interrupted = parseParameters(request.rawQuery);
  const username = (form.ok && single(form.value, 'username')) || '';
  const keep = form.ok && single(form.value, 'keep') !== undefined;
  const again = async (refusal: Refusal) => {
    if (!interrupted.ok) return tellUnreadable(interrupted.refusal, request, deps);
    const shown = await findShown(interrupted.value, deps);
    return showForm(request, { address: interrupted.value, shown }, deps, { username, keep, refusal });
  };
  if (!form.ok) return again(form.refusal);
  if (!isOurForm(request, form.value, deps.issuer)) return again({ reason: 'form_token_invalid' });

  const account = single(form.value, 'account');
  if (account !== undefined) {
    if (!interrupted.ok) return refuseOnPage(interrupted.refusal, request, deps);
    return chooseAccount(request, interrupted.value, account, deps);
  }
  const idp = single(form.value, 'idp');
  const elsewhere = interrupted.ok ? toProvider(idp, interrupted.value, deps.upstreams) : undefined;
  if (elsewhere) return { reply: elsewhere };

  if (!deps.hasPasswords) return again({ reason: 'passwords_off' });
  const attempt = {
    username,
    password: single(form.value, 'password') ?? '',
    sourceIp: request.sourceIp,
    passes: readKnown(request, deps.issuer),
  };
  const verified = await verifyPassword(attempt, deps, deps.now());
  if (!verified.ok) return again(verified.refusal);
  const { account: person, amr } = verified.value;
  const asked = await askForCode(request, person, { keep }, deps);
  if (asked) return asked;
  const cookie = await beginSession(request, { account: person, amr, keep }, deps);
  await noticeDevice(request, person, deps);
  const cookies = [cookie, ...rememberIn(request, person, deps)];
  return { reply: await goOn(request, cookies, deps), decision: { verdict: 'allowed' } };
}

/** A query that is no authorization request. Nothing is decided about anybody. */
const tellUnreadable = async (refusal: Refusal, request: HttpRequest, deps: SignInDeps): Promise<Answer> => ({
  reply: await errorPage(refusal, deps.issuer, deps.lookOf(request)),
});
