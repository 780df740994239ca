import type { Period, Tallied } from '../../shared/reports/tally.ts';

/**
 * The audit log, read back. What a report needs is how many decisions were alike, so that is what both sources answer: the
 * local folder by counting, CloudWatch Logs by a query that counts.
 */
export type Ledger = {
  /** Rejects with {@link LedgerUnavailable}. Never leaves anything out silently: what cannot be read is counted. */
  tally(period: Period): Promise<Tallied>;
};

/** The audit log could not be read, or not completely. The message says what to do. */
export class LedgerUnavailable extends Error {
  override name = 'LedgerUnavailable';
}
