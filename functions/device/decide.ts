import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { Answer } from '../../shared/http/endpoint.ts';
import type { Reply } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { acrOf } from '../../shared/oauth/authentication-context.ts';
import { noticePage } from '../../shared/pages/notice-page.ts';
import type { DeviceDeps } from './device-deps.ts';
import type { Asked, DeviceDecision } from './find-asked.ts';

/**
 * Records what the person decided. The grant is made under the epochs of this moment and not bound to the browser's session: the device
 * is somewhere else. Undefined: the request expired meanwhile, or was decided in another window.
 */
export async function decide(
  { client, person, request: { id } }: Asked,
  decision: DeviceDecision,
  request: HttpRequest,
  deps: DeviceDeps,
): Promise<Answer | undefined> {
  const isAllowed = decision === 'allow';
  const isDone = isAllowed ? await allow(id, client, person.sessionId, deps) : await deps.devices.deny(id);
  if (!isDone) return undefined;
  return {
    reply: await tellDecided(decision, request, deps),
    decision: isAllowed
      ? { verdict: 'allowed', client: client.clientId }
      : { verdict: 'refused', client: client.clientId, reason: 'consent_denied' },
  };
}

export const tellDecided = (decision: DeviceDecision, request: HttpRequest, { lookOf }: DeviceDeps): Promise<Reply> =>
  noticePage(lookOf(request), { notice: decision === 'allow' ? 'deviceAllowed' : 'deviceDenied' });

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
