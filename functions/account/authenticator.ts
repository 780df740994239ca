import type { Answer } from '../../shared/http/endpoint.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { listedIdOf } from '../../shared/people/session-store.ts';
import { matchTotpCode, newTotpSecret, readTotpCode } from '../../shared/people/totp.ts';
import type { AuthenticatorDeps } from './authenticator-deps.ts';
import { authenticatorPage } from './authenticator-page.ts';
import { codesOfForm } from './codes-of-form.ts';
import { showCodes } from './show-codes.ts';
import { showSecret } from './show-secret.ts';
import { readAccountForm, type SignedInPerson } from './signed-in-person.ts';

/** Where somebody sets up an authenticator app: shows a new key, and takes a first code as proof that the app has it. */
export const authenticatorHandler = (deps: AuthenticatorDeps) =>
  authenticatorPage(
    { name: 'account-authenticator', needsApp: false, get: begin, post: confirm, late: showAgain },
    deps,
  );

async function begin(request: HttpRequest, person: SignedInPerson, deps: AuthenticatorDeps): Promise<Answer> {
  // Phones load the page again for somebody who comes back from the app, which has the key of before.
  const secret = (await deps.totps.findBegun(shownTo(person), deps.now())) ?? newTotpSecret();
  await deps.totps.begin(shownTo(person), secret, deps.now());
  return showSecret(request, secret, person, deps);
}

async function confirm(request: HttpRequest, person: SignedInPerson, deps: AuthenticatorDeps): Promise<Answer> {
  const now = deps.now();
  const { sub } = person.session;
  const secret = await deps.totps.findBegun(shownTo(person), now);
  if (secret === undefined) {
    return (await findShown(request, person, deps)) ?? { reply: seeOther(endpoints.accountAuthenticator) };
  }
  const again = (refusal: Refusal) => showSecret(request, secret, person, deps, refusal);

  const form = readAccountForm(request, person);
  if (!form.ok) return again(form.refusal);
  const code = readTotpCode(single(form.value, 'code') ?? '');
  const step = code && matchTotpCode(secret, code, now);
  if (!step) return again({ reason: 'second_factor_wrong' });
  const codes = codesOfForm(form.value, person);
  const isOn = await deps.totps.turnOn(person.account, secret, step, codes, now);
  if (!isOn) return showAgain(request, person, deps);
  await deps.notify(request, sub, 'authenticatorAdded');
  return showCodes(request, codes, { notice: 'totpOn', credential: 'authenticator_added' }, deps);
}

/** The codes that the first answer to this form has shown, while all of them are good. */
async function findShown(request: HttpRequest, person: SignedInPerson, deps: AuthenticatorDeps) {
  const form = readAccountForm(request, person);
  const codes = form.ok ? codesOfForm(form.value, person) : [];
  const isShown = codes.length > 0 && (await deps.totps.hasCodes(person.session.sub, codes));
  return isShown ? showCodes(request, codes, { notice: 'totpOn' }, deps) : undefined;
}

const toAccount: Answer = { reply: seeOther(endpoints.account) };

/** Of an app that is on: the form came twice. */
const showAgain = async (request: HttpRequest, person: SignedInPerson, deps: AuthenticatorDeps): Promise<Answer> =>
  (await findShown(request, person, deps)) ?? toAccount;

const shownTo = ({ session, sessionId }: SignedInPerson) => ({ sub: session.sub, sid: listedIdOf(sessionId) });
