import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { leaveNotice } from '../../shared/http/notice-cookie.ts';
import { headersOf, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { statusOf } from '../../shared/oauth/refusal-catalogue.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import { secondFactorPage } from '../../shared/pages/second-factor-page.ts';
import { recoveryCodesPage, totpSetupPage } from '../../shared/pages/totp-setup-page.ts';
import { displayName } from '../../shared/people/account.ts';
import { relyingPartyId } from '../../shared/people/passkey.ts';
import { newRecoveryCodes } from '../../shared/people/recovery-code.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import { matchTotpCode, newTotpSecret, readTotpCode, totpSecretText, totpUri } from '../../shared/people/totp.ts';
import type { TotpStore } from '../../shared/people/totp-store.ts';
import { verifySecondFactor } from '../../shared/people/totp-verify.ts';
import { qrCode } from './qr-code.ts';
import {
  findPerson,
  isFresh,
  type PersonDeps,
  readAccountForm,
  type SignedInPerson,
  toSignIn,
} from './signed-in-person.ts';

export type AuthenticatorDeps = PersonDeps & {
  serviceName?: string | undefined;
  totps: TotpStore;
  throttle: Pick<ThrottleStore, 'countProof'>;
  lookOf: LookOf;
  writeLine: WriteLine;
};

type Step = (
  request: HttpRequest,
  person: SignedInPerson,
  deps: AuthenticatorDeps,
  refusal?: Refusal,
) => Promise<Answer>;

const pages = (name: string, get: Step, post: Step, deps: AuthenticatorDeps) =>
  endpoint({
    name,
    methods: { GET: (request) => visit(request, get, deps), POST: (request) => visit(request, post, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

/** Where somebody sets up an authenticator app: shows a new key, and takes a first code as proof that the app has it. */
export const authenticatorHandler = (deps: AuthenticatorDeps) =>
  pages('account-authenticator', beginSetUp, confirm, deps);

/** Where somebody makes new recovery codes, for a code of the app. */
export const recoveryCodesHandler = (deps: AuthenticatorDeps) => pages('account-recovery-codes', askAgain, renew, deps);

/** Shortly after a sign-in, and only with the matching state: an app in the place of another one would lock its person out. */
async function visit(request: HttpRequest, step: Step, deps: AuthenticatorDeps): Promise<Answer> {
  const person = await findPerson(request, deps);
  if (person === undefined) return toSignIn(deps.issuer, 'nobody');
  if (!isFresh(person, deps.now())) return toSignIn(deps.issuer, 'not_fresh');
  const isOn = (await deps.totps.look(person.session.sub)) !== undefined;
  const needsOn = request.path === endpoints.accountRecoveryCodes;
  return isOn === needsOn ? step(request, person, deps) : { reply: seeOther(endpoints.account) };
}

async function beginSetUp(request: HttpRequest, person: SignedInPerson, deps: AuthenticatorDeps): Promise<Answer> {
  const secret = newTotpSecret();
  await deps.totps.begin(person.session.sub, secret, deps.now());
  return { reply: await setUpPage(request, secret, person, deps) };
}

function setUpPage(
  request: HttpRequest,
  secret: Uint8Array,
  { account, formToken }: SignedInPerson,
  deps: AuthenticatorDeps,
  refusal?: Refusal,
) {
  const look = deps.lookOf(request);
  const uri = totpUri(secret, deps.serviceName ?? relyingPartyId(deps.issuer), displayName(account));
  return totpSetupPage(look, {
    secret: totpSecretText(secret),
    uri,
    qrCode: qrCode(uri),
    cancelPath: endpoints.account,
    formToken,
    cookies: [],
    ...(refusal && { problem: problemOf(refusal, look), status: statusOf(refusal), headers: headersOf(refusal) }),
  });
}

async function confirm(request: HttpRequest, person: SignedInPerson, deps: AuthenticatorDeps): Promise<Answer> {
  const now = deps.now();
  const { sub } = person.session;
  const secret = await deps.totps.findBegun(sub, now);
  if (secret === undefined) return { reply: seeOther(endpoints.accountAuthenticator) };
  const refused = async (refusal: Refusal): Promise<Answer> => ({
    reply: await setUpPage(request, secret, person, deps, refusal),
    decision: { verdict: 'refused', reason: refusal.reason },
  });

  const form = readAccountForm(request, person);
  if (!form.ok) return refused(form.refusal);
  const code = readTotpCode(single(form.value, 'code') ?? '');
  const step = code && matchTotpCode(secret, code, now);
  if (typeof step !== 'number') return refused({ reason: 'second_factor_wrong' });
  const codes = newRecoveryCodes();
  const isOn = await deps.totps.turnOn(sub, secret, step, codes, now);
  return isOn
    ? showCodes(request, codes, [leaveNotice(deps.issuer, 'totpOn')], deps)
    : { reply: seeOther(endpoints.account) };
}

/** In the answer to the form: a redirect would have to keep them somewhere. A reload sends a code that was used. */
const showCodes = async (
  request: HttpRequest,
  codes: readonly string[],
  cookies: readonly string[],
  deps: AuthenticatorDeps,
): Promise<Answer> => ({
  reply: await recoveryCodesPage(deps.lookOf(request), { codes, continuePath: endpoints.account, cookies }),
  decision: { verdict: 'allowed' },
});

async function askAgain(
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
    cookies: [],
    ...(refusal && { problem: problemOf(refusal, look), status: statusOf(refusal), headers: headersOf(refusal) }),
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

async function renew(request: HttpRequest, person: SignedInPerson, deps: AuthenticatorDeps): Promise<Answer> {
  const form = readAccountForm(request, person);
  if (!form.ok) return askAgain(request, person, deps, form.refusal);
  const { sub } = person.session;
  const typed = single(form.value, 'code') ?? '';
  const verified = await verifySecondFactor({ sub, typed }, deps.totps, deps.throttle, deps.now());
  if (!verified.ok) return askAgain(request, person, deps, verified.refusal);
  const codes = newRecoveryCodes();
  const isReplaced = await deps.totps.replaceCodes(sub, codes);
  return isReplaced ? showCodes(request, codes, [], deps) : { reply: seeOther(endpoints.account) };
}
