import type { Answer } from '../../shared/http/endpoint.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { readSessions, writeSessions } from '../../shared/http/session-cookie.ts';
import { addressOf } from '../../shared/mail/address.ts';
import type { HandOver } from '../../shared/mail/hand-over.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { askPage } from '../../shared/pages/ask-page.ts';
import { noticePage } from '../../shared/pages/notice-page.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import { newMailedLinkUntil } from '../../shared/people/mailed-link.ts';
import type { RemovalStore } from '../../shared/people/removal-store.ts';
import { generateSecret } from '../../shared/secret.ts';
import { type FreshPageDeps, freshPage } from '../account/fresh-page.ts';
import { readAccountForm, type SignedInPerson, toSignIn } from '../account/signed-in-person.ts';
import type { EndingSessions } from '../sign-out/ending-sessions.ts';
import type { TidyUp } from '../tidy-up.ts';

export type RemoveAccountDeps = FreshPageDeps & {
  /** Seconds until an account is gone for good. 0: people cannot delete theirs. */
  removalGrace: number;
  keptSessionLifetime: number;
  handOver: HandOver | undefined;
  removals: Pick<RemovalStore, 'note'>;
  accounts: Pick<AccountStore, 'findBySubject' | 'startRemoval'>;
  sessions: Pick<EndingSessions, 'find' | 'clearAway'>;
  tidyUp: TidyUp;
};

/** Where somebody deletes their account. It is disabled at once, and gone for good later, unless the link in a mail keeps it. */
export const removeAccountHandler = (deps: RemoveAccountDeps) =>
  freshPage(
    {
      name: 'account-remove',
      isOffered: deps.removalGrace > 0 && deps.handOver !== undefined,
      get: show,
      post: remove,
    },
    deps,
  );

async function show(
  request: HttpRequest,
  { account, formToken }: SignedInPerson,
  deps: RemoveAccountDeps,
  refusal?: Refusal,
): Promise<Answer> {
  const look = deps.lookOf(request);
  const reply = await askPage(look, {
    title: look.text('removal.title'),
    text: look.count('removal.text', Math.ceil(deps.removalGrace / 86_400)),
    warning: addressOf(account) === undefined ? look.text('removal.noAddress') : undefined,
    submit: look.text('removal.submit'),
    cancelPath: endpoints.account,
    ...(refusal && { problem: problemOf(refusal, look), status: statusOf(refusal) }),
    formToken,
    cookies: [],
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

async function remove(request: HttpRequest, person: SignedInPerson, deps: RemoveAccountDeps): Promise<Answer> {
  const form = readAccountForm(request, person);
  if (!form.ok) return show(request, person, deps, form.refusal);
  const { sub, epoch } = person.session;
  const now = deps.now();
  const due = now + deps.removalGrace;
  const order = { id: generateSecret(), at: now };
  await deps.removals.note(sub, due);
  const removal = { due, link: newMailedLinkUntil(order, due) };
  const account = await deps.accounts.startRemoval(sub, epoch, removal, now);
  if (account === undefined) return toSignIn(request, deps.issuer, 'nobody');
  const { language } = deps.lookOf(request);
  // The account is disabled by now, and its person has nothing to repeat: an operator can keep the account, too.
  await deps.tidyUp(async () => deps.handOver?.({ kind: 'removal', ...order, language, sub }));
  await deps.sessions.clearAway(account);
  const browser = readSessions(request, deps.issuer);
  const others = { ...browser, ids: browser.ids.filter((id) => id !== person.sessionId) };
  const cookies = [writeSessions(deps.issuer, others, deps.keptSessionLifetime)];
  const notice = addressOf(account) === undefined ? 'accountRemovedUntold' : 'accountRemoved';
  const reply = await noticePage(deps.lookOf(request), { notice, cookies });
  return { reply, decision: { verdict: 'allowed', credential: 'account_removed' } };
}
