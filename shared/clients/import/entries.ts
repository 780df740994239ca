import { isFormula, parseCsv } from '../../csv.ts';
import { ok, type Result, refuse } from '../../result.ts';
import type { Entry } from './foreign-client.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';

/** Reads a list of clients, an object that has one under one of `names`, or a single client. */
export function jsonEntries(text: string, ...names: string[]): Result<Entry[], string> {
  const json = parseJson(text);
  if (!json.ok) return json;
  if (Array.isArray(json.value)) return ok(numbered(json.value));
  if (!isObject(json.value)) return refuse('has no list of clients');
  const { value } = json;
  const list: unknown[] | undefined = names.map((name) => value[name]).find(Array.isArray);
  if (list !== undefined && isPageOf(value, list.length)) return refuse(onePage);
  return ok(numbered(list ?? [value]));
}

/** Whether an answer of an API says that there are more. */
function isPageOf(answer: JsonObject, length: number): boolean {
  const { pagination, metadata, total, NextToken, next_page_token: token, next_cursor: cursor } = answer;
  const next = isObject(pagination) ? pagination['next'] : undefined;
  const more = isObject(metadata) ? metadata['continue'] : undefined;
  return (typeof total === 'number' && total > length) || [next, more, NextToken, token, cursor].some(Boolean);
}

const onePage = 'is one page of several: put the entries of all pages into one list';

/** Reads one client per line as an object of its cells. Drops empty cells. */
export function csvEntries(text: string): Result<Entry[], string> {
  const rows = parseCsv(text);
  if (!rows.ok) return rows;
  return ok(
    rows.value.map(({ line, cells }) => {
      const filled = [...cells].filter(([, cell]) => cell !== '');
      const formulas = filled.filter(([, cell]) => isFormula(cell));
      return {
        label: `line ${line}`,
        value: Object.fromEntries(filled),
        mistakes: formulas.map(([member]) => ({
          member,
          problem: 'is a cell that begins like a formula of a spreadsheet',
        })),
      };
    }),
  );
}

export const numbered = (list: readonly unknown[]): Entry[] =>
  list.map((value, index) => ({ label: `entry ${index + 1}`, value }));

export const looksLikeJson = (text: string): boolean => /^\ufeff?\s*[[{]/.test(text);
