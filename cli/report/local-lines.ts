import type { Period } from '../../shared/reports/tally.ts';
import { filesOf, piecesOf } from './local-files.ts';

/** Yields the lines of the files of a period, without line breaks. Some are of the days around it. */
export async function* localLines(folder: string, period: Period): AsyncGenerator<string> {
  for (const file of await filesOf(folder, period)) {
    for await (const piece of piecesOf(file)) yield* textOf(piece).split('\n').slice(0, -1);
  }
}

/** Decodes bytes that came as one character each. Audit lines are ASCII, whose text is the same. */
export const textOf = (bytes: string): string =>
  /[\u0080-\u00ff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
