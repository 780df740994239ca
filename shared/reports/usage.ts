import type { MethodUsed } from '../audit/decision.ts';
import { isAuthorization, isIssued } from './replay.ts';
import { type Tally, totalOf } from './tally.ts';

/**
 * The classes that people think in: how codes were asked for, and requests that were refused. `s256` is the method in lower case,
 * `missing` a challenge without a method, which means plain. Each request is in one class.
 */
export const usageClasses = ['S256', 's256', 'plain', 'missing', 'none', 'refused'] as const;
export type UsageClass = (typeof usageClasses)[number];
export type Usage = Record<UsageClass, number>;

const classOf: Readonly<Partial<Record<MethodUsed, UsageClass>>> = {
  S256: 'S256',
  s256: 's256',
  plain: 'plain',
  short_plain: 'plain',
  missing: 'missing',
  short_missing: 'missing',
  none: 'none',
};

const newUsage = (): Usage => ({ S256: 0, s256: 0, plain: 0, missing: 0, none: 0, refused: 0 });

/** Counts the authorization requests among some decisions by class. */
export function usageOf(tallies: Iterable<Tally>): Usage {
  const usage = newUsage();
  for (const tally of tallies) {
    if (!isAuthorization(tally)) continue;
    const used = isIssued(tally) ? classOf[tally.method ?? 'none'] : 'refused';
    if (used !== undefined) usage[used] += tally.count;
  }
  return usage;
}

/**
 * The use of PKCE in one step of the period, which begins at `since` (epoch seconds). `safe` counts the issued codes that the target
 * policy would issue as well.
 */
export type TrendPoint = { since: number; safe: number } & Usage;

/** Returns a point for each start of a step, also where nothing happened. */
export function trendOf(
  tallies: readonly Tally[],
  starts: readonly number[],
  isSafe: (issued: Tally) => boolean,
): TrendPoint[] {
  const byStep = Map.groupBy(tallies, ({ step }) => step);
  return starts.map((since) => {
    const own = byStep.get(since) ?? [];
    return { since, safe: totalOf(own.filter((tally) => isIssued(tally) && isSafe(tally))), ...usageOf(own) };
  });
}

/** Adds up trends of the same steps. */
export const sumOfTrends = (trends: readonly (readonly TrendPoint[])[], starts: readonly number[]): TrendPoint[] =>
  starts.map((since, index) => {
    const sum: TrendPoint = { since, safe: 0, ...newUsage() };
    for (const trend of trends) {
      for (const member of ['safe', ...usageClasses] as const) sum[member] += trend[index]?.[member] ?? 0;
    }
    return sum;
  });

/** The number of issued codes. */
export const issuedIn = ({ S256, s256, plain, missing, none }: Usage): number => S256 + s256 + plain + missing + none;
