import { type AuditEntry, type Counted, countedMembers, type Unreadable } from '../audit/audit-entry.ts';
import { loggedClientId } from '../audit/decision.ts';
import { type Steps, startOfStep } from './steps.ts';

export type { Period } from './steps.ts';

/**
 * The number of equal decisions in a period, and when the last one was made. `step`: only those of one step of a trend, which begins at
 * that moment. Times are in epoch seconds.
 */
export type Tally = Counted & { count: number; last: number; step?: number };

/** All decisions of a period, counted, by steps if there are any, and the number of unreadable lines. */
export type Tallied = {
  tallies: readonly Tally[];
  steps?: Steps | undefined;
  unreadable: Readonly<Record<Unreadable, number>>;
};

/** Counts decisions as they arrive, one or many equal ones at a time; those of each step by themselves, if there are steps. */
export function newTally(steps?: Steps) {
  const tallies = new Map<string, Tally>();
  const unreadable = { broken: 0, other_version: 0 };

  function add(decision: Counted, count: number, last: number): void {
    const step = steps && startOfStep(last, steps);
    const key = `${step}\n${countedMembers.map((member) => decision[member] ?? '').join('\n')}`;
    const known = tallies.get(key);
    if (known === undefined) {
      tallies.set(key, { ...pickCounted(decision), count, last, ...(step !== undefined && { step }) });
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
    result: (): Tallied => ({ tallies: [...tallies.values()], steps, unreadable: { ...unreadable } }),
  };
}

const pickCounted = (decision: Counted): Counted =>
  Object.fromEntries(
    countedMembers.flatMap((member) => (decision[member] === undefined ? [] : [[member, decision[member]]])),
  ) as Counted;

/** Returns the number of decisions. */
export const totalOf = (tallies: Iterable<Pick<Tally, 'count'>>): number => {
  let total = 0;
  for (const { count } of tallies) total += count;
  return total;
};

/**
 * Returns when a decision last named each of these clients, whatever the verdict, in epoch seconds. Leaves out clients that were
 * not named.
 */
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
