import type { Ledger } from '../../shared/reports/ledger.ts';
import { newTally } from '../../shared/reports/tally.ts';
import { lineCounter } from './count-lines.ts';
import { filesOf, piecesOf } from './local-files.ts';

/** Reads the folder of a local run. Counts unreadable lines in the files of the period. */
export const localLedger = (folder: string): Ledger => ({
  async tally(period, steps) {
    const tally = newTally(steps);
    const counter = lineCounter(tally, period, steps);
    for (const file of await filesOf(folder, period)) {
      for await (const piece of piecesOf(file)) counter.countPiece(piece);
    }
    counter.finish();
    return tally.result();
  },
});
