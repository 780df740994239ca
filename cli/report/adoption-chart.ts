import { html, raw } from 'hono/html';
import type { AdoptionReport, ClientAdoption } from '../../shared/reports/adoption.ts';
import { visible } from '../output.ts';
import { minuteOf } from './period.ts';
import { byUrgency, describeAnswers, describeRules, issuedBy } from './write-adoption.ts';
import { number, plural } from './written.ts';

/** Markup that the template has escaped. */
export type Markup = ReturnType<typeof html>;

const width = 1_120;
const barX = 334;
const barWidth = 390;
const answerX = barX + barWidth + 30;
const headerHeight = 112;
const rowHeight = 62;
const barHeight = 28;

/** The kinds of authorizations in the order of the bar. Texture, place and number distinguish them, not colour alone. */
const kinds = [
  { kind: 's256', label: 'S256' },
  { kind: 'lowercase', label: 's256, in lower case' },
  { kind: 'plain', label: 'plain' },
  { kind: 'missing', label: 'plain, by a missing method' },
  { kind: 'none', label: 'no PKCE' },
  { kind: 'refused', label: 'refused' },
] as const;
type Kind = (typeof kinds)[number]['kind'];

/** Draws a stacked bar per client as a single SVG file, without scripts or other files, readable in light and dark. */
export async function adoptionSvg(report: AdoptionReport): Promise<string> {
  const clients = byUrgency(report.clients);
  const height = headerHeight + Math.max(1, clients.length) * rowHeight + 16;
  const markup =
    await html`<svg xmlns="http://www.w3.org/2000/svg" class="adoption" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="adoption-title adoption-text">
<title id="adoption-title">PKCE adoption by client</title>
<desc id="adoption-text">${describeAnswers(report)} ${clients.map(describeClient).join(' ')}</desc>
<style>${raw(style)}</style>
${raw(patterns)}
<rect class="paper" width="${width}" height="${height}" rx="12"/>
<text class="heading" x="24" y="38">PKCE adoption by client</text>
<text class="soft" x="24" y="60">${minuteOf(report.period.since)} to ${minuteOf(report.period.until)} UTC. ${describeAnswers(report)}</text>
${legend()}
<text class="soft" x="${answerX}" y="94">Safe to enforce ${report.target}?</text>
${clients.length === 0 ? html`<text x="24" y="${headerHeight + 30}">No clients.</text>` : ''}
${clients.map((client, index) => clientRow(client, headerHeight + index * rowHeight))}
</svg>
`;
  return markup.toString();
}

function describeClient(client: ClientAdoption): string {
  const { s256, lowercase, plain, missing, none, refused } = countsOf(client);
  const counts = `S256 ${s256}, s256 in lower case ${lowercase}, plain ${plain}, plain by a missing method ${missing}, no PKCE ${none}, refused ${refused}`;
  return visible(`${client.client}: ${counts}; safe to enforce: ${client.safe.answer}, ${client.safe.because}.`);
}

function countsOf(client: ClientAdoption): Record<Kind, number> {
  const { S256, lowercase, plain, missing, none } = issuedBy(client);
  return { s256: S256 - lowercase, lowercase, plain, missing, none, refused: client.authorizations.refused };
}

function legend(): Markup[] {
  let x = 24;
  return kinds.map(({ kind, label }) => {
    const start = x;
    x += 44 + label.length * 6.2;
    return html`<rect class="segment ${kind}" x="${start}" y="83" width="14" height="14" rx="3"/><text class="soft" x="${start + 20}" y="94">${label}</text>`;
  });
}

function clientRow(client: ClientAdoption, y: number): Markup {
  const { issued, refused } = client.authorizations;
  const below = [plural(issued, 'code'), ...(refused > 0 ? [`${number(refused)} refused`] : [])].join(', ');
  return html`<g>
<title>${describeClient(client)}</title>
<line class="rule" x1="24" x2="${width - 24}" y1="${y}" y2="${y}"/>
<text class="name" x="24" y="${y + 26}">${shorten(client.client, 32)}</text>
<text class="soft" x="24" y="${y + 45}">${shorten(describeRules(client.rules, client.disabled), 48)}</text>
${bar(countsOf(client), y + 10)}
<text class="soft" x="${barX}" y="${y + 54}">${below}</text>
${answer(client.safe.answer, y + 24)}
${wrap(`${client.safe.answer}: ${client.safe.because}`, 46).map((line, index) => html`<text class="answer" x="${answerX + 26}" y="${y + 29 + index * 17}">${line}</text>`)}
</g>`;
}

/** Returns the segments of a bar. Each kind that occurs is at least 4 wide, at the expense of the largest. */
function widthsOf(counts: Record<Kind, number>): { kind: Kind; count: number; width: number }[] {
  const total = kinds.reduce((sum, { kind }) => sum + counts[kind], 0);
  const shares = kinds
    .map(({ kind }) => ({ kind, count: counts[kind], width: Math.max(4, (counts[kind] / total) * barWidth) }))
    .filter(({ count }) => count > 0);
  const excess = shares.reduce((sum, share) => sum + share.width, 0) - barWidth;
  const largest = shares.toSorted((one, other) => other.width - one.width)[0];
  return shares.map((share) => (share === largest ? { ...share, width: share.width - excess } : share));
}

