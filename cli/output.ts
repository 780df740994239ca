export { number, plural } from '../shared/number.ts';

/*
 * Text for a terminal. Names and reasons come from other people, so no character in them may move the cursor or end a line.
 */

export const visible = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');

/** Formats aligned columns under headings. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return columns([headings.map((heading) => heading.toUpperCase()), ...rows]);
}

/** Formats names and values. Leaves out absent values. */
export const pairs = (entries: readonly (readonly [string, string | undefined])[]): string =>
  columns(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

function columns(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(visible));
  const widths = (cells[0] ?? []).map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ');
  return cells.map((row) => `${line(row).trimEnd()}\n`).join('');
}

/** Formats a value of a client document for a sentence. */
export const shown = (value: unknown): string =>
  visible(value === undefined ? 'absent' : typeof value === 'string' ? value : JSON.stringify(value));
