import { ok, type Result, refuse } from './result.ts';

/** A row with its cells by column name. `line` is where the row starts, counted from 1. */
export type CsvRow = { line: number; cells: ReadonlyMap<string, string> };

/**
 * Parses RFC 4180 with a header line. Also reads tables separated by semicolons, which spreadsheets write in some locales.
 * Refuses with a sentence that names the line but never quotes its content.
 */
export function parseCsv(text: string): Result<CsvRow[], string> {
  const fields = splitFields(text.replace(/^\ufeff/, ''));
  if (!fields.ok) return fields;
  const [header, ...rows] = fields.value.filter(({ cells }) => cells.some((cell) => cell !== ''));
  if (header === undefined) return refuse('is empty');
  const names = header.cells.map((name) => name.trim());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return refuse(`has the column ${twice} twice`);
  const uneven = rows.find(({ cells }) => cells.length !== names.length);
  if (uneven) return refuse(`has ${uneven.cells.length} fields in line ${uneven.line}, and ${names.length} columns`);
  return ok(
    rows.map(({ line, cells }) => ({ line, cells: new Map(names.map((name, at) => [name, cells[at] ?? ''])) })),
  );
}

function splitFields(text: string): Result<{ line: number; cells: string[] }[], string> {
  const firstLine = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  const separator = firstLine.includes(';') && !firstLine.includes(',') ? ';' : ',';
  // One field and its terminator: a separator, a line break or the end of the text.
  const field = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))(${separator}|\\r\\n|\\n|\\r|$)`, 'y');
  const rows: { line: number; cells: string[] }[] = [];
  let line = 1;
  let row: { line: number; cells: string[] } | undefined;
  while (field.lastIndex < text.length || row) {
    const found = field.exec(text);
    if (!found) return refuse(`has a quotation mark in line ${line} that does not enclose a whole field`);
    const [whole, quoted, plain = '', end] = found;
    row ??= { line, cells: [] };
    row.cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += whole.split(/\r\n|\n|\r/).length - 1;
    if (end === separator) continue;
    rows.push(row);
    row = undefined;
  }
  return ok(rows);
}
