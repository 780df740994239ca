import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LedgerUnavailable } from '../../shared/reports/ledger.ts';
import type { Period } from '../../shared/reports/tally.ts';

const day = 86_400;

/** Seconds. A line is stamped before it is written, so a day's file may begin with lines of the day before. */
const lateness = 60;

/** Returns the files of a period in a local run's folder, oldest first: one per day (UTC), `YYYY-MM-DD.jsonl`. */
export async function filesOf(folder: string, { since, until }: Period): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new LedgerUnavailable(`There is no readable audit log in ${folder}.`, { cause });
  });
  const wanted = names.sort().filter((name) => {
    const start = /^\d{4}-\d\d-\d\d\.jsonl(?:$|\.)/.test(name) ? Date.parse(name.slice(0, 10)) / 1_000 : Number.NaN;
    return start - lateness < until && since < start + day;
  });
  const files = wanted.filter((name) => name.endsWith('.jsonl'));
  const packed = wanted.filter((name) => packing.test(name) && !files.includes(name.replace(packing, '')));
  if (packed.length > 0)
    throw new LedgerUnavailable(
      `${folder} has days that are packed, and would not count: unpack ${packed.join(', ')}.`,
    );
  return files.map((name) => join(folder, name));
}

/** What programs that rotate logs put behind the name of a file. */
const packing = /\.(?:gz|bz2|xz|zst|zip|lz4)$/;

/** No audit line is nearly as long. Longer text without a line break counts as one broken line and is not kept in memory. */
const longestLine = 65_536;

const lineBreak = 0x0a;

/**
 * Yields a file in pieces of whole lines, each line with its line break, as one character per byte. All pieces share one buffer of
 * 128 kB, however long the file is. Of a line that is too long only the beginning comes.
 */
export async function* piecesOf(file: string): AsyncGenerator<string> {
  const buffer = Buffer.allocUnsafe(131_072);
  const handle = await opened(file);
  try {
    /** Bytes at the start of the buffer that are the beginning of a line. */
    let kept = 0;
    /** Inside a line that is already too long. */
    let isSkipping = false;
    for (;;) {
      const read = await readInto(handle, buffer, kept, file);
      if (read === 0) break;
      const filled = kept + read;
      const start = isSkipping ? buffer.subarray(0, filled).indexOf(lineBreak) + 1 : 0;
      if (isSkipping && start === 0) {
        kept = 0;
        continue;
      }
      isSkipping = false;
      const end = buffer.subarray(0, filled).lastIndexOf(lineBreak) + 1;
      if (end > start) yield buffer.toString('latin1', start, end);
      const rest = Math.max(start, end);
      if (filled - rest > longestLine) {
        yield `${buffer.toString('latin1', rest, rest + longestLine)}\n`;
        isSkipping = true;
        kept = 0;
      } else {
        buffer.copy(buffer, 0, rest, filled);
        kept = filled - rest;
      }
    }
    if (kept > 0) yield `${buffer.toString('latin1', 0, kept)}\n`;
  } finally {
    await handle.close();
  }
}

const opened = (file: string): Promise<FileHandle> =>
  open(file).catch((cause: unknown) => {
    throw unreadable(file, cause);
  });

async function readInto(handle: FileHandle, buffer: Buffer, from: number, file: string): Promise<number> {
  try {
    return (await handle.read(buffer, from, buffer.length - from)).bytesRead;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

const unreadable = (file: string, cause: unknown): LedgerUnavailable =>
  new LedgerUnavailable(`${file} cannot be read: ${String(cause)}`, { cause });
