import { html, raw } from 'hono/html';
import type { AdoptionReport, ClientAdoption } from '../../shared/reports/adoption.ts';
import { type Answer, answers } from '../../shared/reports/safe-to-enforce.ts';
import { usageClasses } from '../../shared/reports/usage.ts';
import { number, plural, visible } from '../output.ts';
import { describeClient, describeCodes } from './adoption-chart.ts';
import { type Section, withoutEmptyColumns } from './section.ts';
import { trendFigure } from './trend-figure.ts';
import { answerSign, describeTrend, type Markup, usageBar, usageColumns } from './usage-bar.ts';
import { segmentClass, usagePatterns, usageStyle } from './usage-colors.ts';
import { answerTitle, stepName, usageWords } from './usage-words.ts';
import { clientsByAnswer, clientsSection, describeRules, writeAdoption } from './write-adoption.ts';

/**
 * Returns the charts and the tables as a single HTML file, without scripts or other files, readable in light and dark and on a phone.
 * The clients are grouped by answer; the choice of a group works by CSS alone.
 */
export async function adoptionHtml(report: AdoptionReport): Promise<string> {
  const { title, lines, sections } = writeAdoption(report);
  const groups = clientsByAnswer(report);
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${title}</title>
<style>${raw(usageStyle)}${raw(style)}</style>
</head>
<body class="adoption">
<svg class="patterns" width="0" height="0" aria-hidden="true">${raw(usagePatterns)}</svg>
<main>
<h1>${title}</h1>
${lines.map((line) => html`<p>${visible(line)}</p>\n`)}
${report.stepDays === undefined ? '' : trendFigure(report, report.stepDays)}
<ul class="legend">${usageClasses.map((used) => html`<li><svg width="14" height="14" aria-hidden="true"><rect class="segment ${segmentClass[used]}" x="1" y="1" width="12" height="12" rx="3"/></svg> ${usageWords[used].label}</li>`)}</ul>
${groups.length > 1 ? filter(groups, report) : ''}
${groups.map(({ answer, clients }) => group(answer, clients, report))}
${sections.filter(({ title: heading }) => !groups.some(({ answer, clients }) => heading === clientsSection(answer, clients, report).title)).map((section) => html`<h2>${section.title}</h2>\n${table(section, answerOf(report))}`)}
</main>
</body>
</html>
`;
  return page.toString();
}

type Group = ReturnType<typeof clientsByAnswer>[number];

const filter = (groups: readonly Group[], { clients, target }: AdoptionReport): Markup => html`<fieldset class="filter">
<legend>Show</legend>
<label><input type="radio" name="show" value="all" checked> all ${plural(clients.length, 'client')}</label>
${groups.map((one) => html`<label><input type="radio" name="show" value="${one.answer}"> ${answerTitle(one.answer, target).toLowerCase().replace(target.toLowerCase(), target)}: ${number(one.clients.length)}</label>\n`)}</fieldset>`;

const group = (answer: Answer, clients: readonly ClientAdoption[], report: AdoptionReport): Markup => {
  const section = clientsSection(answer, clients, report);
  return html`<details class="group ${answer}" id="${answer}" open>
<summary><h2>${section.title}</h2></summary>
${clients.map((client) => card(client, report))}
<details class="as-table"><summary>The same as a table</summary>
${table(section, () => answer)}</details>
</details>
`;
};

const card = (client: ClientAdoption, { stepDays }: AdoptionReport): Markup => {
  const { safe, trend, usage, rules, disabled } = client;
  return html`<article class="client">
<div class="who"><h3>${visible(client.client)}</h3>
<p>${visible(describeRules(rules, disabled))}</p></div>
<p class="answer"><svg width="24" height="24" viewBox="-12 -12 24 24" aria-hidden="true">${answerSign(safe.answer, 0, 0)}</svg> <span><strong>${safe.answer}</strong>: ${visible(safe.because)}</span></p>
<div class="bar"><svg width="100%" height="30" role="img" aria-label="${describeClient(client)}">${usageBar(usage, { x: 0, y: 1, width: 100, height: 28 }, '%', onPhone)}</svg>
<p>${describeCodes(client)}</p></div>
${stepDays === undefined ? '' : html`<div class="trend"><svg width="100%" height="48" role="img" aria-label="By ${stepName(stepDays)}: ${describeTrend(trend)}">${usageColumns(trend, { x: 0, y: 2, width: 100, height: 44 }, { unit: '%', gap: 1 })}</svg></div>`}
</article>
`;
};

/** A pixel in percent of the narrowest bar: on a phone, and beside the other columns. */
const onPhone = 100 / 300;

const answerOf = ({ clients }: AdoptionReport): ((client: string) => Answer | undefined) => {
  const given = new Map(clients.map(({ client, safe }) => [client, safe.answer]));
  return (client) => given.get(client);
};

/** Charts take the place of what a terminal draws. */
function table(section: Section, answerFor: (client: string) => Answer | undefined): Markup {
  const { title, columns, rows } = withoutEmptyColumns(section);
  const shown = columns.flatMap(({ unbroken }, index) => (unbroken ? [] : [index]));
  return html`<div class="scroll" role="region" aria-label="${title}" tabindex="0"><table>
<thead><tr>${shown.map((index) => html`<th scope="col"${numericClass(columns[index]?.numeric)}>${columns[index]?.title}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) =>
    html`<tr${raw(answerClass(answerFor(row[0] ?? '')))}>${shown.map((index) =>
      index === 0
        ? html`<th scope="row">${visible(row[index] ?? '')}</th>`
        : html`<td${numericClass(columns[index]?.numeric)}>${visible(row[index] ?? '')}</td>`,
    )}</tr>\n`,
)}</tbody>
</table></div>
`;
}

const answerClass = (answer: Answer | undefined): string => (answer === undefined ? '' : ` class="${answer}"`);

const numericClass = (numeric = false) => raw(numeric ? ' class="number"' : '');

/** Hides the groups and the rows of clients with another answer. */
const filterStyle = answers
  .map((shown) => {
    const others = answers.filter((answer) => answer !== shown).map((answer) => `.${answer}`);
    return `main:has([name="show"][value="${shown}"]:checked) :is(.group, tr):is(${others.join(', ')}) { display: none; }`;
  })
  .join('\n');

const style = `
:root { color-scheme: light dark; }
.adoption { --ground: #f3f4f7; --line: #d9dce4; --accent: #3446c9; }
@media (prefers-color-scheme: dark) { .adoption { --ground: #0f1117; --line: #2c313e; --accent: #aab5ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .15rem 0; color: var(--soft); }
svg { display: block; }
.patterns { position: absolute; }
.adoption .fill-rule { fill: var(--line); }
figure { margin: 1.25rem 0 .75rem; padding: 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; }
figcaption { font-weight: 600; margin-bottom: .5rem; }
.legend { display: flex; flex-wrap: wrap; gap: .35rem 1.25rem; margin: 0 0 1rem; padding: 0; list-style: none; font-size: .875rem; color: var(--soft); }
.legend li { display: flex; align-items: center; gap: .45rem; }
.filter { display: none; border: 1px solid var(--line); border-radius: .75rem; padding: .35rem 1rem .6rem; margin: 0; }
.filter legend { padding: 0 .35rem; color: var(--soft); font-size: .875rem; }
.filter label { display: inline-flex; align-items: center; gap: .4rem; min-height: 1.75rem; margin-right: 1.25rem; }
.filter input { accent-color: var(--accent); width: 1.1rem; height: 1.1rem; margin: 0; }
@supports selector(:has(*)) { .filter { display: block; }
${filterStyle} }
summary { cursor: pointer; }
summary h2 { display: inline-block; }
:is(.scroll, summary, input):focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.client { display: grid; grid-template: "who bar trend answer" / minmax(0, 11fr) minmax(0, 14fr) minmax(0, 6fr) minmax(0, 13fr); gap: .5rem 1.25rem; align-items: start; padding: .8rem 1rem; background: var(--paper); border: 1px solid var(--line); border-bottom-width: 0; }
.client:first-of-type { border-radius: .75rem .75rem 0 0; }
.client:last-of-type { border-bottom-width: 1px; border-radius: 0 0 .75rem .75rem; }
.client:first-of-type:last-of-type { border-radius: .75rem; }
.client p { font-size: .8125rem; }
.who { grid-area: who; } .bar { grid-area: bar; } .trend { grid-area: trend; }
.client .answer { grid-area: answer; display: flex; gap: .5rem; color: var(--ink); font-size: .9rem; }
.answer svg { flex: none; }
@media (max-width: 47rem) { .client { grid-template: "who" "answer" "bar" "trend" / minmax(0, 1fr); } }
.as-table { margin: .5rem 0 0; }
.as-table > summary { color: var(--soft); font-size: .875rem; }
.scroll { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; }
.as-table .scroll { margin-top: .5rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { padding: .55rem .8rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; overflow-wrap: anywhere; min-width: 8rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
@media print { .filter { display: none; } }
`;
