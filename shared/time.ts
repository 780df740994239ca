/*
 * Points in time as people write them. In code they are epoch seconds, always UTC.
 */

const written = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))?$/;

/** Takes a day like `2026-12-01` (its start, UTC) or an RFC 3339 time like `2026-12-01T09:30:00Z`; undefined for anything else. */
export function parseTime(text: string): number | undefined {
  const milliseconds = written.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds) || milliseconds < 0) return undefined;
  // 31 February rolls over to a day in March, which nobody meant.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`).toISOString().slice(0, 10);
  return day === text.slice(0, 10) ? Math.floor(milliseconds / 1_000) : undefined;
}

/** `2026-12-01T09:30:00Z` (RFC 3339). */
export const formatTime = (seconds: number): string => `${new Date(seconds * 1_000).toISOString().slice(0, 19)}Z`;

/** `2026-12-01` for the start of a day, else `2026-12-01 09:30`. */
export function briefTime(seconds: number): string {
  const time = formatTime(seconds);
  return time.endsWith('T00:00:00Z') ? time.slice(0, 10) : `${time.slice(0, 10)} ${time.slice(11, 16)}`;
}
