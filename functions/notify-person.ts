import { auditLine } from '../shared/audit/decision.ts';
import { addressBeginning } from '../shared/counted-address.ts';
import { describeCause } from '../shared/http/endpoint.ts';
import type { HttpRequest } from '../shared/http/request.ts';
import type { Noticed } from '../shared/mail/order.ts';
import { reasonOf } from '../shared/outage.ts';
import type { LookOf } from '../shared/pages/look.ts';
import { deviceName } from './account/device-name.ts';
import { openMail } from './open-mail.ts';
import type { Runtime } from './runtime.ts';

/**
 * Tells a person by mail what was just done in their account, with the device and the place of the request. `formerly`: an address of
 * before that is told instead. Does nothing where no mail is sent. Never throws: it is done, and saying otherwise would be wrong. That nobody was told is
 * in the log.
 */
export type NotifyPerson = (request: HttpRequest, sub: string, what: Noticed, formerly?: string) => Promise<void>;

export function notifyingPerson(runtime: Runtime, lookOf: LookOf): NotifyPerson {
  const handOver = openMail(runtime);
  const { writeLine, now } = runtime;
  return async (request, sub, what, formerly) => {
    const order = {
      kind: 'notice',
      at: now(),
      language: lookOf(request).language,
      sub,
      what,
      place: addressBeginning(request.sourceIp),
      device: deviceName(request.header('user-agent')),
      formerly,
    } as const;
    try {
      await handOver?.(order);
    } catch (error) {
      const failed = { verdict: 'failed', reason: reasonOf(error), cause: describeCause(error) } as const;
      writeLine(auditLine(now(), request.requestId, { endpoint: 'notice', ...failed }));
    }
  };
}
