import type { Answer } from '../../shared/http/endpoint.ts';
import { leaveNotice } from '../../shared/http/notice-cookie.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { passkeySetupPage } from '../../shared/pages/passkey-setup-page.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import type { ChallengeStore } from '../../shared/people/passkey-challenge-store.ts';
import type { PasskeyStore } from '../../shared/people/passkey-store.ts';
import type { TotpReader } from '../../shared/people/totp-store.ts';
import { deviceName } from '../account/device-name.ts';
import { type FreshPageDeps, freshPage, type Step } from '../account/fresh-page.ts';
import { lacksCode, readAccountForm, type SignedInPerson, toSignIn } from '../account/signed-in-person.ts';
import type { NotifyPerson } from '../notify-person.ts';
import { beginPasskey } from './begin-passkey.ts';
import { keepPasskey } from './keep-passkey.ts';
import { verifyNewPasskey } from './verify-new-passkey.ts';

export type AddPasskeyDeps = FreshPageDeps & {
  hasPasswords: boolean;
  totps: Pick<TotpReader, 'look'>;
  serviceName?: string | undefined;
  challenges: ChallengeStore;
  passkeys: Pick<PasskeyStore, 'add' | 'list'>;
  notify: NotifyPerson;
};

/**
 * Where somebody who is signed in makes a passkey. Only shortly after a sign-in, and with the code that the account asks for: a passkey
 * is a key to the account.
 */
export const addPasskeyHandler = (deps: AddPasskeyDeps) =>
  freshPage({ name: 'account-passkey', get: withCode(show), post: withCode(add) }, deps);

const withCode =
  (step: Step<AddPasskeyDeps>): Step<AddPasskeyDeps> =>
  async (request, person, deps) =>
    (await lacksCode(person, deps)) ? toSignIn(request, deps.issuer, 'no_code') : step(request, person, deps);

async function show(
  request: HttpRequest,
  { account, sessionId, formToken }: SignedInPerson,
  deps: AddPasskeyDeps,
  refusal?: Refusal,
): Promise<Answer> {
  const look = deps.lookOf(request);
  const reply = await passkeySetupPage(look, {
    ceremony: await beginPasskey({ account, browser: sessionId }, deps, deps.now()),
    suggestedName: deviceName(request.header('user-agent')),
    skipPath: endpoints.account,
    formToken,
    cookies: [],
    ...(refusal && { problem: problemOf(refusal, look), status: statusOf(refusal) }),
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

async function add(request: HttpRequest, person: SignedInPerson, deps: AddPasskeyDeps): Promise<Answer> {
  const form = readAccountForm(request, person);
  if (!form.ok) return show(request, person, deps, form.refusal);
  const { account, sessionId: browser } = person;
  const [credential, name = ''] = [single(form.value, 'credential'), single(form.value, 'name')];
  const made = await verifyNewPasskey({ account, browser, credential, name }, deps, deps.now());
  if (!made.ok) return show(request, person, deps, made.refusal);
  const kept = await keepPasskey(made.value, account, deps.passkeys);
  if (!kept.ok) return show(request, person, deps, kept.refusal);
  await deps.notify(request, account.sub, 'passkeyAdded');
  return {
    reply: seeOther(endpoints.account, [leaveNotice(deps.issuer, 'passkeyAdded')]),
    decision: { verdict: 'allowed', credential: 'passkey_added' },
  };
}
