import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Period } from '../../shared/reports/tally.ts';
import { LedgerUnavailable } from './ledger.ts';

const day = 86_400;

/** Seconds. A line is stamped before it is written, so a day's file may begin with lines of the day before. */
const lateness = 60;

/** No audit line is nearly as long. Longer text without a line break counts as one broken line and is not kept in memory. */
const longestLine = 65_536;

/** Yields the lines of the files of a period: one file per day (UTC), `YYYY-MM-DD.jsonl`. Some are of the days around it. */
export async function* localLines(folder: string, period: Period): AsyncGenerator<string> {
  for (const file of await filesOf(folder, period)) yield* linesOf(file);
}

async function filesOf(folder: string, { since, until }: Period): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new LedgerUnavailable(`There is no readable audit log in ${folder}.`, { cause });
  });
  return names
    .sort()
    .filter((name) => {
      const start = /^\d{4}-\d\d-\d\d\.jsonl$/.test(name) ? Date.parse(name.slice(0, 10)) / 1_000 : Number.NaN;
      return start - lateness < until && since < start + day;
    })
    .map((name) => join(folder, name));
}

async function* chunksOf(file: string): AsyncGenerator<string> {
  try {
    yield* createReadStream(file, { encoding: 'utf8', highWaterMark: 1_048_576 });
  } catch (cause) {
    throw new LedgerUnavailable(`${file} cannot be read: ${String(cause)}`, { cause });
  }
}

/** Yields the lines of a file without line breaks, reading a million characters at a time. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  /** Inside a line that is already too long. */
  let skipping = false;
  for await (const chunk of chunksOf(file)) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!skipping) yield line;
      skipping = false;
    }
    if (rest.length > longestLine) {
      if (!skipping) yield rest.slice(0, longestLine);
      skipping = true;
      rest = '';
    }
  }
  if (rest !== '' && !skipping) yield rest;
}
