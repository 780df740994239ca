import { ok, type Result, refuse } from './result.ts';

/** A row with its cells by column name. `line` is where the row starts, counted from 1. */
export type CsvRow = { line: number; cells: ReadonlyMap<string, string> };

/** Reads a table piece by piece. Refuses with a sentence that names the line but never quotes its content. */
export type CsvReader = {
  push(text: string): Result<CsvRow[], string>;
  end(): Result<CsvRow[], string>;
  /** The columns, once the header line was read. */
  columns(): readonly string[];
};

/** Reads RFC 4180 with a header line, and tables separated by semicolons or tabs, which spreadsheets and databases write. */
export function csvReader(): CsvReader {
  let rest = '';
  let isFirst = true;
  let line = 1;
  let separator: string | undefined;
  let names: string[] | undefined;

  function read(text: string): Result<CsvRow[], string> {
    separator ??= separatorOf(text);
    const records = splitFields(text, separator, line);
    if (!records.ok) return records;
    line += text.split(/\r\n|\n|\r/).length - 1;
    const rows: CsvRow[] = [];
    for (const { line: place, cells } of records.value) {
      if (cells.every((cell) => cell === '')) continue;
      if (names === undefined) {
        const header = cells.map((name) => name.trim());
        const twice = header.findIndex((name, index) => header.indexOf(name) !== index);
        if (twice >= 0) return refuse(sameName(header.indexOf(header[twice] ?? '') + 1, twice + 1));
        names = header;
      } else if (cells.length !== names.length) {
        return refuse(`has ${cells.length} fields in line ${place}, and ${names.length} columns`);
      } else rows.push({ line: place, cells: new Map(names.map((name, at) => [name, cells[at] ?? ''])) });
    }
    return ok(rows);
  }

  return {
    push(text) {
      rest += isFirst ? text.replace(/^\ufeff/, '') : text;
      isFirst = false;
      const end = endOfRecords(rest);
      const whole = rest.slice(0, end);
      rest = rest.slice(end);
      return whole === '' ? ok([]) : read(whole);
    },
    end() {
      const last = rest === '' ? ok([]) : read(rest);
      rest = '';
      return last.ok && names === undefined ? refuse('is empty') : last;
    },
    columns: () => names ?? [],
  };
}

/** Without a header, the first line is somebody's, and is not quoted. */
const sameName = (one: number, other: number): string => `has the same name for columns ${one} and ${other}`;

/**
 * Whether a spreadsheet would run a cell instead of showing it: what begins with =, or with another operator before a function or a
 * command. Signed numbers and `@names` are none.
 */
export const isFormula = (cell: string): boolean => /^(?:=|[\t\r]|[+\-@].*[(|!])/s.test(cell);

/** Parses a whole table as {@link csvReader} does. */
export function parseCsv(text: string): Result<CsvRow[], string> {
  const reader = csvReader();
  const first = reader.push(text);
  const last = first.ok ? reader.end() : first;
  return first.ok && last.ok ? ok([...first.value, ...last.value]) : last;
}

/** Finds the end of the last record that is complete: of the last line break that is not inside quotation marks. */
function endOfRecords(text: string): number {
  let end = 0;
  let isQuoted = false;
  for (const { 0: found, index } of text.matchAll(/["\n]|\r(?!\n|$)/g)) {
    if (found === '"') isQuoted = !isQuoted;
    else if (!isQuoted) end = index + 1;
  }
  return end;
}

function separatorOf(text: string): string {
  const firstLine = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  return [',', ';', '\t'].find((separator) => firstLine.includes(separator)) ?? ',';
}

function splitFields(
  text: string,
  separator: string,
  first: number,
): Result<{ line: number; cells: string[] }[], string> {
  // One field and its terminator: a separator, a line break or the end of the text.
  const field = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))(${separator}|\\r\\n|\\n|\\r|$)`, 'y');
  const rows: { line: number; cells: string[] }[] = [];
  let line = first;
  let row: { line: number; cells: string[] } | undefined;
  while (field.lastIndex < text.length || row) {
    const at = field.lastIndex;
    const found = field.exec(text);
    if (!found && /^"(?:[^"]|"")*$/.test(text.slice(at)))
      return refuse(`is cut off: the field that begins in line ${line} has no end`);
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
