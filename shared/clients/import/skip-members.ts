import { isObject } from './json.ts';
import { plain } from './members.ts';

/** Leaves out the members with these names, wherever they are in an entry. Ignores case, spaces, hyphens and underscores. */
export function withoutMembers(value: unknown, names: readonly string[] = []): unknown {
  if (names.length === 0) return value;
  if (Array.isArray(value)) return value.map((item) => withoutMembers(item, names));
  if (!isObject(value)) return value;
  const skipped = names.map(plain);
  const kept = Object.entries(value).filter(([name]) => !skipped.includes(plain(name)));
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutMembers(member, names)]));
}
