import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm } from '../../shared/http/form-token.ts';
import { readKnown } from '../../shared/http/known-cookie.ts';
import { leaveNotice } from '../../shared/http/notice-cookie.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { admitClear, single } from '../../shared/oauth/parameters.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { recognizeBrowser } from '../../shared/people/known-browser.ts';
import { judgeEpoch } from '../../shared/people/still-valid.ts';
import type { PendingSignIn } from '../../shared/people/totp-pending-store.ts';
import { verifySecondFactor } from '../../shared/people/totp-verify.ts';
import { beginSession } from './begin-session.ts';
import { goOn, withQuery } from './go-on.ts';
import { noticeDevice } from './notice-device.ts';
import { clearPending, readPending } from './pending-cookie.ts';
import { rememberIn } from './remember-browser.ts';
import type { SecondFactorDeps } from './second-factor-deps.ts';
import { showCodeForm } from './show-code-form.ts';

/** The second step of a sign-in with a password. Its query is the authorization request, as on the page before. */
export const secondFactorHandler = (deps: SecondFactorDeps) =>
  endpoint({
    name: 'sign-in-code',
    methods: { GET: (request) => ask(request, deps), POST: (request) => enter(request, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function ask(request: HttpRequest, deps: SecondFactorDeps): Promise<Answer> {
  const waiting = await findWaiting(request, deps);
  return waiting ? showCodeForm(request, waiting.pending, deps) : startAgain(request, deps);
}

async function enter(request: HttpRequest, deps: SecondFactorDeps): Promise<Answer> {
  const form = admitClear(readForm(request));
  const waiting = await findWaiting(request, deps);
  if (waiting === undefined) return startAgain(request, deps);
  const { secret, pending } = waiting;
  if (!form.ok) return showCodeForm(request, pending, deps, form.refusal);
  if (!isOurForm(request, form.value, deps.issuer)) {
    return showCodeForm(request, pending, deps, { reason: 'form_token_invalid' });
  }
  // Between password and code the account may have been disabled, or may have got another password. If that happens from here on, the
  // session that begins is worth nothing.
  const account = await deps.accounts.findBySubject(pending.sub);
  if (account === undefined || judgeEpoch(account, pending)) return startAgain(request, deps);
  const typed = single(form.value, 'code') ?? '';
  const browser = recognizeBrowser(readKnown(request, deps.issuer), account, deps.now(), ['code']);
  const count = () => deps.throttle.countProof(pending.sub, deps.now(), browser);
  const verified = await verifySecondFactor({ sub: pending.sub, typed }, deps.totps, count, deps.now());
  if (!verified.ok) return showCodeForm(request, pending, deps, verified.refusal);
  // The code is spent by now. One password leads to one session, so a second code of the same moment finds the wait over.
  if (!(await deps.pendings.spend(secret, deps.now()))) return startAgain(request, deps);
  const { keep } = pending;
  const amr = pending.isByMail ? twoCodes : ['pwd', 'otp', 'mfa'];
  const session = await beginSession(request, { account, amr, keep }, deps);
  if (!pending.isByMail) await noticeDevice(request, account, deps);
  const known = pending.isByMail ? [] : rememberIn(request, account, deps, 'code');
  const cookies = [session, clearPending(deps.issuer), ...known];
  const reply = pending.isReset
    ? seeOther(endpoints.account, [...cookies, leaveNotice(deps.issuer, 'reset')])
    : await goOn(request, cookies, deps);
  return { reply, decision: { verdict: 'allowed' } };
}

/** A code by mail and one of an app are both something that somebody has: no second factor. */
const twoCodes = ['otp'];

/** The sign-in of this browser that waits for a code. */
async function findWaiting(
  request: HttpRequest,
  deps: SecondFactorDeps,
): Promise<{ secret: string; pending: PendingSignIn } | undefined> {
  const secret = readPending(request, deps.issuer);
  const pending = secret ? await deps.pendings.find(secret, deps.now()) : undefined;
  return secret && pending ? { secret, pending } : undefined;
}

/** Too late, or in another browser: the password has to come first again. */
function startAgain(request: HttpRequest, deps: SecondFactorDeps): Answer {
  const cookies = [clearPending(deps.issuer), leaveNotice(deps.issuer, 'second_factor_late')];
  return {
    reply: seeOther(withQuery(endpoints.signIn, request), cookies),
    decision: { verdict: 'refused', reason: 'second_factor_late' },
  };
}
