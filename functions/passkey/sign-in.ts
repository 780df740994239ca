import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { formCookieOf, isOurForm } from '../../shared/http/form-token.ts';
import { leaveNotice } from '../../shared/http/notice-cookie.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { admitClear, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import { passkeyMethods } from '../../shared/people/passkey.ts';
import type { SessionStore } from '../../shared/people/session-store.ts';
import { standsBy } from '../../shared/people/still-valid.ts';
import { refuseOnPage } from '../refuse-on-page.ts';
import { beginSession, type SessionSettings } from '../sign-in/begin-session.ts';
import { goOn, withQuery } from '../sign-in/go-on.ts';
import { type AssertionDeps, verifyAssertion } from './verify-assertion.ts';

export type PasskeySignInDeps = SessionSettings &
  AssertionDeps & {
    accounts: Pick<AccountStore, 'findBySubject'>;
    sessions: Pick<SessionStore, 'start' | 'end'>;
    lookOf: LookOf;
    writeLine: WriteLine;
    now: () => number;
  };

/**
 * Takes what a passkey answered on the sign-in page. Its query is the authorization request that is interrupted; whatever goes
 * wrong leads back to the sign-in page, which says so.
 */
export const passkeySignInHandler = (deps: PasskeySignInDeps) =>
  endpoint({
    name: 'sign-in-passkey',
    methods: {
      // Somebody who reloads the page, or comes back to it.
      GET: (request) => ({ reply: seeOther(withQuery(endpoints.signIn, request)) }),
      POST: (request) => signIn(request, deps),
    },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function signIn(request: HttpRequest, deps: PasskeySignInDeps): Promise<Answer> {
  const form = admitClear(readForm(request));
  const page = { title: 'signIn.title', path: withQuery(endpoints.signIn, request) } as const;
  if (!form.ok) return refuseOnPage(form.refusal, request, deps, page);
  const browser = formCookieOf(request, deps.issuer);
  // What the next page is to say would be in a cookie.
  if (browser === undefined) return refuseOnPage({ reason: 'form_token_invalid' }, request, deps, page);
  if (!isOurForm(request, form.value, deps.issuer)) return back(request, { reason: 'form_token_invalid' }, deps);
  const verified = await verifyAssertion({ credential: single(form.value, 'credential'), browser }, deps, deps.now());
  if (!verified.ok) return back(request, verified.refusal, deps);

  const account = await deps.accounts.findBySubject(verified.value.sub);
  const isGood = account && account.disabledAt === undefined && standsBy(account, verified.value);
  if (!isGood) return back(request, { reason: 'passkey_unknown' }, deps);
  const keep = single(form.value, 'keep') !== undefined;
  const cookie = await beginSession(request, { account, amr: passkeyMethods(verified.value), keep }, deps);
  return { reply: await goOn(request, [cookie], deps), decision: { verdict: 'allowed' } };
}

/** Back to the sign-in page, which says that it failed; only of an unknown passkey it says so. */
const back = (request: HttpRequest, { reason }: Refusal, deps: PasskeySignInDeps): Answer => ({
  reply: seeOther(withQuery(endpoints.signIn, request), [
    leaveNotice(deps.issuer, reason === 'passkey_unknown' ? reason : 'passkey_wrong'),
  ]),
  decision: { verdict: 'refused', reason },
});
