import { addressBeginning } from '../../shared/counted-address.ts';
import { clearCookie, cookieName, setCookie } from '../../shared/http/cookies.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm, openForm } from '../../shared/http/form-token.ts';
import { headersOf, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { HandOver } from '../../shared/mail/hand-over.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { admitClear, type Parameters, parseParameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { askNamePage, mailCodePage } from '../../shared/pages/forgotten-page.ts';
import { type Problem, problemOf } from '../../shared/pages/problem.ts';
import { mailCodes, newMailCode, readMailCode } from '../../shared/people/mail-code.ts';
import type { MailCodeStore } from '../../shared/people/mail-code-store.ts';
import { judgeEpoch } from '../../shared/people/still-valid.ts';
import { findShown } from '../find-meant.ts';
import { refuseOnPage } from '../refuse-on-page.ts';
import { askForCode } from '../sign-in/ask-for-code.ts';
import { beginSession } from '../sign-in/begin-session.ts';
import { goOn, withQuery } from '../sign-in/go-on.ts';
import { lookFor } from '../sign-in/show-code-form.ts';
import type { InvitationDeps } from './invitation-deps.ts';
import { tellMailOff } from './mail-off.ts';
import type { MailPageDeps } from './mail-page-deps.ts';

export type MailCodeDeps = InvitationDeps &
  MailPageDeps & {
    /** Off unless a deployment switches it on. */
    mailCodes: boolean;
    codes: Pick<MailCodeStore, 'use'>;
  };

/** The secret of a browser in which somebody asked for a code. */
const codeCookie = 'pixy_mail_code';

/**
 * Where somebody asks for a code by mail, and types it into the same browser. Its query is the authorization request. Like the page for
 * lost passwords it reads no account before a code was right, and says the same to everybody.
 */
export const mailCodeHandler = (deps: MailCodeDeps) =>
  endpoint({
    name: 'sign-in-mail-code',
    methods: { GET: (request) => visit(request, show, deps), POST: (request) => visit(request, act, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

type Deps = MailCodeDeps & { handOver: HandOver };
type Step = (request: HttpRequest, deps: Deps) => Promise<Answer>;

const visit = (request: HttpRequest, step: Step, deps: MailCodeDeps): Promise<Answer> =>
  deps.handOver && deps.mailCodes ? step(request, { ...deps, handOver: deps.handOver }) : tellMailOff(request, deps);

const secretOf = (request: HttpRequest, { issuer }: Deps): string | undefined =>
  request.cookies.get(cookieName(issuer, codeCookie)) || undefined;

const ownPage = { title: 'mailCode.title', path: endpoints.signInMailCode } as const;

/** What was typed, and what was wrong with it. */
type Tried = { username?: string; problem: Problem; refusal?: Refusal };

/** The form for the code in a browser that waits for one, and for the name in every other one. */
async function show(request: HttpRequest, deps: Deps, tried?: Tried): Promise<Answer> {
  const interrupted = parseParameters(request.rawQuery);
  if (!interrupted.ok) return refuseOnPage(interrupted.refusal, request, deps, ownPage);
  const shown = await findShown(interrupted.value, deps);
  const look = deps.lookOf(request, shown);
  const { token: formToken, cookies } = openForm(request, deps.issuer);
  const refusal = tried?.refusal;
  const page = {
    problem: tried?.problem,
    ...(refusal && { status: statusOf(refusal), headers: headersOf(refusal) }),
    signInPath: withQuery(endpoints.signIn, request),
    formToken,
    cookies,
  };
  const hint = single(shown, 'login_hint');
  const reply = secretOf(request, deps)
    ? await mailCodePage(look, page)
    : await askNamePage(look, 'mailCode', {
        ...page,
        username: tried?.username ?? hint ?? '',
      });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

async function act(request: HttpRequest, deps: Deps): Promise<Answer> {
  const form = admitClear(readForm(request));
  const again = async (refusal: Refusal) =>
    show(request, deps, { refusal, problem: problemOf(refusal, await lookFor(request, deps)) });
  if (!form.ok) return again(form.refusal);
  if (!isOurForm(request, form.value, deps.issuer)) return again({ reason: 'form_token_invalid' });
  if (single(form.value, 'again') !== undefined) {
    return { reply: seeOther(withQuery(endpoints.signInMailCode, request), [clearCookie(deps.issuer, codeCookie)]) };
  }
  const secret = secretOf(request, deps);
  const typed = single(form.value, 'code');
  // Another tab of this browser may have asked meanwhile, or the browser may have forgotten: the fields say which form it was.
  const isName = single(form.value, 'username') !== undefined || (secret === undefined && typed === undefined);
  if (isName) return ask(request, form.value, deps);
  if (secret === undefined) return again({ reason: 'mail_code_wrong' });
  const holder = await deps.codes.use(secret, readMailCode(typed ?? '') ?? '', deps.now());
  const account = holder && (await deps.accounts.findBySubject(holder.sub));
  if (!account || judgeEpoch(account, holder)) return again({ reason: 'mail_code_wrong' });
  const asked = await askForCode(request, account, { keep: false, isByMail: true }, deps);
  const spent = clearCookie(deps.issuer, codeCookie);
  if (asked) return { ...asked, reply: { ...asked.reply, cookies: [...(asked.reply.cookies ?? []), spent] } };
  const session = await beginSession(request, { account, amr: ['otp'], keep: false }, deps);
  const cookies = [session, spent];
  return { reply: await goOn(request, cookies, deps), decision: { verdict: 'allowed' } };
}

/** Longer names are nobody's. */
const longestName = 254;

/** Orders the mail, and makes this browser the one that waits for its code. */
async function ask(request: HttpRequest, form: Parameters, deps: Deps): Promise<Answer> {
  const look = await lookFor(request, deps);
  const username = (single(form, 'username') ?? '').trim().slice(0, longestName);
  if (username === '') {
    return show(request, deps, { problem: { text: look.text('problem.nameMissing'), field: 'username' } });
  }
  const { retryAfter } = await deps.throttle.countMailRequest('code', username, request.sourceIp, deps.now());
  if (retryAfter !== undefined) {
    const refusal = { reason: 'mail_throttled', retryAfter } as const;
    return show(request, deps, { username, refusal, problem: problemOf(refusal, look) });
  }
  const { secret, ...code } = newMailCode();
  await deps.handOver({
    kind: 'code',
    at: deps.now(),
    language: look.language,
    name: username,
    place: addressBeginning(request.sourceIp),
    ...code,
  });
  const cookie = setCookie(deps.issuer, codeCookie, secret, mailCodes.lifetime);
  return {
    reply: seeOther(withQuery(endpoints.signInMailCode, request), [cookie]),
    decision: { verdict: 'continued' },
  };
}
