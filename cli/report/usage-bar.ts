import { html } from 'hono/html';
import type { Answer } from '../../shared/reports/safe-to-enforce.ts';
import { type TrendPoint, type Usage, type UsageClass, usageClasses } from '../../shared/reports/usage.ts';
import { number, plural } from '../output.ts';
import { dayOf } from './period.ts';
import { segmentClass } from './usage-colors.ts';
import { usageWords } from './usage-words.ts';

/** Markup that the template has escaped. */
export type Markup = ReturnType<typeof html>;

type Box = { x: number; y: number; width: number; height: number };

export const sumOf = (usage: Usage): number => usageClasses.reduce((sum, used) => sum + usage[used], 0);

/** Says in words what a bar shows. */
export const describeUsage = (usage: Usage): string =>
  usageClasses.map((used) => `${usageWords[used].label} ${number(usage[used])}`).join(', ');

/** Lengths that divide one in proportion. Whatever occurs is at least `minimum` long, at the expense of the longest. */
function divide(usage: Usage, length: number, minimum: number): { used: UsageClass; count: number; length: number }[] {
  const total = sumOf(usage);
  const parts = usageClasses
    .map((used) => ({ used, count: usage[used], length: Math.max(minimum, (usage[used] / total) * length) }))
    .filter(({ count }) => count > 0);
  const excess = parts.reduce((sum, part) => sum + part.length, 0) - length;
  const longest = parts.toSorted((one, other) => other.length - one.length)[0];
  return parts.map((part) => (part === longest ? { ...part, length: part.length - excess } : part));
}

/**
 * Draws a horizontal stacked bar with its numbers. With `unit` `%`, x and width are parts of the picture's width, so that it fits any
 * page while its text keeps its size; `pixel` is then how much of a percent the narrowest page gives to one pixel.
 */
export function usageBar(usage: Usage, { x, y, width, height }: Box, unit: '' | '%' = '', pixel = 1): Markup {
  const at = (value: number) => `${Number(value.toFixed(2))}${unit}`;
  if (sumOf(usage) === 0) {
    return html`<rect class="empty" x="${at(x)}" y="${y}" width="${at(width)}" height="${height}" rx="4"/>`;
  }
  let end = x;
  return html`${divide(usage, width, 4 * pixel).map(({ used, count, length }) => {
    const start = end;
    end += length;
    const label = number(count);
    const fits = length >= (label.length * 8 + 12) * pixel;
    const name = segmentClass[used];
    return html`<rect class="segment ${name}" x="${at(start)}" y="${y}" width="${at(Math.max(3 * pixel, length - 2 * pixel))}" height="${height}" rx="3"/>${fits ? html`<text class="count ${name}" x="${at(start + length / 2 - pixel)}" y="${y + 19}">${label}</text>` : ''}`;
  })}`;
}

/** Draws a column for each step of a trend, in proportion to the largest of them (or `largest`). */
export function usageColumns(
  trend: readonly TrendPoint[],
  { x, y, width, height }: Box,
  {
    unit = '',
    gap = 2,
    largest = Math.max(...trend.map(sumOf)),
  }: { unit?: '' | '%'; gap?: number; largest?: number } = {},
): Markup {
  const at = (value: number) => `${Number(value.toFixed(2))}${unit}`;
  const step = width / trend.length;
  return html`${trend.map((point, index) => {
    const total = sumOf(point);
    const from = x + index * step;
    const place = html` x="${at(from)}" width="${at(Math.max(step - gap, step / 2))}"`;
    const title = html`<title>${describePoint(point)}</title>`;
    if (total === 0) return html`<g>${title}<rect class="fill-rule"${place} y="${y + height - 1}" height="1"/></g>`;
    const tall = Math.max(4, (total / largest) * height);
    let bottom = y + height;
    // The first class is at the bottom.
    return html`<g>${title}${divide(point, tall, Math.min(2, tall / 6)).map(({ used, length }) => {
      bottom -= length;
      return html`<rect class="segment ${segmentClass[used]}"${place} y="${bottom.toFixed(1)}" height="${length.toFixed(1)}"/>`;
    })}</g>`;
  })}`;
}

const describePoint = (point: TrendPoint): string => `from ${dayOf(point.since)}: ${describeUsage(point)}`;

/** Says in words how a trend begins and ends, for those who do not see it. */
export function describeTrend(trend: readonly TrendPoint[]): string {
  const used = trend.filter((point) => sumOf(point) > 0);
  const [first, last] = [used[0], used.at(-1)];
  if (first === undefined || last === undefined) return 'no requests';
  const ends = first === last ? [first] : [first, last];
  return ends.map((point) => `${describePoint(point)} (${plural(sumOf(point), 'request')})`).join('; ');
}

const signs: Readonly<Record<Answer, string>> = {
  yes: 'M-5 0.5 l3.5 4 l6.5 -8',
  no: 'M-4.5 -4.5 l9 9 M4.5 -4.5 l-9 9',
  unknown: 'M-3.5 -2.5 a3.5 3.5 0 1 1 4.5 3.4 q-1 .4 -1 1.6 M0 5.6 v.1',
};

/** Draws the sign of an answer: each has its own shape. */
export const answerSign = (answer: Answer, x: number, y: number): Markup =>
  html`<g class="sign ${answer}" transform="translate(${x} ${y})"><circle r="10"/><path d="${signs[answer]}"/></g>`;
