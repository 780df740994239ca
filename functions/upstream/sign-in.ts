import type { Answer } from '../../shared/http/endpoint.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { findAccount } from '../../shared/upstream/find-account.ts';
import type { Flow } from '../../shared/upstream/flow.ts';
import type { UpstreamIdentity } from '../../shared/upstream/identity.ts';
import type { UpstreamProvider } from '../../shared/upstream/provider.ts';
import { findPerson } from '../account/signed-in-person.ts';
import { askToChange } from './change-account.ts';
import { comeBack } from './come-back.ts';
import { startSession } from './start-session.ts';
import type { UpstreamDeps } from './upstream-deps.ts';

/**
 * Signs in whose account it is, which may be a new one, and goes on with the request of the flow. Asks first when somebody else is
 * signed in here.
 */
export async function signIn(
  request: HttpRequest,
  provider: UpstreamProvider,
  flow: Flow,
  identity: UpstreamIdentity,
  deps: UpstreamDeps,
): Promise<Answer> {
  const account = await findAccount(identity, provider, deps, deps.now());
  if (!account.ok) return comeBack(flow, account.refusal);
  const { sub } = account.value;
  const { subject, amr } = identity;
  // Whoever had to prove themselves has done so since then, whatever the clock of the provider says.
  const authTime =
    flow.freshSince === undefined ? identity.authTime : Math.max(identity.authTime ?? 0, flow.freshSince);
  const current = (await findPerson(request, deps))?.account;
  if (current && current.sub !== sub) {
    return askToChange(request, provider, flow, { account: account.value, current }, { subject, amr, authTime }, deps);
  }
  return startSession(request, flow, { account: account.value, amr, authTime }, deps);
}
