import { auditLine, type Decision } from '../../shared/audit/decision.ts';
import { describeCause } from '../../shared/http/endpoint.ts';
import { readOrder } from '../../shared/mail/order.ts';
import { Outage, reasonOf } from '../../shared/outage.ts';
import { carryOut } from './carry-out.ts';
import type { MailDeps } from './mail-deps.ts';
import { readFeedback } from './read-feedback.ts';

/**
 * Carries out an order of a page, or records what SNS tells about earlier mails. Called by Lambda's queue: what it throws is tried
 * again, and ends in the dead-letter queue. Writes one audit line for every attempt at an order, without an address.
 */
export const mailHandler =
  (deps: MailDeps) =>
  async (event: unknown, { awsRequestId }: { awsRequestId: string }): Promise<void> => {
    const feedback = readFeedback(event);
    if (feedback) {
      for (const { address, because } of feedback) await deps.deadAddresses.record(address, because, deps.now());
      return;
    }
    const record = (decision: Omit<Decision, 'endpoint'>) =>
      deps.writeLine(auditLine(deps.now(), awsRequestId, { endpoint: 'mail', ...decision }));
    const order = readOrder(event);
    const done = await carryOut(order, deps).catch((error: unknown) => {
      const reason = error instanceof Outage ? reasonOf(error) : 'mail_failed';
      record({ verdict: 'failed', reason, cause: describeCause(error) });
      throw error;
    });
    record(done.ok ? { verdict: 'allowed' } : { verdict: 'refused', reason: done.refusal.reason });
  };
