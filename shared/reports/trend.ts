import type { Counted } from '../audit/audit-entry.ts';
import { type Day, weekOf } from './days.ts';
import { isAuthorization, isIssued } from './replay.ts';
import type { RollUp } from './roll-up.ts';
import type { Tally } from './tally.ts';

/** How authorization requests used PKCE, as it is told apart in pictures, in the order of the columns. */
export const shownKinds = ['S256', 'lowercase', 'plain', 'none', 'refused'] as const;
export type ShownKind = (typeof shownKinds)[number];

export type Mix = Record<ShownKind, number>;

/** A week by its Monday. */
export type Week = { monday: Day; mix: Mix };

/** What became of a client's PKCE from its first week to its last one in a period. */
export type Move = 'to S256' | 'towards S256' | 'away from S256' | 'unchanged';

export type ClientTrend = { client: string; weeks: Week[]; mix: Mix; move: Move };

/** The weeks of a whole period, and of each client in it. Clients have the names of the audit log. */
export type Trend = { weeks: Week[]; mix: Mix; clients: ClientTrend[] };

/** Counts per client and week; every one of the weeks that `days` touches is there, also without a request. */
export function trend(rollUps: readonly RollUp[], days: readonly Day[]): Trend {
  const mondays = [...new Set(days.map(weekOf))].toSorted();
  const emptyWeeks = () => new Map(mondays.map((monday) => [monday, noMix()]));
  const total = emptyWeeks();
  const byClient = new Map<string, Map<Day, Mix>>();
  for (const { day, tallied } of rollUps) {
    const monday = weekOf(day);
    for (const tally of tallied.tallies) {
      if (!isAuthorization(tally)) continue;
      count(total.get(monday), tally);
      if (tally.client === undefined) continue;
      const weeks = byClient.get(tally.client) ?? emptyWeeks();
      byClient.set(tally.client, weeks);
      count(weeks.get(monday), tally);
    }
  }
  const clients = Array.from(byClient, ([client, weeks]): ClientTrend => {
    const inOrder = listWeeks(weeks);
    return { client, weeks: inOrder, mix: sum(inOrder), move: moveOf(inOrder) };
  });
  const weeks = listWeeks(total);
  return { weeks, mix: sum(weeks), clients: clients.toSorted((one, other) => (one.client < other.client ? -1 : 1)) };
}

export const noMix = (): Mix => ({ S256: 0, lowercase: 0, plain: 0, none: 0, refused: 0 });

/** Codes that were issued. */
const issuedIn = ({ S256, lowercase, plain, none }: Mix): number => S256 + lowercase + plain + none;

/** Sets a decision down under its kind: a missing method means plain. */
function kindOf(decision: Counted): ShownKind {
  if (!isIssued(decision)) return 'refused';
  const { method = 'none' } = decision;
  if (method === 'S256' || method === 'none') return method;
  return method === 's256' ? 'lowercase' : 'plain';
}

function count(mix: Mix | undefined, tally: Tally): void {
  if (mix) mix[kindOf(tally)] += tally.count;
}

const listWeeks = (weeks: ReadonlyMap<Day, Mix>): Week[] => Array.from(weeks, ([monday, mix]) => ({ monday, mix }));

function sum(weeks: readonly Week[]): Mix {
  const total = noMix();
  for (const { mix } of weeks) for (const kind of shownKinds) total[kind] += mix[kind];
  return total;
}

/** Compares the first week with the last one that has a code. A week is all S256, or it is not; a tenth more or less is a direction. */
function moveOf(weeks: readonly Week[]): Move {
  const shares = weeks.filter(({ mix }) => issuedIn(mix) > 0).map(({ mix }) => mix.S256 / issuedIn(mix));
  const [first = 0, last = first] = [shares[0], shares.at(-1)];
  if (first < 1 && last === 1) return 'to S256';
  if (last - first >= 0.1) return 'towards S256';
  return first - last >= 0.1 || (first === 1 && last < 1) ? 'away from S256' : 'unchanged';
}
