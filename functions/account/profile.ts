import type { Answer } from '../../shared/http/endpoint.ts';
import { leaveNotice } from '../../shared/http/notice-cookie.ts';
import { headersOf, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { addressOf } from '../../shared/mail/address.ts';
import type { HandOver } from '../../shared/mail/hand-over.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { type Problem, problemOf } from '../../shared/pages/problem.ts';
import { profilePage } from '../../shared/pages/profile-page.ts';
import { type Account, parseAccountDescription, usernameKey } from '../../shared/people/account.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import { changeProfile } from '../../shared/people/profile.ts';
import type { ProfileField } from '../../shared/people/profile-fields.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import { askToVerify, countVerification } from '../verify-later.ts';
import { type FreshPageDeps, freshPage } from './fresh-page.ts';
import { profileFieldsOf } from './profile-fields.ts';
import { readAccountForm, type SignedInPerson } from './signed-in-person.ts';

export type ProfileDeps = FreshPageDeps & {
  profileFields: readonly ProfileField[];
  registration: boolean;
  handOver: HandOver | undefined;
  accounts: Pick<AccountStore, 'findBySubject' | 'change'>;
  throttle: Pick<ThrottleStore, 'countMailRequest'>;
};

/** Where people change what is known about them: at once, but for the address. That is a way into the account, and has to be confirmed first. */
export const profileHandler = (deps: ProfileDeps) =>
  freshPage(
    {
      name: 'account-profile',
      isOffered: profileFieldsOf(deps).length > 0,
      get: (request, person) => show(request, person, valuesOf(person.account), deps),
      post: change,
    },
    deps,
  );

type Values = Partial<Record<ProfileField, string>>;

function valuesOf(account: Account): Values {
  const { claims } = account;
  const texts = Object.entries(claims).filter(([, value]) => typeof value === 'string');
  return { ...Object.fromEntries(texts), email: addressOf(account) ?? textOf(claims['email']) };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

async function show(
  request: HttpRequest,
  { formToken }: Pick<SignedInPerson, 'formToken'>,
  values: Values,
  deps: ProfileDeps,
  unchanged?: { problem: Problem; refusal?: Refusal },
): Promise<Answer> {
  const refusal = unchanged?.refusal;
  const reply = await profilePage(deps.lookOf(request), {
    fields: profileFieldsOf(deps),
    values,
    cancelPath: endpoints.account,
    problem: unchanged?.problem,
    ...(refusal && { status: statusOf(refusal), headers: headersOf(refusal) }),
    formToken,
    cookies: [],
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

async function change(request: HttpRequest, person: SignedInPerson, deps: ProfileDeps): Promise<Answer> {
  const look = deps.lookOf(request);
  const form = readAccountForm(request, person);
  if (!form.ok) {
    const { refusal } = form;
    return show(request, person, valuesOf(person.account), deps, { refusal, problem: problemOf(refusal, look) });
  }
  const { email, ...claims } = typedIn(form.value, deps);
  const again = (problem: Problem, refusal?: Refusal) =>
    show(request, person, { email, ...claims }, deps, { problem, ...(refusal && { refusal }) });

  const changed = changeProfile(person.account.claims, claims);
  if (!changed.ok) return again({ text: look.text('problem.profileField'), field: changed.refusal.field });
  const wanted = newAddress(email, person.account);
  if (wanted === 'malformed') {
    const refusal = { reason: 'email_malformed' } as const;
    return again(problemOf(refusal, look), refusal);
  }
  // Before anything is saved: a form that is refused changes nothing.
  const retryAfter = wanted && (await countVerification(request, wanted, deps));
  if (retryAfter) {
    const refusal = { reason: 'mail_throttled', retryAfter } as const;
    return again(problemOf(refusal, look), refusal);
  }
  const saved = await deps.accounts.change(person.account, { claims: changed.value }, deps.now());
  if (!saved.ok) return again(problemOf({ reason: 'password_changed_meanwhile' }, look));
  if (wanted === undefined) return done('profileSaved', deps);
  await askToVerify(request, person.session, wanted, deps);
  return done('addressAsked', deps);
}

const done = (notice: 'profileSaved' | 'addressAsked', { issuer }: ProfileDeps): Answer => ({
  reply: seeOther(endpoints.account, [leaveNotice(issuer, notice)]),
  decision: { verdict: 'allowed' },
});

function typedIn(form: Parameters, deps: ProfileDeps): Values {
  return Object.fromEntries(profileFieldsOf(deps).map((name) => [name, single(form, name) ?? '']));
}

/** An address that has to be confirmed. Undefined: it is the one of before, or none was entered. */
function newAddress(email: string | undefined, account: Account): string | undefined {
  if (email === undefined || email.trim() === '') return undefined;
  const current = addressOf(account);
  if (current !== undefined && usernameKey(current) === usernameKey(email)) return undefined;
  const described = parseAccountDescription({ email });
  return 'problem' in described ? 'malformed' : described.account.email;
}
