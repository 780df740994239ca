import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { cookieName, formCookie } from '../../shared/http/cookies.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm, openForm } from '../../shared/http/form-token.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { type Parameters, parseParameters, refuseUnclear, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { statusOf } from '../../shared/oauth/refusal-catalogue.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import { type Notice, noticePage } from '../../shared/pages/notice-page.ts';
import { passkeyForm } from '../../shared/pages/passkey-form.ts';
import { passkeySetupPage } from '../../shared/pages/passkey-setup-page.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import { setPasswordPage } from '../../shared/pages/set-password-page.ts';
import { signedInPage } from '../../shared/pages/sign-in-page.ts';
import { type Account, displayName, type LinkPurpose } from '../../shared/people/account.ts';
import { passwordLimits } from '../../shared/people/account-password.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import { judgeLink, type LinkState, readLinkToken } from '../../shared/people/invitation.ts';
import type { ChallengeStore } from '../../shared/people/passkey-challenge-store.ts';
import type { PasskeyStore } from '../../shared/people/passkey-store.ts';
import type { TotpStore } from '../../shared/people/totp-store.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { deviceName } from '../account/device-name.ts';
import { beginPasskey } from '../passkey/new-passkey.ts';
import { beginSession, type SessionSettings } from '../sign-in/begin-session.ts';
import type { EndingSessions } from '../sign-out/ending-sessions.ts';
import { type Access, type Given, givePasskey, givePassword } from './give-access.ts';

export type InvitationDeps = SessionSettings & {
  hasPasswords: boolean;
  serviceName?: string | undefined;
  accounts: Pick<AccountStore, 'findBySubject' | 'accept' | 'spendLink'>;
  sessions: Pick<EndingSessions, 'start' | 'end' | 'clearAway'>;
  challenges: ChallengeStore;
  passkeys: Pick<PasskeyStore, 'add' | 'list'>;
  totps: Pick<TotpStore, 'look'>;
  lookOf: LookOf;
  writeLine: WriteLine;
  now: () => number;
};

/**
 * Where the link of an operator leads: `?token=…`. Opening it spends nothing, so a program that looks at links does no harm;
 * sending a form sets the password, or makes a passkey, and spends the link.
 */
export const invitationHandler = (deps: InvitationDeps) =>
  endpoint({
    name: 'invitation',
    methods: { GET: (request) => show(request, deps), POST: (request) => accept(request, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

/** A link that can be used, whose it is, and what it does for them. */
type Link = { account: Account; hash: string; purpose: LinkPurpose };

type Broken = { state: Exclude<LinkState, 'valid'>; purpose: LinkPurpose };

async function show(request: HttpRequest, deps: InvitationDeps): Promise<Answer> {
  const query = parseParameters(request.rawQuery);
  if (!query.ok) return onErrorPage(query.refusal, request, deps);
  const done = single(query.value, 'done');
  if (done === 'invitation') return { reply: await signedInPage(deps.lookOf(request), [], endpoints.account) };
  if (done === 'reset') {
    const link = { path: endpoints.signIn, to: 'signIn' } as const;
    return { reply: await noticePage(deps.lookOf(request), { notice: 'passwordSet', link }) };
  }
  const link = await findLink(request, deps);
  return link.ok ? showForm(link.value, request, deps) : told(link.refusal, request, deps);
}

/**
 * The account is read consistently: whoever gave out a link a moment ago expects it to work. Where an authenticator app is set up,
 * an invitation is worth no more than a reset: a link alone never gets past a second factor.
 */
async function findLink(request: HttpRequest, { accounts, totps, now }: InvitationDeps): Promise<Result<Link, Broken>> {
  const query = parseParameters(request.rawQuery);
  const read = query.ok && !refuseUnclear(query.value) ? readLinkToken(single(query.value, 'token') ?? '') : undefined;
  const account = read && (await accounts.findBySubject(read.sub));
  const state = read ? judgeLink(account, read.hash, now()) : 'unknown';
  const purpose = account?.invitation?.purpose ?? 'invitation';
  if (state !== 'valid') return refuse({ state, purpose: state === 'unknown' ? 'invitation' : purpose });
  if (!read || !account) return refuse({ state: 'unknown', purpose });
  const hasApp = (await totps.look(account.sub)) !== undefined;
  return ok({ account, hash: read.hash, purpose: hasApp ? 'reset' : purpose });
}

/**
 * Whether a passkey may be made with a link. Not by somebody who lost their password and may have a second factor: a passkey is
 * both factors, and a link alone never gets past the second. Without passwords nothing else is left.
 */
const mayMakePasskey = ({ purpose }: Link, { hasPasswords }: InvitationDeps): boolean =>
  purpose === 'invitation' || !hasPasswords;

async function showForm(link: Link, request: HttpRequest, deps: InvitationDeps, refusal?: Refusal): Promise<Answer> {
  const { account } = link;
  const look = deps.lookOf(request);
  const { token: formToken, cookies } = openForm(request, deps.issuer);
  const ceremony = mayMakePasskey(link, deps)
    ? await beginPasskey({ account, browser: formToken }, deps, deps.now())
    : undefined;
  const page = {
    account: displayName(account),
    problem: refusal && problemOf(refusal, look),
    status: refusal && statusOf(refusal),
    formToken,
    cookies,
  };
  const reply =
    ceremony && !deps.hasPasswords
      ? await passkeySetupPage(look, {
          ...page,
          ceremony,
          suggestedName: deviceName(request.header('user-agent')),
          unavailable: look.text('passkey.unavailableForLink'),
        })
      : await setPasswordPage(look, {
          ...page,
          purpose: 'first',
          minimumLength: passwordLimits.minimum,
          ...(ceremony && {
            alternative: passkeyForm(look, ceremony, formToken, look.text('passkey.submit')),
            scripts: [ceremony.script],
          }),
        });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

async function accept(request: HttpRequest, deps: InvitationDeps): Promise<Answer> {
  const form = readForm(request);
  const unclear = form.ok ? refuseUnclear(form.value) : form.refusal;
  if (unclear || !form.ok) return onErrorPage(unclear ?? { reason: 'parameters_malformed' }, request, deps);
  const found = await findLink(request, deps);
  if (!found.ok) return told(found.refusal, request, deps);
  const link = found.value;
  if (!isOurForm(request, form.value, deps.issuer)) {
    return showForm(link, request, deps, { reason: 'form_token_invalid' });
  }
  const given = await give(link, form.value, request, deps);
  if (given.ok) return { reply: await goOn(link, given.value, request, deps), decision: { verdict: 'allowed' } };
  if (given.refusal.reason !== 'link_lost') return showForm(link, request, deps, given.refusal);
  const again = await findLink(request, deps);
  return told(again.ok ? { state: 'unknown', purpose: link.purpose } : again.refusal, request, deps);
}

function give(link: Link, form: Parameters, request: HttpRequest, deps: InvitationDeps): Promise<Given> | Given {
  const credential = single(form, 'credential');
  if (credential !== undefined && mayMakePasskey(link, deps)) {
    const browser = request.cookies.get(cookieName(deps.issuer, formCookie)) ?? '';
    const name = single(form, 'name') ?? deviceName(request.header('user-agent')) ?? '';
    return givePasskey(link, { browser, credential, name }, deps);
  }
  if (!deps.hasPasswords) return refuse({ reason: 'passwords_off' });
  return givePassword(link, single(form, 'password') ?? '', deps);
}

/**
 * Somebody new is signed in. Somebody who lost their way in is signed out everywhere; with a new password they sign in again,
 * with a second factor if they have one.
 */
async function goOn({ purpose }: Link, { account, amr }: Access, request: HttpRequest, deps: InvitationDeps) {
  // The write that spent the link has ended whatever was there before.
  await deps.sessions.clearAway(account);
  if (purpose === 'reset' && amr.includes('pwd')) return seeOther(`${endpoints.invitation}?done=reset`);
  const cookie = await beginSession(request, { account, amr, keep: false }, deps);
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
