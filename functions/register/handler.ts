import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm, openForm } from '../../shared/http/form-token.ts';
import { headersOf, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { afterSignIn } from '../../shared/oauth/authorization-request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import {
  encodeParameters,
  type Parameters,
  parseParameters,
  refuseUnclear,
  single,
} from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { statusOf } from '../../shared/oauth/refusal-catalogue.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import { registrationPage } from '../../shared/pages/registration-page.ts';
import { signedInPage } from '../../shared/pages/sign-in-page.ts';
import { hashPassword } from '../../shared/password.ts';
import { passwordLimits } from '../../shared/people/account-password.ts';
import { type AskedRegistration, admitRegistration } from '../../shared/people/account-registration.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { SessionStore } from '../../shared/people/session-store.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import { beginSession, type SessionSettings } from '../sign-in/begin-session.ts';

export type RegisterDeps = SessionSettings & {
  /** Off unless a deployment switches it on: then there is no such page. */
  registration: boolean;
  accounts: Pick<AccountStore, 'add'>;
  sessions: Pick<SessionStore, 'start' | 'end'>;
  throttle: Pick<ThrottleStore, 'countRegistration'>;
  lookOf: LookOf;
  writeLine: WriteLine;
  now: () => number;
};

/**
 * Where people make an account themselves. Its query is the authorization request it interrupts, as that of the sign-in page is:
 * with the account made, the browser goes on to /authorize with it.
 */
export const registerHandler = (deps: RegisterDeps) =>
  endpoint({
    name: 'register',
    methods: {
      GET: (request) =>
        deps.registration ? show(request, deps) : onErrorPage({ reason: 'registration_off' }, request, deps),
      POST: (request) =>
        deps.registration ? register(request, deps) : onErrorPage({ reason: 'registration_off' }, request, deps),
    },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function show(request: HttpRequest, deps: RegisterDeps): Promise<Answer> {
  const interrupted = parseParameters(request.rawQuery);
  if (interrupted.ok && single(interrupted.value, 'done') !== undefined) {
    return { reply: await signedInPage(deps.lookOf(request, interrupted.value), []) };
  }
  return showForm(request, deps);
}

async function showForm(
  request: HttpRequest,
  deps: RegisterDeps,
  values?: AskedRegistration,
  refusal?: Refusal,
): Promise<Answer> {
  const interrupted = parseParameters(request.rawQuery);
  if (!interrupted.ok) return onErrorPage(interrupted.refusal, request, deps);
  const look = deps.lookOf(request, interrupted.value);
  const form = openForm(request, deps.issuer);
  const reply = await registrationPage(look, {
    fields: ['username', 'email'],
    values: values && { username: values.username, email: values.email },
    minimumLength: passwordLimits.minimum,
    signInPath: withQuery(endpoints.signIn, interrupted.value),
    problem: refusal && problemOf(refusal, look),
    status: refusal && statusOf(refusal),
    headers: refusal && headersOf(refusal),
    formToken: form.token,
    cookies: form.cookies,
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

async function register(request: HttpRequest, deps: RegisterDeps): Promise<Answer> {
  const form = readForm(request);
  const unclear = form.ok ? refuseUnclear(form.value) : form.refusal;
  if (unclear || !form.ok) return onErrorPage(unclear ?? { reason: 'parameters_malformed' }, request, deps);
  const text = (name: string) => single(form.value, name) ?? '';
  const asked = { username: text('username'), email: text('email'), password: text('password') };
  if (!isOurForm(request, form.value, deps.issuer)) {
    return showForm(request, deps, asked, { reason: 'form_token_invalid' });
  }
  const admitted = admitRegistration(asked);
  if (!admitted.ok) return showForm(request, deps, asked, admitted.refusal);
  const now = deps.now();
  // Whether a username is taken has to be told, so asking is counted like making.
  const { retryAfter } = await deps.throttle.countRegistration(request.sourceIp, now);
  if (retryAfter !== undefined) {
    return showForm(request, deps, asked, { reason: 'registration_throttled', retryAfter });
  }
  const { password, ...account } = admitted.value;
  const added = await deps.accounts.add({ ...account, passwordHash: await hashPassword(password) }, now);
  if (!added.ok) return showForm(request, deps, asked, { reason: 'username_taken' });
  const cookie = await beginSession(request, { account: added.value, amr: ['pwd'], keep: false }, deps);
  return { reply: goOn(request, cookie), decision: { verdict: 'allowed' } };
}

function goOn(request: HttpRequest, cookie: string) {
  const interrupted = parseParameters(request.rawQuery);
  if (!interrupted.ok || interrupted.value.values.size === 0)
    return seeOther(`${endpoints.register}?done=yes`, [cookie]);
  return seeOther(withQuery(endpoints.authorize, afterSignIn(interrupted.value)), [cookie]);
}

const withQuery = (path: `/${string}`, parameters: Parameters): `/${string}` =>
  parameters.values.size === 0 ? path : `${path}?${encodeParameters(parameters)}`;

const onErrorPage = async (refusal: Refusal, request: HttpRequest, deps: RegisterDeps): Promise<Answer> => ({
  reply: await errorPage(refusal, deps.issuer, deps.lookOf(request)),
  decision: { verdict: 'refused', reason: refusal.reason },
});
