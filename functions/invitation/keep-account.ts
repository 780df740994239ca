import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm, openForm } from '../../shared/http/form-token.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { admitClear, parseParameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { askPage } from '../../shared/pages/ask-page.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { noticePage } from '../../shared/pages/notice-page.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import { canBeKept, readLinkToken } from '../../shared/people/invitation.ts';
import { equalInConstantTime } from '../../shared/secret.ts';
import type { MailPageDeps } from './mail-page-deps.ts';

type Deps = Omit<MailPageDeps, 'accounts'> & { accounts: Pick<AccountStore, 'findBySubject' | 'undoRemoval'> };

/** Where the mail about a deleted account leads: keeps it. Opening the link changes nothing. Works whether mail is still sent or not. */
export const keepAccountHandler = (deps: Deps) =>
  endpoint({
    name: 'keep-account',
    isolated: true,
    methods: { GET: (request) => visit(request, deps), POST: (request) => visit(request, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function visit(request: HttpRequest, deps: Deps): Promise<Answer> {
  const query = admitClear(parseParameters(request.rawQuery));
  const read = query.ok ? readLinkToken(single(query.value, 'token') ?? '') : undefined;
  const account = read && (await deps.accounts.findBySubject(read.sub));
  const isGood =
    read &&
    account?.removal &&
    canBeKept(account, deps.now()) &&
    equalInConstantTime(account.removal.link.hash, read.hash);
  if (!isGood) return tellOver(request, deps);
  if (request.method !== 'POST') return show(request, deps);
  const form = admitClear(readForm(request));
  if (!form.ok) return show(request, deps, form.refusal);
  if (!isOurForm(request, form.value, deps.issuer)) return show(request, deps, { reason: 'form_token_invalid' });
  if (!(await deps.accounts.undoRemoval(read.sub, read, deps.now()))) return tellOver(request, deps);
  const link = { path: endpoints.signIn, to: 'signIn' } as const;
  const reply = await noticePage(deps.lookOf(request), { notice: 'accountKept', link });
  return { reply, decision: { verdict: 'allowed', credential: 'account_kept' } };
}

async function show(request: HttpRequest, deps: Deps, refusal?: Refusal): Promise<Answer> {
  const look = deps.lookOf(request);
  const { token: formToken, cookies } = openForm(request, deps.issuer);
  const reply = await askPage(look, {
    title: look.text('removal.keepTitle'),
    text: look.text('removal.keepText'),
    submit: look.text('removal.keepTitle'),
    ...(refusal && { problem: problemOf(refusal, look), status: statusOf(refusal) }),
    formToken,
    cookies,
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

async function tellOver(request: HttpRequest, deps: Deps): Promise<Answer> {
  const reason = 'invitation_unknown';
  const reply = await noticePage(deps.lookOf(request), { notice: 'keepOver', status: statusOf({ reason }) });
  return { reply, decision: { verdict: 'refused', reason } };
}
