import type { Palette } from '../style.ts';

/*
 * What the console adds to the stylesheet of the pages, which are made for one thing at a time: a frame with the way to every page,
 * tables, figures and charts. Kinds of requests differ by pattern as well as by color.
 */

/** Colors of the kinds in charts, in light and dark. */
const kinds = {
  light: { plain: '#f2b632', plainMark: '#8a5a00', none: '#d8472b', noneMark: '#8f1f0b' },
  dark: { plain: '#c98a06', plainMark: '#4a3000', none: '#ff7a5c', noneMark: '#7a1c08' },
};

const variables = ({ plain, plainMark, none, noneMark }: (typeof kinds)['light']): string =>
  `--plain: ${plain}; --plain-mark: ${plainMark}; --none: ${none}; --none-mark: ${noneMark};`;

export const consoleStylesheet = (stylesheetOf: (light: Palette, dark: Palette) => string, colors: Colors): string => `
${stylesheetOf(colors.light, colors.dark)}
:root { ${variables(kinds.light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(kinds.dark)} } }
body { display: block; justify-items: normal; padding: 0; }
main { max-width: none; width: auto; padding: 0; background: none; border: 0; border-radius: 0; box-shadow: none; }
.skip { position: absolute; inset-inline-start: -100vw; padding: .5rem 1rem; background: var(--paper); }
.unseen { position: absolute; inset-inline-start: -100vw; }
.skip:focus { inset-inline-start: .5rem; inset-block-start: .5rem; z-index: 1; }
.top { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; padding: .75rem 1.5rem; background: var(--paper); border-block-end: 1px solid var(--edge); }
.top .head { margin: 0; flex: 1 1 auto; }
.top .mark { width: 2rem; height: 2rem; }
.top .logo { max-height: 2rem; }
.top form { margin: 0; display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1rem; font-size: .9375rem; }
.shell { display: grid; grid-template-columns: 13rem minmax(0, 1fr); max-width: 90rem; margin: 0 auto; }
.ways { padding: 1.5rem 0 1.5rem 1rem; }
.ways ul { margin: 0; padding: 0; list-style: none; position: sticky; top: 1rem; }
.ways a { display: block; padding: .5rem .875rem; color: var(--ink); text-decoration: none; border-radius: .5rem; border: 1px solid transparent; }
.ways a:hover { background: var(--tint); }
.ways [aria-current] { font-weight: 600; color: var(--accent); background: var(--tint); }
.content { padding: 1.75rem 1.5rem 4rem; min-width: 0; overflow-wrap: anywhere; }
.content h1 { margin-block-end: .25rem; }
.content h2 { margin: 0 0 .75rem; font-size: 1.125rem; }
.content h3 { margin: 1.25rem 0 .25rem; font-size: 1rem; }
.lead { color: var(--soft); margin-block-end: 1.5rem; max-width: 46rem; }
.content p { max-width: 46rem; }
.card { margin-block-end: 1.5rem; padding: 1.25rem 1.5rem; background: var(--paper); border: 1px solid var(--edge); border-radius: .875rem; }
.card > :last-child { margin-block-end: 0; }
.card form:first-of-type { margin-block-start: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1rem; margin: 0 0 1.5rem; padding: 0; }
.tile { padding: 1rem 1.25rem; background: var(--paper); border: 1px solid var(--edge); border-radius: .875rem; display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.tile dt { color: var(--soft); font-size: .9375rem; }
.tile dd { margin: 0; font-size: 1.75rem; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tile .hint { order: -1; margin: 0; }
.split { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 0 1.5rem; }
.scroll { overflow-x: auto; overflow-wrap: break-word; margin-block-end: 1rem; border: 1px solid transparent; border-radius: .25rem; }
.scroll:last-child { margin-block-end: 0; }
.scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { padding: .5rem .75rem .5rem 0; text-align: start; vertical-align: top; border-block-end: 1px solid var(--edge); }
th:last-child, td:last-child { padding-inline-end: 0; }
tbody tr:last-child > * { border-block-end: 0; }
thead th { color: var(--soft); font-weight: 600; font-size: .875rem; white-space: nowrap; }
tbody th { font-weight: 600; min-width: 7rem; }
tbody th .soft { font-weight: 400; }
.number { text-align: end; padding-inline-end: 1.75rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.when { white-space: nowrap; font-variant-numeric: tabular-nums; }
caption { text-align: start; color: var(--soft); font-size: .875rem; padding-block-end: .5rem; }
.facts { display: grid; grid-template-columns: minmax(8rem, 15rem) minmax(0, 1fr); margin: 0; font-size: .9375rem; }
.facts > * { padding-block: .4375rem; border-block-end: 1px solid var(--edge); }
.facts > :nth-last-child(-n + 2) { border-block-end: 0; }
.facts dt { color: var(--soft); padding-inline-end: 1rem; }
.facts + p, .facts + details { margin-block-start: .75rem; }
.facts dd { margin: 0; white-space: pre-line; }
.badge { display: inline-block; padding: 0 .5rem; border: 1px solid var(--edge); border-radius: 1rem; font-size: .875rem; white-space: nowrap; background: var(--paper); }
.badge.good { color: var(--right); background: var(--right-tint); border-color: transparent; }
.badge.bad { color: var(--wrong); background: var(--wrong-tint); border-color: transparent; }
.content form { margin-block-start: 1rem; }
.content input, select, textarea { width: 100%; max-width: 30rem; min-height: 2.5rem; padding: .4375rem .75rem; font: inherit; font-size: .9375rem; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; }
textarea { min-height: 5rem; resize: vertical; font-family: inherit; display: block; }
select { display: block; }
.content label { margin: .875rem 0 .25rem; font-size: .9375rem; }
.content .check { min-height: 2.25rem; margin: .375rem 0 0; font-weight: 400; }
.content .check input { width: 1.125rem; height: 1.125rem; min-height: 0; padding: 0; }
.content button, .content .button { display: inline-flex; align-items: center; justify-content: center; width: auto; min-height: 2.5rem; margin: 1rem 0 0; padding: .375rem 1rem; font-size: .9375rem; }
.top button { width: auto; min-height: 2.25rem; margin: 0; padding: .25rem .875rem; font-size: .9375rem; }
.danger { color: var(--wrong); background: transparent; border-color: var(--wrong); }
.danger:hover { background: var(--wrong-tint); }
.filter { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 0 .75rem; margin: 0 0 1.25rem !important; }
.filter > div { flex: 0 1 13rem; min-width: 0; }
.filter label { margin-block-start: .25rem; }
.filter button { margin-block-start: .5rem; }
.fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr)); gap: 0 1.25rem; max-width: 64rem; }
fieldset { margin: 1rem 0 0; padding: .25rem 1.25rem 1.25rem; border: 1px solid var(--edge); border-radius: .75rem; min-width: 0; }
legend { padding-inline: .5rem; font-weight: 600; }
.content .notice { margin: 0 0 1.25rem; max-width: 64rem; }
.content .notice p { max-width: none; margin-block-end: .25rem; }
.content .hint { max-width: 40rem; }
select:focus-visible, textarea:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
summary { display: inline-block; }
details > summary { list-style: revert; cursor: pointer; color: var(--accent); font-weight: 600; padding-block: .5rem; }
.side { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-block-end: 1.25rem; font-size: .9375rem; }
.chart { display: block; width: 100%; height: auto; min-width: 34rem; }
.chart.small { min-width: 0; width: 9.5rem; height: 2.25rem; }
.chart text { fill: var(--soft); font-size: 12px; }
.chart .rule { stroke: var(--edge); }
.chart .base { stroke: var(--line); }
.S256, .issued { fill: var(--accent); }
.lowercase { fill: url(#k-lowercase); }
.plain { fill: url(#k-plain); }
.none { fill: url(#k-none); }
.refused { fill: url(#k-refused); stroke: var(--soft); }
.patterns { position: absolute; width: 0; height: 0; }
.on-accent { stroke: var(--paper); stroke-opacity: .6; fill: none; }
.fill-accent { fill: var(--accent); } .fill-plain { fill: var(--plain); } .fill-none { fill: var(--none); } .fill-paper { fill: var(--paper); }
.mark-plain { fill: var(--plain-mark); fill-opacity: .55; } .mark-none { stroke: var(--none-mark); fill: none; } .mark-soft { stroke: var(--soft); fill: none; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 1rem; padding: 0; list-style: none; font-size: .875rem; color: var(--soft); }
.legend svg { width: .875rem; height: .875rem; margin-inline-end: .375rem; vertical-align: -.125rem; }
.once { padding: .75rem 1rem; background: var(--tint); border-radius: .5rem; }
@media (max-width: 60rem) {
  .shell { display: block; }
  .ways { padding: .5rem 1rem; background: var(--paper); border-block-end: 1px solid var(--edge); }
  .ways ul { position: static; display: flex; flex-wrap: wrap; gap: .125rem; }
  .ways a { padding: .375rem .625rem; font-size: .9375rem; }
}
@media (max-width: 30rem) {
  body { background: var(--ground); }
  main { padding: 0; }
  .top { padding: .75rem 1rem; }
  .ways { padding: .375rem .5rem; }
  .content { padding: 1.25rem 1rem 3rem; }
  .card { padding: 1rem; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .625rem; }
  .tile { padding: .75rem; }
  .tile dd { font-size: 1.375rem; }
  .facts { display: block; }
  .facts dt { border: 0; padding-block-end: 0; }
  .facts + p, .facts + details { margin-block-start: .75rem; }
.facts dd { padding-block-start: 0; }
  .facts > :nth-last-child(2) { border: 0; }
}
@media print { .top, .ways { display: none; } .shell { display: block; } }
`;

type Colors = { light: Palette; dark: Palette };
