import { formatTime } from '../time.ts';

/** A day in UTC, as `2026-11-22`. Sorts by time. */
export type Day = string;

const length = 86_400;

/** The day of a moment in epoch seconds. */
export const dayOf = (time: number): Day => formatTime(time).slice(0, 10);

/** Whether a text is a day that there is. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && dayOf(startOf(text)) === text;

/** The first moment of a day, in epoch seconds. */
export const startOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`) / 1_000;

/** The first moment after it. */
export const endOf = (day: Day): number => startOf(day) + length;

/** The day so many days later, or earlier for a negative number. */
export const daysFrom = (day: Day, count: number): Day => dayOf(startOf(day) + count * length);

/** So many days, the last one first in time order: `daysUntil('2026-11-22', 2)` is the 21st and the 22nd. */
export const daysUntil = (last: Day, count: number): Day[] =>
  Array.from({ length: count }, (_, index) => daysFrom(last, index - count + 1));

/** The Monday of the week of a day (ISO 8601). */
export function weekOf(day: Day): Day {
  const fromMonday = (new Date(startOf(day) * 1_000).getUTCDay() + 6) % 7;
  return daysFrom(day, -fromMonday);
}
