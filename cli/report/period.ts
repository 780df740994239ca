import type { Period } from '../../shared/reports/tally.ts';
import { parseTime } from '../../shared/time.ts';
import { wrongUsage } from '../failure.ts';

const seconds: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** Parses `--since` and `--until` (default: now) into a period. Fails for unreadable input and an empty period. */
export function parsePeriod(since: string, until: string | undefined, now: number): Period {
  const period = {
    since: parseMoment('--since', since, now),
    until: until === undefined ? now + 1 : parseMoment('--until', until, now),
  };
  if (period.since >= period.until) throw wrongUsage('--since must be before --until.');
  return period;
}

/** Parses a moment into epoch seconds: an age like `30d` (also `m`, `h`, `w`) before `now`, a day (its start, UTC), or a time. */
function parseMoment(option: string, text: string, now: number): number {
  const [, count, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const ago = Number(count) * (seconds[unit] ?? Number.NaN);
  const moment = Number.isNaN(ago) ? parseTime(text) : Math.max(0, now - ago);
  if (moment !== undefined) return moment;
  throw wrongUsage(
    `${option} is not an age like 30d (m, h, d, w), a day like 2026-11-22 or a time like 2026-11-22T09:30:00Z.`,
  );
}

/** Formats epoch seconds as `2026-11-22`, UTC. */
export const dayOf = (time: number): string => new Date(time * 1_000).toISOString().slice(0, 10);

/** Formats epoch seconds as `2026-11-22 09:30`, UTC. */
export const minuteOf = (time: number): string => new Date(time * 1_000).toISOString().slice(0, 16).replace('T', ' ');
