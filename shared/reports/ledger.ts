import type { Steps } from './steps.ts';
import type { Period, Tallied } from './tally.ts';

/**
 * Reads the audit log back. Reports need the number of equal decisions, so both sources return counts: the local folder by
 * counting, CloudWatch Logs by a counting query.
 */
export type Ledger = {
  /**
   * Counts the decisions of a period, those of each step by themselves if there are steps. Rejects with {@link LedgerUnavailable}.
   * Counts unreadable lines rather than leave anything out silently.
   */
  tally(period: Period, steps?: Steps): Promise<Tallied>;
};

/** The audit log could not be read, or not completely. The message says what to do. */
export class LedgerUnavailable extends Error {
  override name = 'LedgerUnavailable';
}
