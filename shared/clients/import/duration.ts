/** Seconds of the units that configuration files have. */
const units: ReadonlyMap<string, number> = new Map([
  ['s', 1], ['second', 1], ['m', 60], ['minute', 60], ['h', 3_600], ['hour', 3_600], ['d', 86_400], ['day', 86_400],
  ['w', 604_800], ['week', 604_800], ['M', 2_629_800], ['month', 2_629_800], ['y', 31_557_600], ['year', 31_557_600],
]); // biome-ignore format: a table

/** Reads a duration: a number of seconds, or parts such as `90m`, `1 hour and 30 minutes`. Undefined for anything else. */
export function durationIn(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? value : undefined;
  if (typeof value !== 'string' || !/^\s*\d/.test(value)) return undefined;
  const parts = [...value.matchAll(/(\d{1,9})\s*([a-z]*)(?:\s*(?:,|and)?\s*|$)/gi)];
  if (parts.map(([part]) => part).join('') !== value.trimStart()) return undefined;
  const seconds = parts.map(
    ([, count, unit = '']) => Number(count) * (unit === '' ? 1 : (secondsOf(unit) ?? Number.NaN)),
  );
  const sum = seconds.reduce((total, part) => total + part, 0);
  return Number.isSafeInteger(sum) && sum > 0 ? sum : undefined;
}

/** `M` is a month, and `m` a minute. */
const secondsOf = (unit: string): number | undefined =>
  unit.length === 1 ? units.get(unit) : units.get(unit.toLowerCase().replace(/s$/, ''));

/** Reads a duration of ISO 8601 in seconds, such as `PT168H`, or a number of them. Undefined for what is neither. */
export function isoDurationIn(duration: unknown): number | undefined {
  if (typeof duration === 'number') return Math.floor(duration);
  const [matched, days = 0, hours = 0, minutes = 0, seconds = 0] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$/.exec(String(duration)) ?? [];
  if (matched === undefined) return undefined;
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
}