function bar(counts: Record<Kind, number>, y: number): Markup {
  const shares = widthsOf(counts);
  if (shares.length === 0) {
    return html`<rect class="empty" x="${barX}" y="${y}" width="${barWidth}" height="${barHeight}" rx="4"/>`;
  }
  let x = barX;
  return html`${shares.map((share) => {
    const start = x;
    x += share.width;
    const label = number(share.count);
    const fits = share.width >= label.length * 8 + 12;
    return html`<rect class="segment ${share.kind}" x="${start.toFixed(1)}" y="${y}" width="${Math.max(3, share.width - 2).toFixed(1)}" height="${barHeight}" rx="3"/>${fits ? html`<text class="count ${share.kind}" x="${(start + share.width / 2 - 1).toFixed(1)}" y="${y + 19}">${label}</text>` : ''}`;
  })}`;
}

const signs = {
  yes: 'M-5 0.5 l3.5 4 l6.5 -8',
  no: 'M-4.5 -4.5 l9 9 M4.5 -4.5 l-9 9',
  unknown: 'M-3.5 -2.5 a3.5 3.5 0 1 1 4.5 3.4 q-1 .4 -1 1.6 M0 5.6 v.1',
};

const answer = (given: keyof typeof signs, y: number): Markup =>
  html`<g class="sign ${given}" transform="translate(${answerX + 9} ${y})"><circle r="10"/><path d="${signs[given]}"/></g>`;

/** Shortens text for display; the description, the table and every other format have it in full. */
function shorten(text: string, length: number): string {
  if (text.length <= length) return visible(text);
  const end = Math.floor(length / 3);
  return visible(`${text.slice(0, length - end - 1)}…${text.slice(-end)}`);
}

function wrap(text: string, length: number): string[] {
  const lines: string[] = [''];
  for (const word of visible(text).split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > length) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.length <= 2 ? lines : [lines[0] ?? '', shorten(lines.slice(1).join(' '), length)];
}

const patterns = `<defs>
<pattern id="adoption-lowercase" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="fill-s256" width="8" height="8"/><path class="rail" d="M0 2h8M0 6h8"/></pattern>
<pattern id="adoption-plain" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="fill-plain" width="8" height="8"/><rect class="mark" width="2" height="8"/></pattern>
<pattern id="adoption-missing" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="fill-missing" width="8" height="8"/><circle class="mark" cx="2" cy="2" r="1.3"/><circle class="mark" cx="6" cy="6" r="1.3"/></pattern>
<pattern id="adoption-none" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="fill-none" width="8" height="8"/><path class="cross" d="M0 4h8M4 0v8"/></pattern>
</defs>`;

const style = `
.adoption { --ink: #16181d; --soft: #565d6e; --paper: #ffffff; --rule: #e3e5eb; --s256: #3446c9; --on-s256: #ffffff; --plain: #f2b632; --missing: #fadf9b; --none: #d8472b; --mark: #8a5a00; --cross: #8f1f0b; --yes: #1b7a3d; --no: #b3261e; --unknown: #5a6072; font-family: system-ui, sans-serif; font-size: 14px; }
@media (prefers-color-scheme: dark) { .adoption { --ink: #eceef4; --soft: #aab1c4; --paper: #171a22; --rule: #2c313e; --s256: #aab5ff; --on-s256: #12142b; --plain: #c98a06; --missing: #8a6a1f; --none: #ff7a5c; --mark: #4a3000; --cross: #7a1c08; --yes: #6fdc94; --no: #ff9a8f; --unknown: #aab1c4; } }
.adoption .paper { fill: var(--paper); }
.adoption text { fill: var(--ink); }
.adoption .heading { font-size: 22px; font-weight: 650; }
.adoption .name { font-size: 15px; font-weight: 600; }
.adoption .soft { fill: var(--soft); font-size: 12px; }
.adoption .answer { font-size: 13px; }
.adoption .rule { stroke: var(--rule); }
.adoption .segment.s256 { fill: var(--s256); }
.adoption .segment.lowercase { fill: url(#adoption-lowercase); }
.adoption .segment.plain { fill: url(#adoption-plain); }
.adoption .segment.missing { fill: url(#adoption-missing); }
.adoption .segment.none { fill: url(#adoption-none); }
.adoption .segment.refused, .adoption .empty { fill: none; stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 4 3; }
.adoption .empty { stroke-width: 1; }
.adoption .fill-s256 { fill: var(--s256); }
.adoption .rail { stroke: var(--on-s256); stroke-opacity: .45; stroke-width: 1; fill: none; }
.adoption .fill-plain { fill: var(--plain); }
.adoption .fill-missing { fill: var(--missing); }
.adoption .fill-none { fill: var(--none); }
.adoption .mark { fill: var(--mark); fill-opacity: .55; }
.adoption .cross { stroke: var(--cross); stroke-width: 1.4; fill: none; }
.adoption .count { text-anchor: middle; font-size: 13px; font-weight: 650; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; paint-order: stroke; }
.adoption .count.s256 { fill: var(--on-s256); stroke: none; }
.adoption .count.refused { stroke: none; }
.adoption .sign circle { fill: none; stroke-width: 1.8; }
.adoption .sign path { fill: none; stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
.adoption .sign.yes * { stroke: var(--yes); }
.adoption .sign.no * { stroke: var(--no); }
.adoption .sign.unknown * { stroke: var(--unknown); }
`;
