import * as v from 'valibot';
import { type Counted, countedMembers, type Unreadable } from '../audit/audit-entry.ts';
import type { Day } from './days.ts';
import { newTally, type Tallied, type Tally } from './tally.ts';

/*
 * A day of the audit log, counted: what pages show instead of reading a million lines. A ledger keeps it, in a file in a local run and
 * as an item per client and day when deployed.
 */

/** The decisions of a day, as they were counted at that moment (epoch seconds). */
export type RollUp = { day: Day; countedAt: number; tallied: Tallied };

/** Reads days back; leaves out those that nobody has counted. */
export type RollUps = { read(days: readonly Day[]): Promise<RollUp[]> };

/** Adds days up. */
export function sumOf(rollUps: Iterable<RollUp>): Tallied {
  const sum = newTally();
  for (const { tallied } of rollUps) {
    for (const tally of tallied.tallies) sum.add(tally, tally.count, tally.last);
    for (const [why, count] of Object.entries(tallied.unreadable)) sum.addUnreadable(why as Unreadable, count);
  }
  return sum.result();
}

/** What is kept of one client's day, or of the decisions that name no client. Raised when the meaning of a row changes. */
const rowsVersion = 1;

const row = v.tupleWithRest([v.number(), v.number()], v.nullable(v.string()));
const kept = v.tuple([v.literal(rowsVersion), v.array(row)]);

/** Writes tallies of one client in short: a row has the count, the last time, and the counted members in order, but for the client. */
export const writeRows = (tallies: readonly Tally[]): string =>
  JSON.stringify([
    rowsVersion,
    tallies.map((tally) => [tally.count, tally.last, ...members.map((member) => tally[member] ?? null)]),
  ]);

/** Reads them back. Undefined for rows of another version: the day counts as not counted. */
export function readRows(text: string, client: string | undefined): Tally[] | undefined {
  const parsed = v.safeParse(kept, JSON.parse(text));
  if (!parsed.success) return undefined;
  const [, rows] = parsed.output;
  return rows.map(([count, last, ...values]) => {
    const tally: Record<string, unknown> = { count, last };
    if (client !== undefined) tally['client'] = client;
    for (const [at, value] of values.entries()) {
      const member = members[at];
      if (member !== undefined && value !== null) tally[member] = value;
    }
    return tally as Tally;
  });
}

const members = countedMembers.filter((member) => member !== 'client') as readonly Exclude<keyof Counted, 'client'>[];
