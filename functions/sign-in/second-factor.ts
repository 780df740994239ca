import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { clearCookie, cookieName, setCookie } from '../../shared/http/cookies.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm, openForm } from '../../shared/http/form-token.ts';
import { leaveNotice } from '../../shared/http/notice-cookie.ts';
import { headersOf, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { parseParameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { statusOf } from '../../shared/oauth/refusal-catalogue.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import type { Look, LookOf } from '../../shared/pages/look.ts';
import { type Problem, problemOf } from '../../shared/pages/problem.ts';
import { secondFactorPage } from '../../shared/pages/second-factor-page.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { SessionStore } from '../../shared/people/session-store.ts';
import { judgeEpoch } from '../../shared/people/still-valid.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import { type PendingSignIn, type PendingStore, pendingLifetime } from '../../shared/people/totp-pending-store.ts';
import type { TotpStore } from '../../shared/people/totp-store.ts';
import { verifySecondFactor } from '../../shared/people/totp-verify.ts';
import { beginSession, type SessionSettings } from './begin-session.ts';
import { goOn, withQuery } from './go-on.ts';

const pendingCookie = 'pixy_pending';

/**
 * After the right password: for an account with an authenticator app, on to the page that asks for a code; nobody is signed in
 * by then. Undefined for an account without one.
 */
export async function askForCode(
  request: HttpRequest,
  pending: PendingSignIn,
  deps: { issuer: string; totps: Pick<TotpStore, 'look'>; pendings: Pick<PendingStore, 'start'>; now: () => number },
): Promise<Answer | undefined> {
  if ((await deps.totps.look(pending.sub)) === undefined) return undefined;
  const secret = await deps.pendings.start(pending, deps.now());
  const cookie = setCookie(deps.issuer, pendingCookie, secret, pendingLifetime);
  return { reply: seeOther(withQuery(endpoints.signInCode, request), [cookie]), decision: { verdict: 'continued' } };
}

export type SecondFactorDeps = SessionSettings & {
  accounts: Pick<AccountStore, 'findBySubject'>;
  totps: Pick<TotpStore, 'find' | 'useStep' | 'useRecoveryCode'>;
  pendings: Pick<PendingStore, 'find' | 'spend'>;
  sessions: Pick<SessionStore, 'start' | 'end'>;
  throttle: Pick<ThrottleStore, 'countProof'>;
  lookOf: LookOf;
  writeLine: WriteLine;
  now: () => number;
};

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
  return waiting ? show(request, waiting.pending, deps) : startAgain(request, deps);
}

async function enter(request: HttpRequest, deps: SecondFactorDeps): Promise<Answer> {
  const form = readForm(request);
  if (!form.ok) {
    return {
      reply: await errorPage(form.refusal, deps.issuer, lookFor(request, deps)),
      decision: { verdict: 'refused', reason: form.refusal.reason },
    };
  }
  const waiting = await findWaiting(request, deps);
  if (waiting === undefined) return startAgain(request, deps);
  const { secret, pending } = waiting;
  if (!isOurForm(request, form.value, deps.issuer))
    return show(request, pending, deps, { reason: 'form_token_invalid' });

  const typed = single(form.value, 'code') ?? '';
  const verified = await verifySecondFactor({ sub: pending.sub, typed }, deps.totps, deps.throttle, deps.now());
  if (!verified.ok) return show(request, pending, deps, verified.refusal);
  // The code is spent by now. One password leads to one session, so a second code of the same moment finds the wait over.
  if (!(await deps.pendings.spend(secret, deps.now()))) return startAgain(request, deps);
  const { keep } = pending;
  // Disabled between password and code, or the password is another one by now.
  const account = await deps.accounts.findBySubject(pending.sub);
  if (account === undefined || judgeEpoch(account, pending)) return startAgain(request, deps);
  const session = await beginSession(request, { account, amr: ['pwd', 'otp', 'mfa'], keep }, deps);
  const cookies = [session, clearCookie(deps.issuer, pendingCookie)];
  return { reply: await goOn(request, cookies, deps), decision: { verdict: 'allowed' } };
}

async function findWaiting(
  request: HttpRequest,
  deps: SecondFactorDeps,
): Promise<{ secret: string; pending: PendingSignIn } | undefined> {
  const secret = request.cookies.get(cookieName(deps.issuer, pendingCookie));
  const pending = secret ? await deps.pendings.find(secret, deps.now()) : undefined;
  return secret && pending ? { secret, pending } : undefined;
}

async function show(
  request: HttpRequest,
  pending: PendingSignIn,
  deps: SecondFactorDeps,
  refusal?: Refusal,
): Promise<Answer> {
  const look = lookFor(request, deps);
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

/** Too late, or in another browser: the password has to come first again. */
function startAgain(request: HttpRequest, deps: SecondFactorDeps): Answer {
  const cookies = [clearCookie(deps.issuer, pendingCookie), leaveNotice(deps.issuer, 'second_factor_late')];
  return {
    reply: seeOther(withQuery(endpoints.signIn, request), cookies),
    decision: { verdict: 'refused', reason: 'second_factor_late' },
  };
}

/** In the language that the authorization request asks for. */
function lookFor(request: HttpRequest, deps: { lookOf: LookOf }): Look {
  const interrupted = parseParameters(request.rawQuery);
  return deps.lookOf(request, interrupted.ok ? interrupted.value : undefined);
}
