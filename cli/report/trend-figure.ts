import { html } from 'hono/html';
import type { AdoptionReport } from '../../shared/reports/adoption.ts';
import type { TrendPoint } from '../../shared/reports/usage.ts';
import { number } from '../output.ts';
import { dayOf } from './period.ts';
import { describeTrend, type Markup, sumOf, usageColumns } from './usage-bar.ts';
import { stepName } from './usage-words.ts';

const height = 160;
const top = 22;

/** More dates do not fit below the columns on a phone. */
const mostDates = 6;

/** Draws the trend of all clients for a page, as wide as the page is: columns, the largest number, and dates. */
export function trendFigure({ total: { trend }, period }: AdoptionReport, stepDays: number): Markup {
  const largest = Math.max(1, ...trend.map(sumOf));
  const step = 100 / trend.length;
  const every = Math.ceil(trend.length / mostDates);
  const dates = trend.flatMap((point, index) => (index % every === 0 ? [{ point, x: index * step }] : []));
  return html`<figure>
<figcaption>All clients, by ${stepName(stepDays)}</figcaption>
<svg width="100%" height="${top + height + 24}" role="img" aria-label="${describeTrend(trend)}">
<line class="rule" x1="0" x2="100%" y1="${top}" y2="${top}"/>
<text class="soft" x="0" y="${top - 6}">${number(largest)} ${largest === 1 ? 'request' : 'requests'}</text>
${usageColumns(trend, { x: 0, y: top, width: 100, height }, { unit: '%', gap: Math.min(1, step / 5), largest })}
<line class="rule" x1="0" x2="100%" y1="${top + height}" y2="${top + height}"/>
${dates.map(({ point, x }) => html`<text class="soft" x="${x.toFixed(2)}%" y="${top + height + 17}">${dayOf(point.since).slice(5)}</text>\n`)}</svg>
<p>${describePartial(trend, stepDays, period)}</p>
</figure>`;
}

/** The first and the last column look as if less had happened in them. */
function describePartial(
  trend: readonly TrendPoint[],
  stepDays: number,
  { since, until }: AdoptionReport['period'],
): string {
  const name = stepName(stepDays);
  const isFirst = (trend[0]?.since ?? since) < since;
  const isLast = (trend.at(-1)?.since ?? until) + stepDays * 86_400 > until;
  if (isFirst && isLast) return `The period has only a part of its first and its last ${name}.`;
  if (isFirst) return `The period has only a part of its first ${name}.`;
  return isLast ? `The period has only a part of its last ${name}.` : '';
}
