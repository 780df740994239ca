import type { Answer } from '../../shared/http/endpoint.ts';
import { type Reply, seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { goOnAt } from '../../shared/oauth/after-sign-in.ts';
import { afterSignIn } from '../../shared/oauth/authorization-request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { parseParameters } from '../../shared/oauth/parameters.ts';
import { signedInPage } from '../../shared/pages/sign-in-page.ts';
import type { Flow } from '../../shared/upstream/flow.ts';
import { beginSession, type SignedIn } from '../sign-in/begin-session.ts';
import type { UpstreamDeps } from './upstream-deps.ts';

/** Starts the session of somebody whom a provider has signed in, and goes on with the request of the flow. */
export async function startSession(
  request: HttpRequest,
  flow: Flow,
  proven: Omit<SignedIn, 'keep'>,
  deps: UpstreamDeps,
): Promise<Answer> {
  const session = await beginSession(request, { ...proven, keep: false }, deps);
  return { reply: await goOn(request, flow, [session], deps), decision: { verdict: 'allowed' } };
}

function goOn(request: HttpRequest, { query }: Flow, cookies: string[], deps: UpstreamDeps): Reply | Promise<Reply> {
  const interrupted = parseParameters(query);
  if (!interrupted.ok || interrupted.value.values.size === 0) {
    return signedInPage(deps.lookOf(request), cookies, endpoints.account);
  }
  return seeOther(goOnAt(afterSignIn(interrupted.value)), cookies);
}
