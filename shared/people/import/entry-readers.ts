import { csvReader, isFormula } from '../../csv.ts';
import { standardClaims } from '../../oauth/claims.ts';
import { ok, type Result, refuse } from '../../result.ts';
import { type AccountEntry, type EntryReader, isObject, type Json, type MemberOptions } from './account-entry.ts';
import { jsonLinesReader, jsonListReader, type ListReader } from './json-list.ts';
import { totpMembers } from './totp-key.ts';

/** Reads the items of a JSON list, or of the one that an object has under `name`. */
export const jsonEntries = (...names: string[]): EntryReader => numbered(jsonListReader(names));

/** The same, with members of the object that stand before its list. */
export function jsonEntriesBeside(
  name: string,
  wanted: readonly string[],
): { entries: EntryReader; beside: ListReader['beside'] } {
  const list = jsonListReader([name], wanted);
  return { entries: numbered(list), beside: () => list.beside() };
}

function numbered(items: ListReader): EntryReader {
  let count = 0;
  const label = (read: Result<unknown[], string>): Result<AccountEntry[], string> =>
    read.ok
      ? ok(
          read.value.map((value) => {
            count += 1;
            return { label: `entry ${count}`, value };
          }),
        )
      : read;
  return { push: (text) => label(items.push(text)), end: () => label(items.end()) };
}

const ownColumns = ['username', 'email', 'password', 'password_hash', 'disabled', 'sub', 'links', ...totpMembers];

/** Reads a table whose columns are named after members of an account and after claims. */
export const csvEntries = (options: MemberOptions): EntryReader =>
  tableEntries(ownColumns, options, (cells) => accountOf(cells, options));

/**
 * Reads a table. Refuses columns that are neither `known` nor standard claims, unless the operator names them: a column of passwords
 * would otherwise become a claim. An empty cell means an absent member.
 */
export function tableEntries(
  known: readonly string[],
  { claimColumns = [], claimMap = {}, skipMembers = [] }: MemberOptions,
  toValue: (cells: readonly (readonly [string, string])[]) => unknown = Object.fromEntries,
): EntryReader {
  const table = csvReader();
  const isKnown = (column: string) =>
    [...known, ...standardClaims].includes(column.split('#')[0] ?? '') ||
    [...known, ...claimColumns, ...Object.values(claimMap), ...skipMembers].includes(column);

  function read(rows: ReturnType<typeof table.push>): Result<AccountEntry[], string> {
    if (!rows.ok) return rows;
    const names = table.columns().map(withoutList);
    const strangers = names.filter((column) => !isKnown(column));
    if (strangers.length > 0 && strangers.length === names.length) return refuse(noNames);
    if (strangers.length > 0) return refuse(unknownColumns(strangers));
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) return refuse(`has the column ${JSON.stringify(twice).slice(1, -1)} twice`);
    const entries = rows.value.map(({ line, cells }) => {
      const filled = [...cells].filter(([name, cell]) => cell !== '' && !skipMembers.includes(withoutList(name)));
      const formulas = filled.filter(([, cell]) => isFormula(cell)).map(([member]) => ({ member, problem: formula }));
      return { label: `line ${line}`, value: toValue(filled), mistakes: formulas };
    });
    return ok(entries);
  }

  return { push: (text) => read(table.push(text)), end: () => read(table.end()) };
}

/** Reads one JSON object per line. */
export const jsonLineEntries = (): EntryReader => numbered(jsonLinesReader());

/** Chooses a reader by the first character that is not blank: JSON in a list or an object, or something else. `text`: the first piece. */
export function byFirstCharacter(choose: (first: string, text: string) => EntryReader): EntryReader {
  let reader: EntryReader | undefined;
  return {
    push(text) {
      const first = /\S/.exec(text)?.[0];
      if (reader === undefined && first === undefined) return ok([]);
      reader ??= choose(first ?? '', text);
      return reader.push(text);
    },
    end: () => reader?.end() ?? refuse('is empty'),
  };
}

/** Reads entries, each of which `change` completes if it is an object. */
export function withValues(entries: EntryReader, change: (value: Json) => Json): EntryReader {
  const changed = (read: Result<AccountEntry[], string>): Result<AccountEntry[], string> =>
    read.ok
      ? ok(read.value.map(({ value, ...entry }) => ({ ...entry, value: isObject(value) ? change(value) : value })))
      : read;
  return { push: (text) => changed(entries.push(text)), end: () => changed(entries.end()) };
}

const formula = 'begins like a formula of a spreadsheet';

/** Then the first line may be that of a person, with their password, and is not quoted. */
const noNames = 'has no line with the names of columns, such as username, email and password_hash';

function unknownColumns(columns: readonly string[]): string {
  const named = columns.map((column) => JSON.stringify(column.slice(0, 60)).slice(1, -1)).join(', ');
  const which = columns.length === 1 ? `the column ${named}, which is` : `the columns ${named}, which are`;
  return `has ${which} no member of an account and no standard claim: name what becomes a claim with --claim-column, and what stays behind with --skip-members`;
}

const ofList = /\[\]$/;
const withoutList = (column: string): string => column.replace(ofList, '');

/**
 * A claim is a list in a column called `name[]`, with a | between its values, and wherever its cell is a JSON array of texts. Returns
 * its name and its value.
 */
function claimOf([column, cell]: readonly [string, string]): [string, unknown] {
  const list = cell.startsWith('[') ? textsIn(cell) : undefined;
  if (list !== undefined) return [withoutList(column), list];
  if (!ofList.test(column)) return [column, cell];
  const texts = cell.split('|').map((text) => text.trim());
  return [withoutList(column), texts.filter((text) => text !== '')];
}

/** The texts of a JSON array; undefined for any other cell. */
function textsIn(cell: string): string[] | undefined {
  try {
    const json: unknown = JSON.parse(cell);
    return Array.isArray(json) && json.every((text) => typeof text === 'string') ? json : undefined;
  } catch {
    return undefined;
  }
}

/** Puts the cells where the JSON form of an account has them. */
function accountOf(cells: readonly (readonly [string, string])[], { claimMap = {} }: MemberOptions): unknown {
  const called = new Map(Object.entries(claimMap).map(([claim, column]) => [column, claim]));
  const claimIn = (cell: readonly [string, string]): [string, unknown] => {
    const [column, value] = claimOf(cell);
    return [called.get(column) ?? column, value];
  };
  const isOwn = ([name]: readonly [string, string]) => ownColumns.includes(name) && name !== 'sub';
  const own = cells.filter(isOwn).map(([name, cell]) => [name, name === 'disabled' ? flagOf(cell) : cell]);
  return { ...Object.fromEntries(own), claims: Object.fromEntries(cells.filter((cell) => !isOwn(cell)).map(claimIn)) };
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ['true', true], ['yes', true], ['1', true], ['false', false], ['no', false], ['0', false],
]); // biome-ignore format: a table

const flagOf = (cell: string): unknown => truths.get(cell.trim().toLowerCase()) ?? cell;

/** Leaves members behind, at the top and among the claims. */
export function withoutMembers(value: unknown, skipMembers: readonly string[] = []): unknown {
  if (!isObject(value) || skipMembers.length === 0) return value;
  const keep = (object: object) => Object.entries(object).filter(([name]) => !skipMembers.includes(name));
  const claims = value['claims'];
  return { ...Object.fromEntries(keep(value)), ...(isObject(claims) && { claims: Object.fromEntries(keep(claims)) }) };
}
