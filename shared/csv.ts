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
  const ends = recordEnds();
  let isFirst = true;
  let line = 1;
  let separator: string | undefined;
  let names: string[] | undefined;

  function read(text: string): Result<CsvRow[], string> {
    separator ??= separatorOf(text);
    const records = splitFields(text, separator, line);
    if (!records.ok) return records;
    line += breaksIn(text);
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
      const piece = isFirst ? text.replace(/^\ufeff/, '') : text;
      isFirst = false;
      rest += piece;
      const whole = rest.slice(0, ends.add(piece));
      rest = rest.slice(whole.length);
      ends.forget(whole.length);
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

/**
 * Finds the end of the last record that is complete, in a text that grows: of the last line break that is not inside quotation marks. Each
 * piece is looked at once, for a field without an end may be as long as the file. `forget` says that so much was cut off at the beginning.
 */
function recordEnds() {
  let length = 0;
  let isQuoted = false;
  let isHalf = false;
  return {
    add(piece: string): number {
      if (piece === '') return 0;
      // The piece before ended with what may be half of a line break. If this one has the other half, that is found below.
      let end = isHalf ? length : 0;
      isHalf = false;
      for (const { 0: mark, index } of piece.matchAll(/"|\n|\r(?!\n)/g)) {
        if (mark === '"') isQuoted = !isQuoted;
        else if (isQuoted) continue;
        else if (mark === '\r' && index === piece.length - 1) isHalf = true;
        else end = length + index + 1;
      }
      length += piece.length;
      return end;
    },
    forget(cut: number): void {
      length -= cut;
    },
  };
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
  const rows: { line: number; cells: string[] }[] = [];
  let at = 0;
  let line = first;
  let row: { line: number; cells: string[] } | undefined;
  while (at < text.length || row) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at, separator);
    if (field === undefined) return refuse(`is cut off: the field that begins in line ${line} has no end`);
    const end = terminatorAt(text, field.end, separator);
    if (end === undefined) return refuse(`has a quotation mark in line ${line} that does not enclose a whole field`);
    row ??= { line, cells: [] };
    row.cells.push(field.cell);
    at = field.end + end.length;
    line += breaksIn(field.cell) + breaksIn(end);
    if (end === separator) continue;
    rows.push(row);
    row = undefined;
  }
  return ok(rows);
}

/*
 * Fields are found by looking for what ends them. A regular expression for a whole field remembers each character of it, and runs out of
 * memory for that when the end is missing in a large file.
 */

type Field = { cell: string; end: number };

/** The field that begins with the quotation mark at `start`; undefined when nothing encloses it. */
function quotedField(text: string, start: number): Field | undefined {
  let from = start + 1;
  for (;;) {
    const mark = text.indexOf('"', from);
    if (mark === -1) return undefined;
    if (text[mark + 1] !== '"') return { cell: text.slice(start + 1, mark).replaceAll('""', '"'), end: mark + 1 };
    from = mark + 2;
  }
}

function plainField(text: string, start: number, separator: string): Field {
  const stop = separator === ';' ? /[;"\r\n]/g : /[,"\r\n]/g;
  stop.lastIndex = start;
  const end = stop.exec(text)?.index ?? text.length;
  return { cell: text.slice(start, end), end };
}

/** What ends a field: a separator, a line break or, as nothing, the end of the text. Undefined for anything else. */
function terminatorAt(text: string, at: number, separator: string): string | undefined {
  if (at === text.length) return '';
  if (text.startsWith('\r\n', at)) return '\r\n';
  return [separator, '\n', '\r'].find((end) => text[at] === end);
}

const breaksIn = (text: string): number => text.split(/\r\n|\n|\r/).length - 1;
