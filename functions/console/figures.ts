import { type Day, dayOf, daysUntil, endOf, startOf } from '../../shared/reports/days.ts';
import { type RollUp, type RollUps, sumOf } from '../../shared/reports/roll-up.ts';
import type { Period, Tallied } from '../../shared/reports/tally.ts';

/** The decisions of some days, one by one and added up. `countedAt`: when the last day was counted; absent when none was. */
export type Figures = { days: Day[]; period: Period; rollUps: RollUp[]; tallied: Tallied; countedAt?: number };

/** Adds days up, and remembers the sum of those that do not change any more. */
export type SumUp = (rollUps: readonly RollUp[]) => Tallied;

/** So many of the last days may still change: today, and what comes late of yesterday. */
const changing = 2;

/** Pages ask for a few periods. */
const mostPeriods = 8;

export function summing(): SumUp {
  const known = new Map<string, { parts: readonly Tallied[]; sum: Tallied }>();
  return (rollUps) => {
    const settled = rollUps.slice(0, -changing);
    const parts = settled.map(({ tallied }) => tallied);
    const period = `${settled[0]?.day} ${settled.length}`;
    const before = known.get(period);
    const isKnown = before?.parts.every((part, at) => part === parts[at]);
    const sum = before && isKnown ? before.sum : sumOf(settled);
    if (known.size >= mostPeriods) known.clear();
    known.set(period, { parts, sum });
    return sumOf([{ day: '', countedAt: 0, tallied: sum }, ...rollUps.slice(-changing)]);
  };
}

/** Reads so many days, today the last one. */
export async function readFigures(
  { rollUps, sumUp, now }: { rollUps: RollUps; sumUp: SumUp; now: () => number },
  count: number,
): Promise<Figures> {
  const days = daysUntil(dayOf(now()), count);
  const found = await rollUps.read(days);
  const [first = '', last = first] = [days[0], days.at(-1)];
  const countedAt = found.at(-1)?.countedAt;
  return {
    days,
    period: { since: startOf(first), until: endOf(last) },
    rollUps: found,
    tallied: sumUp(found),
    ...(countedAt !== undefined && { countedAt }),
  };
}
