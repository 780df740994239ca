/*
 * Text for a terminal. Names and reasons are other people's texts: no character of them moves the cursor or ends a line.
 */

export const visible = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');

/** Aligned columns under headings. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return columns([headings.map((heading) => heading.toUpperCase()), ...rows]);
}

/** Names and values; a value that is absent is left out. */
export const pairs = (entries: readonly (readonly [string, string | undefined])[]): string =>
  columns(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

function columns(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(visible));
  const widths = (cells[0] ?? []).map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ');
  return cells.map((row) => `${line(row).trimEnd()}\n`).join('');
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A value of a client document in a sentence. */
export const shown = (value: unknown): string =>
  visible(value === undefined ? 'absent' : typeof value === 'string' ? value : JSON.stringify(value));
