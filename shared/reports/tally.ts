import { type AuditEntry, type Counted, countedMembers, type Unreadable } from '../audit/audit-entry.ts';
import { loggedClientId } from '../audit/decision.ts';

/** From `since` up to but not including `until`, in epoch seconds. */
export type Period = { since: number; until: number };

/** How many decisions of a period were alike, and when the last of them was. */
export type Tally = Counted & { count: number; last: number };

/** All decisions of a period, counted; and how many lines could not be read. */
export type Tallied = { tallies: readonly Tally[]; unreadable: Readonly<Record<Unreadable, number>> };

/** Counts decisions as they come by, one or many alike at a time. */
export function newTally() {
  const tallies = new Map<string, Tally>();
  const unreadable = { broken: 0, other_version: 0 };

  function add(decision: Counted, count: number, last: number): void {
    const key = countedMembers.map((member) => decision[member] ?? '').join('\n');
    const known = tallies.get(key);
    if (known === undefined) {
      tallies.set(key, { ...pickCounted(decision), count, last });
      return;
    }
    known.count += count;
    known.last = Math.max(known.last, last);
  }

  return {
    add,
    addEntry: (entry: AuditEntry) => add(entry, 1, entry.time),
    addUnreadable(why: Unreadable, count = 1): void {
      unreadable[why] += count;
    },
    result: (): Tallied => ({ tallies: [...tallies.values()], unreadable: { ...unreadable } }),
  };
}

const pickCounted = (decision: Counted): Counted =>
  Object.fromEntries(
    countedMembers.flatMap((member) => (decision[member] === undefined ? [] : [[member, decision[member]]])),
  ) as Counted;

/** The number of decisions. */
export const totalOf = (tallies: Iterable<Pick<Tally, 'count'>>): number => {
  let total = 0;
  for (const { count } of tallies) total += count;
  return total;
};

/** When each of these clients was last named in a decision, whatever its verdict; clients that were not are left out. Epoch seconds. */
export function lastSeen({ tallies }: Tallied, clientIds: Iterable<string>): Map<string, number> {
  const latest = new Map<string, number>();
  for (const { client, last } of tallies) {
    if (client !== undefined) latest.set(client, Math.max(last, latest.get(client) ?? 0));
  }
  const seen = new Map<string, number>();
  for (const clientId of clientIds) {
    const time = latest.get(loggedClientId(clientId));
    if (time !== undefined) seen.set(clientId, time);
  }
  return seen;
}
