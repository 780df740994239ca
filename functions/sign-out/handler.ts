import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm, openForm } from '../../shared/http/form-token.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { readSessions } from '../../shared/http/session-cookie.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { admitClear, encodeParameters, type Parameters, parseParameters } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { notReturnedPage, signedOutPage, signOutPage } from '../../shared/pages/sign-out-page.ts';
import type { Result } from '../../shared/result.ts';
import { refuseOnPage } from '../refuse-on-page.ts';
import { endInBrowser } from './end-in-browser.ts';
import { findMeant } from './find-meant.ts';
import { findReturnAddress } from './find-return-address.ts';
import { goBack } from './go-back.ts';
import { readHint } from './read-hint.ts';
import type { SignOutDeps } from './sign-out-deps.ts';

/** OpenID Connect RP-Initiated Logout §2, by GET and by POST. */
export const signOutHandler = (deps: SignOutDeps) =>
  endpoint({
    name: 'sign-out',
    methods: {
      GET: (request) => signOut(parseParameters(request.rawQuery), request, deps),
      POST: (request) => signOut(readForm(request), request, deps),
    },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

const page = { title: 'signOut.title', path: endpoints.signOut } as const;

async function signOut(
  parameters: Result<Parameters, Refusal>,
  request: HttpRequest,
  deps: SignOutDeps,
): Promise<Answer> {
  const clear = admitClear(parameters);
  if (!clear.ok) return refuseOnPage(clear.refusal, request, deps, page);
  const sent = clear.value;
  const look = deps.lookOf(request, sent);
  const hint = await readHint(sent, deps);
  const browser = readSessions(request, deps.issuer);
  const meant = await findMeant(browser.ids, hint, deps);
  // A form of another site comes without our cookie; with the GET that follows, it comes along.
  if (request.method === 'POST' && browser.ids.length === 0) {
    return { reply: seeOther(`${endpoints.signOut}?${encodeParameters(withoutFormToken(sent))}`) };
  }

  const isConfirmed = request.method === 'POST' && isOurForm(request, sent, deps.issuer);
  if (meant.needsQuestion && !isConfirmed) {
    const { token: formToken, cookies } = openForm(request, deps.issuer);
    const isAboutSeveral = meant.ids.length > 1;
    return { reply: await signOutPage(look, { sent, isAboutSeveral, formToken, cookies }) };
  }
  const cookies = [await endInBrowser(meant.ids, browser, request, deps)];
  const decision = { verdict: 'allowed', client: hint?.aud } as const;
  const to = await findReturnAddress(sent, hint, deps);
  if (!to.ok) {
    const { reason } = to.refusal;
    return { reply: await notReturnedPage(look, cookies, reason, deps.issuer), decision: { ...decision, reason } };
  }
  return { reply: to.value ? goBack(to.value, sent, cookies) : await signedOutPage(look, cookies), decision };
}

/** It may also be a form of ours whose session has ended meanwhile. Its token has to be in no address. */
const withoutFormToken = (sent: Parameters): Parameters => ({
  ...sent,
  values: new Map([...sent.values].filter(([name]) => name !== 'form_token')),
});
