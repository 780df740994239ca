import type { Answer } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm, openForm } from '../../shared/http/form-token.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { goOnAt } from '../../shared/oauth/after-sign-in.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { admitClear, parseParameters, single } from '../../shared/oauth/parameters.ts';
import { changeAccountPage } from '../../shared/pages/change-account-page.ts';
import { type Account, displayName } from '../../shared/people/account.ts';
import { judgeEpoch, standsBy } from '../../shared/people/still-valid.ts';
import { generateSecret } from '../../shared/secret.ts';
import { labelOf } from '../../shared/upstream/find-account.ts';
import type { Flow } from '../../shared/upstream/flow.ts';
import type { UpstreamIdentity } from '../../shared/upstream/identity.ts';
import type { UpstreamProvider } from '../../shared/upstream/provider.ts';
import { findShown } from '../find-meant.ts';
import { refuseOnPage } from '../refuse-on-page.ts';
import { flowUnknown } from './come-back.ts';
import { findFlowKeys, forgetFlow, rememberFlow } from './flow-cookies.ts';
import { keepFlow } from './keep-flow.ts';
import { startSession } from './start-session.ts';
import { takeFlow } from './take-flow.ts';
import type { UpstreamDeps } from './upstream-deps.ts';

/*
 * Any site can send a browser to a provider that has a session of its own. So whoever is signed in here is asked before somebody
 * else is, and until then there is no session for them.
 */

/** Asks `current` whether to continue as `account`, whom the provider has just signed in. What it said is kept as another flow. */
export async function askToChange(
  request: HttpRequest,
  provider: UpstreamProvider,
  { query }: Flow,
  { account, current }: { account: Account; current: Account },
  { subject, amr, authTime }: Pick<UpstreamIdentity, 'subject' | 'amr' | 'authTime'>,
  deps: UpstreamDeps,
): Promise<Answer> {
  const keys = { secret: generateSecret(), state: generateSecret() };
  const signsIn = { sub: account.sub, subject, epoch: account.epoch, amr, authTime: authTime ?? deps.now() };
  await keepFlow(keys, { provider: provider.id, query, signsIn }, deps);
  const form = openForm(request, deps.issuer);
  const interrupted = parseParameters(query);
  const shown = interrupted.ok ? await findShown(interrupted.value, deps) : undefined;
  const look = deps.lookOf(request, shown);
  const reply = await changeAccountPage(look, {
    current: nameOf(current),
    account: nameOf(account),
    providerName: provider.name,
    confirmPath: `${endpoints.upstream}/${provider.id}/confirm`,
    stayPath: interrupted.ok && query !== '' ? goOnAt(interrupted.value) : endpoints.account,
    carried: { state: keys.state },
    formToken: form.token,
    cookies: [...form.cookies, ...rememberFlow(keys, request, deps.issuer)],
  });
  return { reply, decision: { verdict: 'continued' } };
}

/** Some accounts have no name to sign in with, but what their provider calls them. */
const nameOf = ({ username, email, claims, sub }: Account): string =>
  displayName({ username, email: email ?? labelOf({ claims }), sub });

const page = { title: 'signIn.title', path: endpoints.signIn } as const;

/** Takes the form of that page, once. Refuses `form_token_invalid`, and goes back to the sign-in page when it took too long. */
export async function changeAccount(
  request: HttpRequest,
  provider: UpstreamProvider,
  deps: UpstreamDeps,
): Promise<Answer> {
  const form = admitClear(readForm(request));
  if (!form.ok) return refuseOnPage(form.refusal, request, deps, page);
  if (!isOurForm(request, form.value, deps.issuer)) {
    return refuseOnPage({ reason: 'form_token_invalid' }, request, deps, page);
  }
  const keys = findFlowKeys(single(form.value, 'state'), request, deps.issuer);
  const flow = keys && (await takeFlow(keys, provider, deps));
  const account = flow?.signsIn && (await findUnchanged(flow.signsIn, provider, deps));
  if (!keys || !flow?.signsIn || !account) return flowUnknown();
  const { amr, authTime } = flow.signsIn;
  const { reply, ...answered } = await startSession(request, flow, { account, amr, authTime }, deps);
  const cookies = [...(reply.cookies ?? []), forgetFlow(keys, deps.issuer)];
  return { ...answered, reply: { ...reply, cookies } };
}

/** The account of somebody whom the provider signed in, if they could sign in there now as well. Their link may be gone since then. */
async function findUnchanged(
  signsIn: NonNullable<Flow['signsIn']>,
  { issuer }: UpstreamProvider,
  { accounts, links }: UpstreamDeps,
): Promise<Account | undefined> {
  const { sub, subject } = signsIn;
  const [account, link] = await Promise.all([accounts.findBySubject(sub), links.find({ issuer, subject })]);
  const isLinked = account !== undefined && link?.sub === sub && standsBy(account, link);
  return isLinked && judgeEpoch(account, signsIn) === undefined ? account : undefined;
}
