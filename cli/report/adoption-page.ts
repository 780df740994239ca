import { html, raw } from 'hono/html';
import type { AdoptionReport } from '../../shared/reports/adoption.ts';
import { visible } from '../output.ts';
import { adoptionSvg, type Markup } from './adoption-chart.ts';
import { writeAdoption } from './write-adoption.ts';
import type { Section } from './written.ts';

/** Returns the chart and the tables as a single HTML file, without scripts or other files, readable in light and dark. */
export async function adoptionHtml(report: AdoptionReport): Promise<string> {
  const { title, lines, sections } = writeAdoption(report);
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${lines.map((line) => html`<p>${visible(line)}</p>\n`)}
<div class="scroll" role="region" aria-label="Chart" tabindex="0">${raw(await adoptionSvg(report))}</div>
${sections.map(table)}
</main>
</body>
</html>
`;
  return page.toString();
}

const table = ({ title, columns, rows }: Section): Markup => html`<h2>${title}</h2>
<div class="scroll" role="region" aria-label="${title}" tabindex="0"><table>
<thead><tr>${columns.map((column) => html`<th scope="col"${numericClass(column.numeric)}>${column.title}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) =>
    html`<tr>${row.map((cell, index) =>
      index === 0
        ? html`<th scope="row">${visible(cell)}</th>`
        : html`<td${numericClass(columns[index]?.numeric)}>${visible(cell)}</td>`,
    )}</tr>\n`,
)}</tbody>
</table></div>
`;

const numericClass = (numeric = false) => raw(numeric ? ' class="number"' : '');

const style = `
:root { color-scheme: light dark; --ink: #16181d; --soft: #565d6e; --ground: #f3f4f7; --paper: #ffffff; --line: #d9dce4; --accent: #3446c9; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceef4; --soft: #aab1c4; --ground: #0f1117; --paper: #171a22; --line: #2c313e; --accent: #aab5ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .15rem 0; color: var(--soft); }
.scroll { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; }
.scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
main > .scroll:first-of-type { margin-top: 1.25rem; }
svg { display: block; min-width: 52rem; width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { padding: .55rem .8rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; overflow-wrap: anywhere; min-width: 8rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
`;
