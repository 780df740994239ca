/*
 * Points in time as people write them. In code, times are epoch seconds; everything is UTC.
 */

/** How a point in time is written. */
export const writtenTime = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))?$/;

/**
 * Parses a day like `2026-12-01` (its start in UTC) or an RFC 3339 time like `2026-12-01T09:30:00Z`. Returns epoch seconds, or
 * undefined for anything else.
 */
export function parseTime(text: string): number | undefined {
  const milliseconds = writtenTime.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds) || milliseconds < 0) return undefined;
  // `Date` rolls 31 February over into March, which nobody meant.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`).toISOString().slice(0, 10);
  return day === text.slice(0, 10) ? Math.floor(milliseconds / 1_000) : undefined;
}

/** Formats epoch seconds as RFC 3339: `2026-12-01T09:30:00Z`. */
export const formatTime = (seconds: number): string => `${new Date(seconds * 1_000).toISOString().slice(0, 19)}Z`;

/** Formats epoch seconds as `2026-12-01` at the start of a day, and as `2026-12-01 09:30` otherwise. */
export function briefTime(seconds: number): string {
  const time = formatTime(seconds);
  return time.endsWith('T00:00:00Z') ? time.slice(0, 10) : `${time.slice(0, 10)} ${time.slice(11, 16)}`;
}
