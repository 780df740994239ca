import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sparkline, stepsPerCharacter } from '../../cli/report/sparkline.ts';
import type { AuditEntry } from '../../shared/audit/audit-entry.ts';
import { number, percent, plural } from '../../shared/number.ts';
import { adoption } from '../../shared/reports/adoption.ts';
import { type Period, startOfStep, startsOf, stepsOf } from '../../shared/reports/steps.ts';
import { newTally } from '../../shared/reports/tally.ts';
import { type TrendPoint, usageClasses } from '../../shared/reports/usage.ts';
import { clientWith, day, issued, lastMonth, now, refusedFor, shipped, tallied, times } from './made-up.ts';

const at = (text: string) => Date.parse(text) / 1_000;
const days = (starts: readonly number[]) => starts.map((start) => new Date(start * 1_000).toISOString().slice(0, 10));

describe('the steps of a trend', () => {
  test('are weeks from Monday on, the first and the last in part', () => {
    const starts = startsOf(lastMonth, stepsOf(lastMonth));
    expect(days(starts)).toEqual(['2026-10-19', '2026-10-26', '2026-11-02', '2026-11-09', '2026-11-16']);
  });

  test('are days up to two weeks', () => {
    const period = { since: at('2026-11-21T12:00:00Z'), until: at('2026-11-22T00:00:01Z') };
    expect(days(startsOf(period, stepsOf(period)))).toEqual(['2026-11-21', '2026-11-22']);
    const twoWeeks = { since: now - 14 * day, until: now };
    expect(startsOf(twoWeeks, stepsOf(twoWeeks))).toHaveLength(15);
  });

  test('end with the period: a step that begins when it ends is none of them', () => {
    const period = { since: at('2026-11-02T00:00:00Z'), until: at('2026-11-23T00:00:00Z') };
    expect(days(startsOf(period, stepsOf(period)))).toEqual(['2026-11-02', '2026-11-09', '2026-11-16']);
  });

  test('cover any period without gaps, and are 53 at most', () => {
    const periods = fc
      .tuple(fc.integer({ min: 0, max: 2_000_000_000 }), fc.integer({ min: 1, max: 20 * 366 * day }))
      .map(([since, length]): Period => ({ since, until: since + length }));
    fc.assert(
      fc.property(periods, fc.nat(), (period, moment) => {
        const steps = stepsOf(period);
        const starts = startsOf(period, steps);
        expect(starts.length).toBeLessThanOrEqual(53);
        const time = period.since + (moment % (period.until - period.since));
        expect(starts).toContain(startOfStep(time, steps));
        expect(startOfStep(time, steps)).toBeLessThanOrEqual(time);
      }),
    );
  });
});

const report = (entries: readonly AuditEntry[]) =>
  adoption({
    period: lastMonth,
    global: shipped,
    target: 'S256',
    minimumIssued: 10,
    now,
    clients: [clientWith('web'), clientWith('shop')],
    tallied: tallied(entries),
  });

const monday = at('2026-11-16T00:00:00Z');

