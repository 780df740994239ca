import { type Detail, type DetailMembers, membersOf } from '../oauth/authorization-details.ts';
import { withHiddenShown } from '../unseen.ts';
import type { DetailType } from './detail-type.ts';

/**
 * What people read about one element: a sentence whose values are kept apart from its words, so that a page can show them as what they
 * are, and every member that the sentence does not name: nobody agrees to what they cannot see, also not to a character.
 */
export type DescribedDetail = {
  type: string;
  /** Absent when the type is not registered any more. */
  sentence?: readonly (string | { value: string })[] | undefined;
  others: readonly { name: string; value: string }[];
};

const placeholder = /\{([^{}\s]+)\}/g;

/** The paths of members that a description names in braces. */
export const pathsIn = (description: string): string[] =>
  Array.from(description.matchAll(placeholder), ([, path = '']) => path);

/** Describes an element in a language (BCP 47), or in the words that stand for all languages. */
export function describeDetail(detail: Detail, types: readonly DetailType[], language: string): DescribedDetail {
  const members = membersOf(detail);
  const type = types.find((known) => known.type === members.type);
  const words = type && (type.descriptions?.[language] ?? type.description);
  const named = words === undefined ? [] : pathsIn(words);
  const others = leavesOf(members, []).filter(({ path }) => !isNamed(path, named));
  return {
    type: members.type,
    ...(words !== undefined && { sentence: sentenceOf(words, members) }),
    others: others.map(({ path, value }) => ({ name: withHiddenShown(path.join('.')), value })),
  };
}

const sentenceOf = (words: string, members: DetailMembers): (string | { value: string })[] =>
  words.split(placeholder).map((part, index) => (index % 2 === 0 ? part : { value: shown(valueAt(members, part)) }));

/** Whether the sentence says a member, or one that contains it. Names may have dots themselves, so paths are compared name by name. */
const isNamed = (path: readonly string[], named: readonly string[]): boolean =>
  ['type', ...named].map((text) => text.split('.')).some((names) => names.every((name, at) => path[at] === name));

/** The value of a path like `amount.currency`; undefined when there is none. */
function valueAt(members: DetailMembers, path: string): unknown {
  let at: unknown = members;
  for (const name of path.split('.')) {
    at = isContainer(at) && Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined;
  }
  return at;
}

/** Every member that contains no other, with its path. A list of plain values is one. */
function leavesOf(value: unknown, path: readonly string[]): { path: readonly string[]; value: string }[] {
  if (!isContainer(value) || isPlainList(value)) return [{ path, value: shown(value) }];
  const entries = Object.entries(value);
  if (entries.length === 0) return [{ path, value: shown(value) }];
  return entries.flatMap(([name, member]) => leavesOf(member, [...path, name]));
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isPlainList = (value: object): boolean => Array.isArray(value) && !value.some(isContainer);

function shown(value: unknown): string {
  if (value === undefined) return '–';
  if (Array.isArray(value) && isPlainList(value)) return value.length === 0 ? '–' : value.map(shown).join(', ');
  return withHiddenShown(typeof value === 'string' ? value : JSON.stringify(value));
}
