import { type Day, dayOf, daysUntil, endOf, startOf } from '../../shared/reports/days.ts';
import type { Ledger } from '../../shared/reports/ledger.ts';
import type { RollUpStore } from '../../shared/reports/roll-up-store.ts';

/** Days that are counted afterwards, where the function did not run or is new. */
const backlog = 84;

/** As many days are counted in one run, the latest first: a query of a busy day takes a while, and costs by what it reads. */
const atOnce = 5;

/** What a run counted. */
export type Counted = { counted: Day[] };

/**
 * Counts the audit log of today, of yesterday until its last lines have come, and of days before that nobody has counted. Does only what
 * is due, so running it twice is harmless. Rejects with `LedgerUnavailable`, `StoreUnavailable`.
 */
export const rollUp =
  (ledger: Ledger, store: Pick<RollUpStore, 'put' | 'uncounted'>, now: () => number) => async (): Promise<Counted> => {
    const due = await store.uncounted(daysUntil(dayOf(now()), backlog));
    const counted = due.slice(-atOnce).toReversed();
    for (const day of counted) {
      const countedAt = now();
      const tallied = await ledger.tally({ since: startOf(day), until: Math.min(endOf(day), countedAt + 1) });
      await store.put({ day, countedAt, tallied });
    }
    return { counted };
  };
