import type { WriteLine } from '../shared/audit/audit-log.ts';
import { auditLine } from '../shared/audit/decision.ts';
import { describeCause } from '../shared/http/endpoint.ts';
import { reasonOf } from '../shared/outage.ts';

/**
 * Does what nothing depends on: deletes what is worth nothing any more. Never throws. That it failed is in the log (`endpoint`
 * `tidy-up`), and what is left is tidied up the next time, or by its time to live.
 */
export type TidyUp = (work: () => Promise<unknown>) => Promise<void>;

export const tidyingUp =
  ({ writeLine, now }: { writeLine: WriteLine; now: () => number }): TidyUp =>
  async (work) => {
    try {
      await work();
    } catch (error) {
      const failed = {
        endpoint: 'tidy-up',
        verdict: 'failed',
        reason: reasonOf(error),
        cause: describeCause(error),
      } as const;
      writeLine(auditLine(now(), '-', failed));
    }
  };
