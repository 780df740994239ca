import { addressBeginning } from '../../shared/counted-address.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm, openForm } from '../../shared/http/form-token.ts';
import { headersOf } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { HandOver } from '../../shared/mail/hand-over.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import {
  admitClear,
  encodeParameters,
  type Parameters,
  parseParameters,
  single,
} from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { askNamePage } from '../../shared/pages/forgotten-page.ts';
import { noticePage } from '../../shared/pages/notice-page.ts';
import { type Problem, problemOf } from '../../shared/pages/problem.ts';
import { findShown } from '../find-meant.ts';
import { refuseOnPage } from '../refuse-on-page.ts';
import { lookFor } from '../sign-in/show-code-form.ts';
import { tellMailOff } from './mail-off.ts';
import type { MailPageDeps } from './mail-page-deps.ts';

/**
 * Where somebody who lost their password asks for a mail. Its query is the authorization request that goes on afterwards. It reads no
 * account: the mail function does, for which nobody waits. So answer, calls and time are the same for every name.
 */
export const forgottenPasswordHandler = (deps: MailPageDeps) =>
  endpoint({
    name: 'forgotten-password',
    isolated: true,
    methods: { GET: (request) => visit(request, showForm, deps), POST: (request) => visit(request, ask, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

type Deps = MailPageDeps & { handOver: HandOver };
type Step = (request: HttpRequest, deps: Deps) => Promise<Answer>;

const visit = (request: HttpRequest, step: Step, deps: MailPageDeps): Promise<Answer> =>
  deps.handOver ? step(request, { ...deps, handOver: deps.handOver }) : tellMailOff(request, deps);

const page = { title: 'forgotten.title', path: endpoints.forgottenPassword } as const;

/** What was typed, and what was wrong with it. */
type Tried = { username: string; problem: Problem; refusal?: Refusal };

async function showForm(request: HttpRequest, deps: Deps, tried?: Tried): Promise<Answer> {
  const interrupted = parseParameters(request.rawQuery);
  if (!interrupted.ok) return refuseOnPage(interrupted.refusal, request, deps, page);
  const { token: formToken, cookies } = openForm(request, deps.issuer);
  const refusal = tried?.refusal;
  const shown = await findShown(interrupted.value, deps);
  const reply = await askNamePage(deps.lookOf(request, shown), 'forgotten', {
    username: tried?.username ?? single(shown, 'login_hint') ?? '',
    signInPath: withQuery(endpoints.signIn, interruptedQuery(request)),
    problem: tried?.problem,
    ...(refusal && { status: statusOf(refusal), headers: headersOf(refusal) }),
    formToken,
    cookies,
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

/** Longer names are nobody's. */
const longestName = 254;

async function ask(request: HttpRequest, deps: Deps): Promise<Answer> {
  const form = admitClear(readForm(request));
  const look = await lookFor(request, deps);
  const username = form.ok ? (single(form.value, 'username') ?? '').trim().slice(0, longestName) : '';
  const again = (refusal: Refusal) => showForm(request, deps, { username, refusal, problem: problemOf(refusal, look) });
  if (!form.ok) return again(form.refusal);
  if (!isOurForm(request, form.value, deps.issuer)) return again({ reason: 'form_token_invalid' });
  if (username === '') {
    const problem = { text: look.text('problem.nameMissing'), field: 'username' };
    return showForm(request, deps, { username, problem });
  }
  const { retryAfter } = await deps.throttle.countMailRequest('link', username, request.sourceIp, deps.now());
  if (retryAfter !== undefined) return again({ reason: 'mail_throttled', retryAfter });
  const query = interruptedQuery(request);
  await deps.handOver({
    kind: 'forgotten',
    at: deps.now(),
    language: look.language,
    name: username,
    place: addressBeginning(request.sourceIp),
    query,
  });
  const link = { path: withQuery(endpoints.signIn, query), to: 'signIn' } as const;
  return { reply: await noticePage(look, { notice: 'mailSent', link }), decision: { verdict: 'continued' } };
}

/** Characters. A longer request is not taken along: mail programs break long links. */
const longestQuery = 2_000;

function interruptedQuery(request: HttpRequest): string {
  const interrupted = admitClear(parseParameters(request.rawQuery));
  const query = interrupted.ok ? encodeParameters(withoutOurs(interrupted.value)) : '';
  return query.length <= longestQuery ? query : '';
}

/** What the link in the mail says itself: whoever asks for somebody else's mail is not to spoil it. */
function withoutOurs(query: Parameters): Parameters {
  const values = new Map([...query.values].filter(([name]) => name !== 'token' && name !== 'done'));
  return { ...query, values };
}

const withQuery = (path: string, query: string): string => (query === '' ? path : `${path}?${query}`);