describe('a trend', () => {
  test('counts what happened in each week, by what was used', () => {
    const { clients, total } = report([
      issued('web', 'none', { time: monday - 1 }),
      ...times(3, issued('web', 'S256', { time: monday })),
      issued('web', 's256', { time: monday }),
      issued('web', 'short_plain', { time: monday }),
      issued('web', 'short_missing', { time: monday }),
      refusedFor('code_challenge_required', 'web', 'none', { time: monday }),
      issued('shop', 'S256', { time: monday }),
      // Not an authorization.
      issued('web', 'S256', { endpoint: 'token', time: monday }),
    ]);
    const nothing = { S256: 0, s256: 0, plain: 0, missing: 0, none: 0, refused: 0 };
    const web = clients.find(({ client }) => client === 'web');
    expect(web?.trend.slice(-2)).toEqual([
      { since: monday - 7 * day, safe: 0, ...nothing, none: 1 },
      { since: monday, safe: 3, S256: 3, s256: 1, plain: 1, missing: 1, none: 0, refused: 1 },
    ]);
    expect(web?.trend.slice(0, -2).every((point) => usageClasses.every((used) => point[used] === 0))).toBe(true);
    expect(total.trend.at(-1)).toMatchObject({ S256: 4 });
  });

  test('calls safe what the verdict calls safe: with the switches of the client, and for the target that was asked for', () => {
    const entries = [
      ...times(10, issued('wp', 's256', { time: monday })),
      ...times(10, issued('web', 'plain', { time: monday })),
    ];
    const safe = (target: 'any' | 'S256', isCompatible: boolean) => {
      const { clients, total } = adoption({
        period: lastMonth,
        global: shipped,
        target,
        minimumIssued: 10,
        now,
        clients: [clientWith('web'), clientWith('wp', isCompatible ? { acceptLowercaseMethod: true } : {})],
        tallied: tallied(entries),
      });
      for (const client of clients) expect(client.trend.at(-1)?.safe).toBe(client.safe.answer === 'yes' ? 10 : 0);
      return total.trend.at(-1)?.safe;
    };
    expect([safe('S256', false), safe('S256', true), safe('any', false), safe('any', true)]).toEqual([0, 10, 10, 20]);
  });

  test('sums up to the usage, whatever is in the log', () => {
    const entry = fc
      .tuple(
        fc.constantFrom('web', 'shop', 'gone'),
        fc.constantFrom('S256', 's256', 'plain', 'missing', 'none', 'other'),
        fc.constantFrom('allowed', 'refused', 'continued', 'failed'),
        fc.integer({ min: lastMonth.since, max: lastMonth.until - 1 }),
      )
      .map(([client, method, verdict, time]) =>
        issued(client, method as 'S256', { verdict: verdict as 'allowed', time }),
      );
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const { clients, total } = report(entries);
        for (const { usage, trend } of [...clients, total]) {
          for (const used of usageClasses) {
            expect(trend.reduce((sum, point) => sum + point[used], 0)).toBe(usage[used]);
          }
        }
      }),
    );
  });

  test('is not there where nothing was counted by steps, rather than flat', () => {
    const tally = newTally();
    tally.addEntry(issued('web', 'S256'));
    const input = { period: lastMonth, global: shipped, target: 'S256', minimumIssued: 10, now } as const;
    const made = adoption({ ...input, clients: [clientWith('web')], tallied: tally.result() });
    expect(made).not.toHaveProperty('stepDays');
    expect(made.total.trend).toEqual([]);
    expect(made.total.usage.S256).toBe(1);
  });
});

describe('a sparkline', () => {
  const point = (S256: number, none: number): TrendPoint => ({
    since: 0,
    safe: S256,
    S256,
    s256: 0,
    plain: 0,
    missing: 0,
    none,
    refused: 0,
  });

  test('is full or empty only where all or none did it, and a dot where there was nothing', () => {
    const points = [point(0, 0), point(0, 9_999), point(1, 9_999), point(1, 1), point(9_999, 1), point(9_999, 0)];
    expect(sparkline(points)).toBe('·▁▂▅▇█');
  });

  test('draws several steps as one character rather than get longer than 15', () => {
    const year = Array.from({ length: 53 }, (_, index) => point(index, 53 - index));
    expect(stepsPerCharacter(year)).toBe(4);
    expect(sparkline(year)).toHaveLength(14);
  });
});

test('numbers are written the same everywhere', () => {
  expect([number(0), number(999), number(1_234), number(1_234_567), number(3.6)]).toEqual([
    '0',
    '999',
    '1,234',
    '1,234,567',
    '4',
  ]);
  expect([plural(1, 'code'), plural(1_000, 'code')]).toEqual(['1 code', '1,000 codes']);
  expect([percent(0, 5), percent(1, 1_000), percent(1, 2), percent(999, 1_000), percent(5, 5)]).toEqual([
    '0 %',
    '< 1 %',
    '50 %',
    '> 99 %',
    '100 %',
  ]);
});
