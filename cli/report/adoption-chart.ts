import { html, raw } from 'hono/html';
import type { AdoptionReport, ClientAdoption } from '../../shared/reports/adoption.ts';
import { usageClasses } from '../../shared/reports/usage.ts';
import { number, plural, visible } from '../output.ts';
import { minuteOf } from './period.ts';
import { wrap } from './text-table.ts';
import { answerSign, describeTrend, describeUsage, type Markup, usageBar, usageColumns } from './usage-bar.ts';
import { segmentClass, usagePatterns, usageStyle } from './usage-colors.ts';
import { stepName, usageWords } from './usage-words.ts';
import { clientsByAnswer, describeAnswers, describeRules } from './write-adoption.ts';

const width = 1_120;
const barX = 300;
const barWidth = 330;
const trendX = barX + barWidth + 24;
const trendWidth = 126;
const answerX = trendX + trendWidth + 24;
const headerHeight = 112;
const rowHeight = 62;
const barHeight = 28;

/**
 * Draws the use of PKCE and its trend, of all clients and of each, as a single SVG file, without scripts or other files, readable in
 * light and dark.
 */
export async function adoptionSvg(report: AdoptionReport): Promise<string> {
  const clients = clientsByAnswer(report).flatMap((group) => group.clients);
  const height = headerHeight + (1 + Math.max(1, clients.length)) * rowHeight + 16;
  const top = headerHeight + rowHeight;
  const markup =
    await html`<svg xmlns="http://www.w3.org/2000/svg" class="adoption" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="adoption-title adoption-text">
<title id="adoption-title">PKCE adoption by client</title>
<desc id="adoption-text">${describeAnswers(report)} ${clients.map(describeClient).join(' ')}</desc>
<style>${raw(usageStyle)}${raw(style)}</style>
${raw(usagePatterns)}
<rect class="paper" width="${width}" height="${height}" rx="12"/>
<text class="heading" x="24" y="38">PKCE adoption by client</text>
<text class="soft" x="24" y="60">${minuteOf(report.period.since)} to ${minuteOf(report.period.until)} UTC. ${describeAnswers(report)}</text>
${legend()}
${report.stepDays === undefined ? '' : html`<text class="soft" x="${trendX}" y="94">by ${stepName(report.stepDays)}</text>`}
<text class="soft" x="${answerX}" y="94">Safe to enforce ${report.target}?</text>
${allRow(report, headerHeight)}
${clients.length === 0 ? html`<text x="24" y="${top + 30}">No clients.</text>` : ''}
${clients.map((client, index) => clientRow(client, top + index * rowHeight))}
</svg>
`;
  return markup.toString();
}

/** Says in words what the row of a client shows. */
export function describeClient({ client, usage, safe }: ClientAdoption): string {
  return visible(`${client}: ${describeUsage(usage)}; safe to enforce: ${safe.answer}, ${safe.because}.`);
}

/** What is below a bar: the numbers that may not have fitted into it. */
export const describeCodes = ({
  authorizations: { issued, refused },
}: Pick<ClientAdoption, 'authorizations'>): string =>
  [plural(issued, 'code'), ...(refused > 0 ? [`${number(refused)} refused`] : [])].join(', ');

function legend(): Markup[] {
  let x = 24;
  return usageClasses.map((used) => {
    const { label } = usageWords[used];
    const start = x;
    x += 40 + label.length * 6.2;
    return html`<rect class="segment ${segmentClass[used]}" x="${start.toFixed(1)}" y="83" width="14" height="14" rx="3"/><text class="soft" x="${(start + 20).toFixed(1)}" y="94">${label}</text>`;
  });
}

const allRow = ({ total, answers: { yes, no, unknown } }: AdoptionReport, y: number): Markup => html`<g>
<title>${describeTrend(total.trend)}</title>
<line class="rule" x1="24" x2="${width - 24}" y1="${y}" y2="${y}"/>
<text class="name" x="24" y="${y + 26}">All clients</text>
<text class="soft" x="24" y="${y + 45}">${plural(total.decisions, 'decision')}</text>
${bars(total, y)}
<text class="answer" x="${answerX}" y="${y + 29}">${number(yes)} yes, ${number(no)} no, ${number(unknown)} unknown</text>
</g>`;

const clientRow = (client: ClientAdoption, y: number): Markup => html`<g>
<title>${describeClient(client)}</title>
<line class="rule" x1="24" x2="${width - 24}" y1="${y}" y2="${y}"/>
<text class="name" x="24" y="${y + 26}">${shorten(client.client, 28)}</text>
<text class="soft" x="24" y="${y + 45}">${shorten(describeRules(client.rules, client.disabled), 42)}</text>
${bars(client, y)}
${answerSign(client.safe.answer, answerX + 9, y + 24)}
${wrapAnswer(`${client.safe.answer}: ${client.safe.because}`, 40).map((line, index) => html`<text class="answer" x="${answerX + 26}" y="${y + 29 + index * 17}">${line}</text>`)}
</g>`;

const bars = (counts: Pick<ClientAdoption, 'usage' | 'trend' | 'authorizations'>, y: number): Markup =>
  html`${usageBar(counts.usage, { x: barX, y: y + 10, width: barWidth, height: barHeight })}
<text class="soft" x="${barX}" y="${y + 54}">${describeCodes(counts)}</text>
${usageColumns(counts.trend, { x: trendX, y: y + 8, width: trendWidth, height: rowHeight - 16 })}`;

/** Shortens text for display; the description, the table and every other format have it in full. */
function shorten(text: string, length: number): string {
  if (text.length <= length) return visible(text);
  const end = Math.floor(length / 3);
  return visible(`${text.slice(0, length - end - 1)}…${text.slice(-end)}`);
}

function wrapAnswer(text: string, length: number): string[] {
  const [first = '', ...others] = wrap(visible(text), length);
  return others.length <= 1 ? [first, ...others] : [first, shorten(others.join(' '), length)];
}

const style = `
svg.adoption { font-family: system-ui, sans-serif; font-size: 14px; }
.adoption .paper { fill: var(--paper); }
.adoption .fill-rule { fill: var(--rule); }
.adoption .heading { font-size: 22px; font-weight: 650; }
.adoption .name { font-size: 15px; font-weight: 600; }
.adoption .answer { font-size: 13px; }
`;
