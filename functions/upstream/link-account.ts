import type { Answer } from '../../shared/http/endpoint.ts';
import { leaveNotice } from '../../shared/http/notice-cookie.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { labelOf } from '../../shared/upstream/find-account.ts';
import type { Flow } from '../../shared/upstream/flow.ts';
import { hasAllowedDomain, type UpstreamIdentity } from '../../shared/upstream/identity.ts';
import type { UpstreamProvider } from '../../shared/upstream/provider.ts';
import { findPerson, isFresh, toSignIn } from '../account/signed-in-person.ts';
import { comeBack, flowUnknown } from './come-back.ts';
import type { UpstreamDeps } from './upstream-deps.ts';

/**
 * Links an account of the provider to that of the person of the flow, who has to be the one who is signed in now, and still
 * shortly after they signed in. Refuses `upstream_address_refused`, and `upstream_linked_elsewhere` when it is somebody's already.
 */
export async function linkAccount(
  request: HttpRequest,
  provider: UpstreamProvider,
  flow: Flow,
  identity: UpstreamIdentity,
  deps: UpstreamDeps,
): Promise<Answer> {
  const person = await findPerson(request, deps);
  if (person === undefined || person.account.sub !== flow.linkFor) return flowUnknown();
  if (!isFresh(person, deps.now())) return toSignIn(request, deps.issuer, 'not_fresh');
  if (!hasAllowedDomain(identity, provider)) return comeBack(flow, { reason: 'upstream_address_refused' });
  const details = { provider: provider.id, label: labelOf(identity), epoch: person.session.epoch };
  const isLinked = await deps.links.claim(identity, person.account.sub, details, deps.now());
  if (!isLinked) return comeBack(flow, { reason: 'upstream_linked_elsewhere' });
  await deps.notify(request, person.account.sub, 'linkAdded');
  return {
    reply: seeOther(endpoints.account, [leaveNotice(deps.issuer, 'linked')]),
    decision: { verdict: 'allowed', credential: 'link_added' },
  };
}
