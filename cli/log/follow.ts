import { setTimeout as pause } from 'node:timers/promises';
import type { AuditLines, ReadLine } from './audit-lines.ts';

/** Seconds. A line may come later than one with a later time, above all from another log group. */
const lateness = 60;

export type Following = {
  /** Epoch seconds. */
  since: number;
  now: () => number;
  /** Milliseconds between two looks. */
  patience: number;
  /** Ends it. */
  signal: AbortSignal;
};

/** Hands over each line once, as it comes, until the signal. */
export async function follow(
  lines: AuditLines,
  { since, now, patience, signal }: Following,
  show: (line: ReadLine) => void,
): Promise<void> {
  const shown = new Map<string, number>();
  let from = since;
  while (!signal.aborted) {
    for (const line of await lines({ since: from, until: now() + 1 })) {
      if (shown.has(line.text)) continue;
      shown.set(line.text, line.entry.time);
      show(line);
    }
    from = Math.max(from, now() - lateness);
    for (const [text, time] of shown) if (time < from) shown.delete(text);
    await pause(patience, undefined, { signal }).catch(() => {}); // the signal ends the pause, and the loop
  }
}
