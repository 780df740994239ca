/*
 * Numbers as people read them, the same in every report, chart and message.
 */

const format = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Writes a count: `1,234`. */
export const number = (count: number): string => format.format(count);

/** Writes a count with its noun: `1 code`, `1,234 codes`. */
export const plural = (count: number, noun: string): string => `${number(count)} ${noun}${count === 1 ? '' : 's'}`;

/** Writes a part of a whole: `78 %`. Never 0 % when there is some of it, and never 100 % when some is missing. */
export function percent(part: number, whole: number): string {
  const share = Math.round((part / whole) * 100);
  if (share === 0 && part > 0) return '< 1 %';
  if (share === 100 && part < whole) return '> 99 %';
  return `${share} %`;
}
