import type { Mistake } from '../registration.ts';
import type { JsonObject } from './json.ts';

export type Members = ReturnType<typeof membersOf>;

/**
 * Reads the members of an entry by name, ignoring case, spaces, hyphens and underscores (`Redirect URIs`, `redirect_uris`). When
 * several `parts` have a member, the first one wins. A member of the wrong type reads as absent and is recorded in `mistakes`.
 */
export function membersOf(...parts: readonly JsonObject[]) {
  const members = new Map<string, { name: string; value: unknown }>();
  const present = parts.flatMap(Object.entries).filter(([, value]) => value !== null && value !== '');
  for (const [name, value] of present) {
    if (!members.has(plain(name))) members.set(plain(name), { name, value });
  }
  const read = new Set<string>();
  const mistakes: Mistake[] = [];

  /** Finds the first of these names that is present. */
  function find(names: readonly string[]) {
    const found = names.map(plain).find((name) => members.has(name));
    for (const name of names) read.add(plain(name));
    return found === undefined ? undefined : members.get(found);
  }

  function typed<Value>(names: readonly string[], parse: (value: unknown) => Value | undefined, problem: string) {
    const member = find(names);
    if (member === undefined) return undefined;
    const value = parse(member.value);
    if (value === undefined) mistakes.push({ member: member.name, problem });
    return value;
  }

  return {
    mistakes,
    /** Records a mistake, and returns what is read instead, so that the other mistakes of the entry are found as well. */
    refuse: <Value>(member: string, problem: string, instead: Value): Value => {
      mistakes.push({ member, problem });
      return instead;
    },
    any: (...names: string[]): unknown => find(names)?.value,
    /** Returns a member without having read it. */
    peek: (name: string): unknown => members.get(plain(name))?.value,
    text: (...names: string[]) => typed(names, asText, 'is not a text'),
    flag: (...names: string[]) => typed(names, asFlag, 'is not true or false'),
    /** Reads a whole number, also one in a text. */
    seconds: (...names: string[]) => typed(names, asNumber, 'is not a number of seconds'),
    list: (...names: string[]) => typed(names, asList, 'is not a list of texts'),
    /** Returns the first of these names that is present, as the file spells it. */
    nameOf: (...names: string[]): string => {
      const found = names.find((name) => members.has(plain(name)));
      return (found === undefined ? undefined : members.get(plain(found))?.name) ?? names[0] ?? '';
    },
    /** Lists the members that were never read but ask for something. */
    unread: (): string[] =>
      [...members]
        .filter(([name, { value }]) => !read.has(name) && asksForSomething(value))
        .map(([, { name }]) => name),
  };
}

/** Reduces a name or an enumerated value to its letters and digits, in lower case. */
export const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Whether a member asks for anything: one that is false or empty means the same as an absent one. */
export function asksForSomething(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return value !== null && value !== undefined && value !== false && value !== '';
}

const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** ASP.NET settings and tables also write booleans as text. */
function asFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** The members in which rows of a table keep the item of a list. */
const itemNames = ['name', 'granttype', 'redirecturi', 'postlogoutredirecturi', 'scope', 'origin'];

function textIn(item: unknown): string | undefined {
  const found = Object.entries((item ?? {}) as JsonObject).find(([name]) => itemNames.includes(plain(name)));
  return asText(found?.[1]);
}

function asNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

/**
 * Reads a list of texts, a list of objects with a name, or a text with items separated by spaces. An object counts as the list of
 * its values, since the configuration of .NET binds `{"0": …}` like that.
 */
function asList(value: unknown): string[] | undefined {
  if (typeof value === 'string') return words(value);
  if (typeof value !== 'object' || value === null) return undefined;
  const texts = Object.values(value).map((item: unknown) => asText(item) ?? textIn(item));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

export const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/** Formats names for a note: short enough for one line, and without control characters. */
export const shown = (names: readonly string[]): string =>
  names.map((name) => JSON.stringify(name.slice(0, 60)).slice(1, -1)).join(', ');
