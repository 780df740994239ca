import { asksForSomething } from '../../clients/import/members.ts';
import { isObject, type Json, type MemberOptions } from './account-entry.ts';

/*
 * What people come without: groups, roles, metadata, and whatever else a file says about them that is no member of an account. It
 * weakens nobody, so it refuses nobody. Each kind is named once, by its path in an entry, with the number of people that have it.
 */

/** A kind of data that stays behind. `note`: how it moves in, or what becomes of the people. */
export type LeftBehind = { member: string; accounts: number; note: string };

/** The members of an entry but those of `names`. */
export const without = (json: Json, names: readonly string[]): Json =>
  Object.fromEntries(Object.entries(json).filter(([name]) => !names.includes(name)));

/**
 * Lists the paths of what stays behind, such as `groups` and `app_metadata.dept`, unless the operator has said what becomes of it.
 * `left`: the members of an entry that nothing was made of.
 */
export function pathsLeft(left: Json, { claimColumns = [], claimMap = {}, skipMembers = [] }: MemberOptions): string[] {
  const settled = [...claimColumns, ...Object.values(claimMap), ...skipMembers];
  return Object.entries(left)
    .flatMap(([name, value]) => pathsIn(name, value))
    .filter((path) => !settled.some((known) => isPart(path, known) || isPart(known, path)));
}

const isPart = (path: string, whole: string): boolean => path === whole || path.startsWith(`${whole}.`);

function pathsIn(name: string, value: unknown): string[] {
  if (!isObject(value)) return asks(value) ? [name] : [];
  return Object.entries(value).flatMap(([inner, item]) => (asks(item) ? [`${name}.${inner}`] : []));
}

/** Cells of a table are texts. An object is not made one: people may have written a `toString` into their own metadata. */
const asks = (value: unknown): boolean =>
  asksForSomething(value) && value !== 0 && !(typeof value === 'string' && nothing.includes(value.toLowerCase()));
const nothing = ['0', 'false', 'f', 'null', '{}', '[]'];

/** Follows a path like `user_metadata.department`. Names may have dots themselves, such as `app_metadata.https://shop.example/roles`. */
export function memberAt(value: unknown, path: string): unknown {
  if (!isObject(value)) return undefined;
  if (Object.hasOwn(value, path)) return value[path];
  for (let at = path.lastIndexOf('.'); at > 0; at = path.lastIndexOf('.', at - 1)) {
    const name = path.slice(0, at);
    const found = Object.hasOwn(value, name) ? memberAt(value[name], path.slice(at + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Counts what stays behind, in the order in which it was seen. */
export function countLeft(counts: Map<string, number>, paths: readonly string[]): void {
  for (const path of new Set(paths)) counts.set(path, (counts.get(path) ?? 0) + 1);
}

/** Names kinds with the number of people that have them. `notes`: what a format has to say about its own. */
export const describeLeft = (
  counts: ReadonlyMap<string, number>,
  notes: Readonly<Record<string, string>>,
): LeftBehind[] =>
  [...counts].map(([path, accounts]) => ({
    member: printable(path),
    accounts,
    note: noteOf(notes, path) ?? noteOf(notes, path.split('.')[0] ?? '') ?? byColumn(path),
  }));

/** A file may call a member `constructor`. */
const noteOf = (notes: Readonly<Record<string, string>>, path: string): string | undefined =>
  Object.hasOwn(notes, path) ? notes[path] : undefined;

/** A file may call a member anything. */
const printable = (path: string): string => JSON.stringify(path.slice(0, 100)).slice(1, -1);

/** A claim is called like the last part of the path, where that is a name. */
function byColumn(path: string): string {
  const name = /(?:^|[./:])([A-Za-z_][\w-]*)$/.exec(path)?.[1] ?? 'NAME';
  const given = printable(name === path ? path : `${name}=${path}`);
  return `becomes a claim with --claim-column ${/^[\w.=/:-]+$/.test(given) ? given : `'${given.replaceAll("'", "'\\''")}'`}`;
}
