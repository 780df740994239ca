import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WriteLine } from '../audit/audit-log.ts';
import { type Day, dayOf } from './days.ts';

/** The audit lines of a local run by day, in the order in which they were written. A place is opaque; 0 is the start of a day. */
export type AuditDays = {
  /** The days that have lines, in order. */
  list(): Promise<Day[]>;
  /** Where a day ends for now. */
  end(day: Day): Promise<number>;
  /** Yields whole lines from a place on, many at a time, with the place behind them. A line that is being written waits. */
  read(day: Day, from: number): AsyncGenerator<{ lines: readonly string[]; next: number }>;
};

/** No audit line is nearly as long: longer text without a line break is broken, and not kept in memory. */
const longestLine = 65_536;

const lineBreak = 10;

/** Those in the folder that `auditFolder` writes: a file per day. A place is a number of bytes. */
export const daysOfFolder = (folder: string): AuditDays => ({
  async list() {
    const names = await readdir(folder).catch(() => []);
    return names.flatMap((name) => /^(\d{4}-\d\d-\d\d)\.jsonl$/.exec(name)?.[1] ?? []).toSorted();
  },

  async end(day) {
    return (await stat(fileOf(folder, day)).catch(() => undefined))?.size ?? 0;
  },

  async *read(day, from) {
    let next = from;
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of createReadStream(fileOf(folder, day), { start: from, highWaterMark: 1_048_576 })) {
      const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = bytes.lastIndexOf(lineBreak) + 1;
      const whole = end === 0 && bytes.length > longestLine ? bytes.length : end;
      rest = bytes.subarray(whole);
      next += whole;
      if (whole > 0) yield { lines: bytes.toString('utf8', 0, end === 0 ? longestLine : end - 1).split('\n'), next };
    }
  },
});

const fileOf = (folder: string, day: Day): string => join(folder, `${day}.jsonl`);

/** As many lines of a run without a folder are kept, the latest ones. */
const mostInMemory = 100_000;

/** As many of the oldest go when there are too many. */
const goneAtOnce = 10_000;

/** Those of a run without a folder, which are gone when it ends. A place is a number of lines. `now` is in epoch seconds. */
export function daysInMemory(now: () => number): AuditDays & { writeLine: WriteLine } {
  const days = new Map<Day, { gone: number; lines: string[] }>();
  let count = 0;

  function forgetOldest(): void {
    const oldest = days.values().next().value;
    if (oldest === undefined) return;
    const gone = Math.min(oldest.lines.length, goneAtOnce);
    oldest.lines.splice(0, gone);
    oldest.gone += gone;
    count -= gone;
    if (oldest.lines.length === 0) days.delete(days.keys().next().value ?? '');
  }

  return {
    writeLine(line) {
      const day = dayOf(now());
      const known = days.get(day) ?? { gone: 0, lines: [] };
      days.set(day, known);
      known.lines.push(line);
      count += 1;
      if (count > mostInMemory) forgetOldest();
    },

    list: async () => [...days.keys()].toSorted(),

    async end(day) {
      const known = days.get(day);
      return known ? known.gone + known.lines.length : 0;
    },

    async *read(day, from) {
      const known = days.get(day);
      if (!known || from >= known.gone + known.lines.length) return;
      yield { lines: known.lines.slice(Math.max(0, from - known.gone)), next: known.gone + known.lines.length };
    },
  };
}
