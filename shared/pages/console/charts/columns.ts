import { html, raw } from 'hono/html';
import { type Mix, type ShownKind, shownKinds, type Week } from '../../../reports/trend.ts';
import type { Markup } from '../../look.ts';
import { number } from '../parts.ts';

/** What the kinds are called where they are told apart. */
export const kindNames: Record<ShownKind, string> = {
  S256: 'S256',
  lowercase: 's256, in lower case',
  plain: 'plain',
  none: 'no PKCE',
  refused: 'refused',
};

export const legend = (kinds: readonly ShownKind[] = shownKinds): Markup =>
  html`<ul class="legend">
${kinds.map((kind) => html`<li><svg viewBox="0 0 14 14" aria-hidden="true" focusable="false"><rect class="${kind}" x=".5" y=".5" width="13" height="13" rx="3"/></svg>${kindNames[kind]}</li>\n`)}</ul>`;

/** A mix in words: `S256 1,200, plain 3`. */
export function describeMix(mix: Mix): string {
  const parts = shownKinds.filter((kind) => mix[kind] > 0).map((kind) => `${kindNames[kind]} ${number(mix[kind])}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

type Stacked = { label: string; parts: readonly { kind: string; count: number }[]; said: string };

const wide = { width: 960, height: 210, left: 44, right: 20, top: 12, bottom: 24 };

/** Columns with a scale, for the weeks of everything. */
export const weekChart = (title: string, weeks: readonly Week[]): Markup =>
  columnChart(
    title,
    weeks.map(({ monday, mix }) => ({
      label: monday.slice(5),
      parts: shownKinds.map((kind) => ({ kind, count: mix[kind] })),
      said: `week of ${monday}: ${describeMix(mix)}`,
    })),
  );

/** Columns with a scale. The title says what they show; each column says its own numbers. */
export function columnChart(title: string, columns: readonly Stacked[]): Markup {
  const { width, height, left, right, top, bottom } = wide;
  const inner = { width: width - left - right, height: height - top - bottom };
  const most = Math.max(1, ...columns.map(heightOf));
  const scale = niceScale(most);
  const step = inner.width / Math.max(1, columns.length);
  const y = (value: number) => top + inner.height - (value / scale.end) * inner.height;
  const every = Math.ceil(columns.length / 14);
  return html`<div class="scroll" role="region" aria-label="${title}" tabindex="0"><svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
${scale.ticks.map((tick) => html`<line class="rule" x1="${left}" x2="${width}" y1="${at(y(tick))}" y2="${at(y(tick))}"/><text x="${left - 8}" y="${at(y(tick) + 4)}" text-anchor="end">${short(tick)}</text>\n`)}
${columns.map((column, index) => {
  const x = left + index * step + step * 0.15;
  return html`<g><title>${column.said}</title>${stack(column.parts, { x, width: step * 0.7, base: top + inner.height, unit: inner.height / scale.end })}${index % every === 0 ? html`<text x="${at(x + step * 0.35)}" y="${height - 6}" text-anchor="middle">${column.label}</text>` : ''}</g>\n`;
})}<line class="base" x1="${left}" x2="${width}" y1="${top + inner.height}" y2="${top + inner.height}"/>
</svg></div>`;
}

/** The weeks of one client, in a row of a table: as high as its own best week. The numbers are in its description. */
export function smallWeeks(client: string, weeks: readonly Week[]): Markup {
  const [width, height] = [152, 36];
  const most = Math.max(1, ...weeks.map(({ mix }) => heightOf({ parts: partsOf(mix) })));
  const step = width / Math.max(1, weeks.length);
  const said = `${client} by week: ${weeks.map(({ monday, mix }) => `${monday} ${describeMix(mix)}`).join('; ')}`;
  return html`<svg class="chart small" viewBox="0 0 ${width} ${height}" role="img" aria-label="${said}">
${weeks.map(({ mix }, index) => stack(partsOf(mix), { x: index * step + step * 0.12, width: step * 0.76, base: height - 1, unit: (height - 3) / most }))}<line class="base" x1="0" x2="${width}" y1="${height - 0.5}" y2="${height - 0.5}"/></svg>`;
}

const partsOf = (mix: Mix) => shownKinds.map((kind) => ({ kind, count: mix[kind] }));

const heightOf = ({ parts }: Pick<Stacked, 'parts'>): number => parts.reduce((sum, { count }) => sum + count, 0);

/** What occurs is never lower than 2, or few refusals among many sign-ins would be invisible. */
function stack(
  parts: Stacked['parts'],
  { x, width, base, unit }: { x: number; width: number; base: number; unit: number },
): Markup {
  let top = base;
  const rectangles = parts
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => {
      const height = Math.max(2, count * unit);
      top -= height;
      return `<rect class="${kind}" x="${at(x)}" y="${at(top)}" width="${at(width)}" height="${at(height)}"/>`;
    });
  return html`${raw(rectangles.join(''))}`;
}

const at = (value: number): string => value.toFixed(1);

/** Round numbers up to at least `most`, four steps or fewer. */
function niceScale(most: number): { end: number; ticks: number[] } {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? power);
  const end = Math.ceil(most / step) * step;
  return { end, ticks: Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step) };
}

const short = (value: number): string =>
  value >= 1_000_000 ? `${value / 1_000_000} M` : value >= 10_000 ? `${value / 1_000} k` : number(value);
