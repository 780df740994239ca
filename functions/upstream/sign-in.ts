import type { Answer } from '../../shared/http/endpoint.ts';
import { type Reply, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { afterSignIn } from '../../shared/oauth/authorization-request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { encodeParameters, parseParameters } from '../../shared/oauth/parameters.ts';
import { signedInPage } from '../../shared/pages/sign-in-page.ts';
import { findAccount } from '../../shared/upstream/find-account.ts';
import type { Flow } from '../../shared/upstream/flow.ts';
import type { UpstreamIdentity } from '../../shared/upstream/identity.ts';
import type { UpstreamProvider } from '../../shared/upstream/provider.ts';
import { beginSession } from '../sign-in/begin-session.ts';
import { comeBack } from './come-back.ts';
import type { UpstreamDeps } from './upstream-deps.ts';

/** Signs in whose account it is, which may be a new one, and goes on with the request of the flow. */
export async function signIn(
  request: HttpRequest,
  provider: UpstreamProvider,
  flow: Flow,
  identity: UpstreamIdentity,
  deps: UpstreamDeps,
): Promise<Answer> {
  const account = await findAccount(identity, provider, deps, deps.now());
  if (!account.ok) return comeBack(flow, account.refusal);
  const { amr, authTime } = identity;
  const session = await beginSession(request, { account: account.value, amr, keep: false, authTime }, deps);
  return { reply: await goOn(request, flow, [session], deps), decision: { verdict: 'allowed' } };
}

function goOn(request: HttpRequest, { query }: Flow, cookies: string[], deps: UpstreamDeps): Reply | Promise<Reply> {
  const interrupted = parseParameters(query);
  if (!interrupted.ok || interrupted.value.values.size === 0) {
    return signedInPage(deps.lookOf(request), cookies, endpoints.account);
  }
  return seeOther(`${endpoints.authorize}?${encodeParameters(afterSignIn(interrupted.value))}`, cookies);
}
