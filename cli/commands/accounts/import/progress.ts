import type { Io } from '../../../io.ts';
import { number } from '../../../output.ts';

/** Seconds between two lines where nobody watches a terminal. */
const seldom = 10;

export type Progress = { advance(count: number): void; end(): void };

/**
 * Says on standard error how far an import is: how many of `total`, how many a second, and how long it will take. On a terminal the
 * line is written again and again, elsewhere a new one every ten seconds. `clock`: milliseconds.
 */
export function startProgress(
  io: Pick<Io, 'writeError' | 'isTerminal'>,
  total: number,
  clock = () => performance.now(),
): Progress {
  const start = clock();
  let last = start;
  let done = 0;
  let isShown = false;
  const line = () => {
    const rate = done / Math.max((clock() - start) / 1_000, 0.001);
    const left = rate === 0 ? 0 : Math.ceil((total - done) / rate);
    return `${number(done)} of ${number(total)} accounts, ${number(rate)} a second, ${left} s left`;
  };
  return {
    advance(count) {
      done += count;
      if (clock() - last < (io.isTerminal ? 200 : seldom * 1_000)) return;
      last = clock();
      isShown = true;
      io.writeError(io.isTerminal ? `\r\u001b[K${line()}` : `${line()}\n`);
    },
    end() {
      if (isShown && io.isTerminal) io.writeError('\r\u001b[K');
    },
  };
}
