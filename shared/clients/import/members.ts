import type { Mistake } from '../registration.ts';
import type { JsonObject } from './json.ts';

export type Members = ReturnType<typeof membersOf>;

/**
 * Reads the members of an entry by name, whatever their case, spaces, hyphens and underscores (`Redirect URIs`, `redirect_uris`).
 * Of several `parts` the first that has a member wins. A member of the wrong type reads as absent and is kept in `mistakes`.
 */
export function membersOf(...parts: readonly JsonObject[]) {
  const members = new Map<string, { name: string; value: unknown }>();
  const present = parts.flatMap(Object.entries).filter(([, value]) => value !== null && value !== '');
  for (const [name, value] of present) {
    if (!members.has(plain(name))) members.set(plain(name), { name, value });
  }
  const read = new Set<string>();
  const mistakes: Mistake[] = [];

  /** The first of these names that is there. */
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
    any: (...names: string[]): unknown => find(names)?.value,
    text: (...names: string[]) => typed(names, asText, 'is not a text'),
    flag: (...names: string[]) => typed(names, asFlag, 'is not true or false'),
    list: (...names: string[]) => typed(names, asList, 'is not a list of texts'),
    /** How the file spells the first of these names that it has. */
    nameOf: (...names: string[]): string => {
      const found = names.find((name) => members.has(plain(name)));
      return (found === undefined ? undefined : members.get(plain(found))?.name) ?? names[0] ?? '';
    },
    /** The members that nobody asked for and that ask for something themselves. */
    unread: (): string[] =>
      [...members]
        .filter(([name, { value }]) => !read.has(name) && asksForSomething(value))
        .map(([, { name }]) => name),
  };
}

/** The letters and digits of a name or of a value out of a fixed set, in lower case. */
export const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

/** A member that is false or empty says the same as one that is absent. */
export function asksForSomething(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return value !== null && value !== undefined && value !== false && value !== '';
}

const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** ASP.NET settings and tables have truth values as texts, too. */
function asFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** A list of texts, or of objects with a name; a text is a list with spaces between. */
function asList(value: unknown): string[] | undefined {
  if (typeof value === 'string') return words(value);
  if (!Array.isArray(value)) return undefined;
  const texts = value.map((item: unknown) => asText(item) ?? asText((item as JsonObject | null)?.['name']));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

export const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/** Names for a note, short enough for one line and without control characters. */
export const shown = (names: readonly string[]): string =>
  names.map((name) => JSON.stringify(name.slice(0, 60)).slice(1, -1)).join(', ');
