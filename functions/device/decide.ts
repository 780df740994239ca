import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { Answer } from '../../shared/http/endpoint.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { acrOf } from '../../shared/oauth/authentication-context.ts';
import { noticePage } from '../../shared/pages/notice-page.ts';
import type { DeviceDeps } from './device-deps.ts';
import type { Asked } from './find-asked.ts';
import { showForm } from './show-form.ts';

/**
 * Records what the person decided. The grant is made under the epochs of this moment and not bound to the browser's session: the device
 * is somewhere else. A request that expired meanwhile, or was decided in another window, is unknown.
 */
export async function decide(
  { client, person, userCode, request: { id } }: Asked,
  decision: 'allow' | 'deny',
  request: HttpRequest,
  deps: DeviceDeps,
): Promise<Answer> {
  const isAllowed = decision === 'allow';
  const isDone = isAllowed ? await allow(id, client, person.sessionId, deps) : await deps.devices.deny(id);
  if (!isDone) return showForm(request, userCode, deps, { reason: 'user_code_unknown' });
  return {
    reply: await noticePage(deps.lookOf(request), { notice: isAllowed ? 'deviceAllowed' : 'deviceDenied' }),
    decision: isAllowed
      ? { verdict: 'allowed', client: client.clientId }
      : { verdict: 'refused', client: client.clientId, reason: 'consent_denied' },
  };
}

async function allow(id: string, client: RegisteredClient, sessionId: string, deps: DeviceDeps): Promise<boolean> {
  const now = deps.now();
  const found = await deps.signedIn.find({ sessionId, clientId: client.clientId, now });
  const subjects = await deps.subjectsOf(client);
  if (found === undefined || !subjects.ok) return false;
  const { sub, epoch, authTime, amr } = found.session;
  const subject = subjects.value(sub, found);
  const approval = { sub, subject, epoch, clientEpoch: found.clientEpoch, authTime, amr, acr: acrOf(amr) };
  return deps.devices.allow(id, approval, now);
}
