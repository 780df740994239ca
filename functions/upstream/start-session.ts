import type { Answer } from '../../shared/http/endpoint.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { parseParameters } from '../../shared/oauth/parameters.ts';
import type { Flow } from '../../shared/upstream/flow.ts';
import { beginSession, type SignedIn } from '../sign-in/begin-session.ts';
import { goOnWith } from '../sign-in/go-on.ts';
import type { UpstreamDeps } from './upstream-deps.ts';

/** Starts the session of somebody whom a provider has signed in, and goes on with the request of the flow. */
export async function startSession(
  request: HttpRequest,
  flow: Flow,
  proven: Omit<SignedIn, 'keep'>,
  deps: UpstreamDeps,
): Promise<Answer> {
  const session = await beginSession(request, { ...proven, keep: false }, deps);
  const interrupted = parseParameters(flow.query);
  const reply = await goOnWith(interrupted.ok ? interrupted.value : undefined, request, [session], deps);
  return { reply, decision: { verdict: 'allowed' } };
}
