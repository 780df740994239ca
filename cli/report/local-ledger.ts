import { parseAuditLine } from '../../shared/audit/audit-entry.ts';
import { newTally } from '../../shared/reports/tally.ts';
import type { Ledger } from './ledger.ts';
import { localLines } from './local-lines.ts';

/** Reads the folder of a local run. Counts unreadable lines in the files of the period. */
export const localLedger = (folder: string): Ledger => ({
  async tally(period) {
    const tally = newTally();
    for await (const line of localLines(folder, period)) {
      const entry = parseAuditLine(line);
      if (!entry.ok) tally.addUnreadable(entry.refusal);
      else if (period.since <= entry.value.time && entry.value.time < period.until) tally.addEntry(entry.value);
    }
    return tally.result();
  },
});
