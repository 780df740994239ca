import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { beginSession, type SessionSettings } from '../../shared/http/begin-session.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm, openForm } from '../../shared/http/form-token.ts';
import { errorPage } from '../../shared/http/pages/error-page.ts';
import type { LookOf } from '../../shared/http/pages/look.ts';
import { type Notice, noticePage } from '../../shared/http/pages/notice-page.ts';
import { problemOf } from '../../shared/http/pages/problem.ts';
import { setPasswordPage } from '../../shared/http/pages/set-password-page.ts';
import { signedInPage } from '../../shared/http/pages/sign-in-page.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { parseParameters, refuseUnclear, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { statusOf } from '../../shared/oauth/refusal-catalogue.ts';
import { hashPassword } from '../../shared/password.ts';
import { type Account, displayName, type LinkPurpose } from '../../shared/people/account.ts';
import { admitPassword, passwordLimits } from '../../shared/people/account-password.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import { judgeLink, type LinkState, readLinkToken } from '../../shared/people/invitation.ts';
import type { SessionStore } from '../../shared/people/session-store.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';

export type InvitationDeps = SessionSettings & {
  accounts: Pick<AccountStore, 'findBySubject' | 'accept'>;
  sessions: Pick<SessionStore, 'start' | 'end' | 'endAll'>;
  lookOf: LookOf;
  writeLine: WriteLine;
  now: () => number;
};

/**
 * Where the link of an operator leads: `?token=…`. Opening it changes nothing, so a program that looks at links does no harm;
 * sending the form sets the password and spends the link in one write.
 */
export const invitationHandler = (deps: InvitationDeps) =>
  endpoint({
    name: 'invitation',
    methods: { GET: (request) => show(request, deps), POST: (request) => accept(request, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

/** A link that can be used, and whose it is. */
type Link = { account: Account; hash: string; purpose: LinkPurpose };

type Broken = { state: Exclude<LinkState, 'valid'>; purpose: LinkPurpose };

async function show(request: HttpRequest, deps: InvitationDeps): Promise<Answer> {
  const query = parseParameters(request.rawQuery);
  if (!query.ok) return onErrorPage(query.refusal, request, deps);
  const done = single(query.value, 'done');
  if (done === 'invitation') return { reply: await signedInPage(deps.lookOf(request), []) };
  if (done === 'reset') {
    const link = { path: endpoints.signIn, to: 'signIn' } as const;
    return { reply: await noticePage(deps.lookOf(request), { notice: 'passwordSet', link }) };
  }
  const link = await findLink(request, deps);
  return link.ok ? showForm(link.value, request, deps) : told(link.refusal, request, deps);
}

/** The account is read consistently: whoever gave out a link a moment ago expects it to work. */
async function findLink(request: HttpRequest, { accounts, now }: InvitationDeps): Promise<Result<Link, Broken>> {
  const query = parseParameters(request.rawQuery);
  const read = query.ok && !refuseUnclear(query.value) ? readLinkToken(single(query.value, 'token') ?? '') : undefined;
  const account = read && (await accounts.findBySubject(read.sub));
  const state = read ? judgeLink(account, read.hash, now()) : 'unknown';
  const purpose = account?.invitation?.purpose ?? 'invitation';
  if (state !== 'valid') return refuse({ state, purpose: state === 'unknown' ? 'invitation' : purpose });
  return read && account ? ok({ account, hash: read.hash, purpose }) : refuse({ state: 'unknown', purpose });
}

async function showForm(
  { account }: Link,
  request: HttpRequest,
  deps: InvitationDeps,
  refusal?: Refusal,
): Promise<Answer> {
  const look = deps.lookOf(request);
  const form = openForm(request, deps.issuer);
  const reply = await setPasswordPage(look, {
    purpose: 'first',
    account: displayName(account),
    minimumLength: passwordLimits.minimum,
    problem: refusal && problemOf(refusal, look),
    status: refusal && statusOf(refusal),
    formToken: form.token,
    cookies: form.cookies,
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

async function accept(request: HttpRequest, deps: InvitationDeps): Promise<Answer> {
  const form = readForm(request);
  const unclear = form.ok ? refuseUnclear(form.value) : form.refusal;
  if (unclear || !form.ok) return onErrorPage(unclear ?? { reason: 'parameters_malformed' }, request, deps);
  const link = await findLink(request, deps);
  if (!link.ok) return told(link.refusal, request, deps);
  if (!isOurForm(request, form.value, deps.issuer)) {
    return showForm(link.value, request, deps, { reason: 'form_token_invalid' });
  }
  const { account, hash, purpose } = link.value;
  const password = admitPassword(single(form.value, 'password') ?? '', [account.username, account.email]);
  if (!password.ok) {
    return showForm(link.value, request, deps, { reason: 'password_unacceptable', problem: password.refusal });
  }
  if (!(await deps.accounts.accept(account.sub, hash, await hashPassword(password.value), deps.now()))) {
    const again = await findLink(request, deps);
    return told(again.ok ? { state: 'unknown', purpose } : again.refusal, request, deps);
  }
  return { reply: await goOn(account, purpose, request, deps), decision: { verdict: 'allowed' } };
}

/**
 * Somebody new is signed in. Somebody who lost their password is signed out everywhere and signs in again, with a second factor
 * if they have one: a link alone never gets past it.
 */
async function goOn({ sub }: Account, purpose: LinkPurpose, request: HttpRequest, deps: InvitationDeps) {
  if (purpose === 'reset') {
    await deps.sessions.endAll(sub, deps.now());
    return seeOther(`${endpoints.invitation}?done=reset`);
  }
  const cookie = await beginSession(request, { sub, amr: ['pwd'], keep: false }, deps);
  return seeOther(`${endpoints.invitation}?done=invitation`, [cookie]);
}

const reasons = {
  unknown: 'invitation_unknown',
  used: 'invitation_used',
  expired: 'invitation_expired',
} as const satisfies Record<Broken['state'], Refusal['reason']>;

const notices: Record<LinkPurpose, Record<Broken['state'], Notice>> = {
  invitation: { unknown: 'invitationUnknown', used: 'invitationUsed', expired: 'invitationExpired' },
  reset: { unknown: 'resetBroken', used: 'resetBroken', expired: 'resetBroken' },
};

async function told({ state, purpose }: Broken, request: HttpRequest, deps: InvitationDeps): Promise<Answer> {
  const reason = reasons[state];
  const link = state === 'used' ? ({ path: endpoints.signIn, to: 'signIn' } as const) : undefined;
  const page = { notice: notices[purpose][state], status: statusOf({ reason }), link };
  return { reply: await noticePage(deps.lookOf(request), page), decision: { verdict: 'refused', reason } };
}

const onErrorPage = async (refusal: Refusal, request: HttpRequest, deps: InvitationDeps): Promise<Answer> => ({
  reply: await errorPage(refusal, deps.issuer, deps.lookOf(request)),
  decision: { verdict: 'refused', reason: refusal.reason },
});
