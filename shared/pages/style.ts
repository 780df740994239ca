/*
 * Text has a contrast of at least 4.5:1 with its background, outlines 3:1 (WCAG 2.2 §1.4.3, §1.4.11). The invisible borders serve
 * forced colors, which remove backgrounds and shadows and give every border a color.
 */

export type Palette = {
  ink: string;
  soft: string;
  paper: string;
  ground: string;
  tint: string;
  edge: string;
  line: string;
  accent: string;
  accentDeep: string;
  onAccent: string;
  wrong: string;
  wrongTint: string;
  right: string;
  rightTint: string;
};

export const light: Palette = {
  ink: '#15171e',
  soft: '#565d70',
  paper: '#ffffff',
  ground: '#f2f4f8',
  tint: '#eef0fb',
  edge: '#dde1ea',
  line: '#838a9d',
  accent: '#3446c9',
  accentDeep: '#2735a3',
  onAccent: '#ffffff',
  wrong: '#b3161f',
  wrongTint: '#fdf0f0',
  right: '#136b3a',
  rightTint: '#ebf7f0',
};

export const dark: Palette = {
  ink: '#eceef4',
  soft: '#a8afc2',
  paper: '#191c25',
  ground: '#0f1117',
  tint: '#232840',
  edge: '#2e3342',
  line: '#7b8299',
  accent: '#aab5ff',
  accentDeep: '#c6ceff',
  onAccent: '#12142b',
  wrong: '#ffa0a0',
  wrongTint: '#351c22',
  right: '#8fdcae',
  rightTint: '#16291f',
};

const variables = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, color]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${color};`)
    .join(' ');

/** Returns the only stylesheet. It is inlined, so it takes no second request and the page looks right whatever else fails. */
export const stylesheetOf = (bright: Palette, dim: Palette): string => `
:root { color-scheme: light dark; ${variables(bright)} }
@media (prefers-color-scheme: dark) {
  :root { ${variables(dim)} }
}
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; min-height: 100svh; display: grid; align-items: center; justify-items: center; padding: 2rem 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; min-width: 0; max-width: 26rem; padding: 2.5rem; background: var(--paper); border: 1px solid var(--edge); border-radius: 1rem; box-shadow: 0 1px 2px rgb(16 20 40 / .06), 0 12px 32px rgb(16 20 40 / .08); overflow-wrap: anywhere; }
main.wide { max-width: 48rem; }
.head { display: flex; align-items: center; gap: .75rem; margin-block-end: 1.5rem; }
.mark { flex: none; display: block; width: 2.75rem; height: 2.75rem; }
.mark rect { fill: var(--accent); }
.mark path { fill: var(--on-accent); }
.brand { font-size: 1.125rem; font-weight: 600; }
.logo { display: block; max-width: 100%; max-height: 3rem; }
.of-client { width: 3rem; height: 3rem; margin-block-end: 1rem; object-fit: contain; border-radius: .75rem; }
h1 { margin: 0 0 .5rem; font-size: 1.625rem; line-height: 1.2; letter-spacing: -.01em; text-wrap: balance; }
h2 { margin: 0 0 .25rem; font-size: 1rem; line-height: 1.5; }
p { margin: 0 0 .75rem; text-wrap: pretty; }
p:last-child { margin-block-end: 0; }
.soft { color: var(--soft); }
strong { color: var(--ink); }
form { margin-block-start: 1.75rem; }
label { display: block; margin: 1.25rem 0 .375rem; font-weight: 600; }
input { width: 100%; min-height: 3rem; padding: .625rem .875rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: .625rem; }
input[aria-invalid="true"] { border: 2px solid var(--wrong); padding: .5625rem .8125rem; }
.check { display: flex; align-items: center; gap: .75rem; min-height: 2.75rem; margin: .75rem 0 0; font-weight: 400; cursor: pointer; }
.check input { flex: none; width: 1.25rem; height: 1.25rem; min-height: 0; margin: 0; accent-color: var(--accent); cursor: pointer; }
.check + .hint { margin: -.375rem 0 0; padding-inline-start: 2rem; }
button, .button { display: block; width: 100%; min-height: 3rem; margin-block-start: 1.75rem; padding: .625rem 1rem; font: inherit; font-weight: 600; text-align: center; text-decoration: none; color: var(--on-accent); background: var(--accent); border: 1px solid transparent; border-radius: .625rem; cursor: pointer; }
button:hover, .button:hover { background: var(--accent-deep); }
.second { color: var(--ink); background: transparent; border-color: var(--line); }
.second:hover { background: var(--tint); }
button + button { margin-block-start: .75rem; }
.stack { margin-block-start: .75rem; }
.stack button { margin-block-start: .75rem; }
.or + .stack .second:first-of-type { margin-block-start: 0; }
.soft + .stack { margin-block-start: 1.5rem; }
.stack label ~ button { margin-block-start: 1.75rem; }
.peek { width: auto; min-height: 2.75rem; margin: .5rem 0 0; padding: .375rem .75rem; font-size: .9375rem; font-weight: 400; color: var(--ink); background: transparent; border-color: var(--line); }
.peek:hover { background: var(--tint); }
a { color: var(--accent); text-underline-offset: .2em; }
input:focus-visible, button:focus-visible, a:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
input[aria-invalid="true"]:focus-visible { outline-color: var(--wrong); }
.hint { margin: .375rem 0 0; color: var(--soft); font-size: .875rem; }
.wrong { margin: .5rem 0 0; color: var(--wrong); font-size: .9375rem; font-weight: 600; }
.notice { margin: 1.5rem 0 0; padding: .75rem 1rem; color: var(--wrong); background: var(--wrong-tint); border: 1px solid var(--wrong); border-radius: .625rem; font-size: .9375rem; }
.done { color: var(--right); background: var(--right-tint); border-color: var(--right); }
.warn { color: var(--ink); background: var(--tint); border-color: var(--line); }
.or { display: flex; align-items: center; gap: .75rem; margin: 1.5rem 0 1rem; color: var(--soft); font-size: .875rem; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--edge); }
.foot { margin-block-start: 1.5rem; }
.above-list { margin-block: 1.5rem .5rem; }
.scopes bdi, .may bdi { white-space: pre-wrap; }
.scopes { margin: 0 0 1.25rem; padding: .25rem 1rem; list-style: none; border: 1px solid var(--edge); border-radius: .625rem; }
.scopes li { padding-block: .625rem; }
.scopes li + li, .things li + li { border-top: 1px solid var(--edge); }
.links { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .9375rem; }
.account { display: flex; align-items: center; gap: .875rem; padding: .75rem 1rem; font-weight: 600; text-align: start; }
.account .soft { display: block; font-weight: 400; font-size: .9375rem; }
.initial { flex: none; display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border-radius: 50%; color: var(--accent); background: var(--tint); border: 1px solid transparent; }
.qr { width: 13rem; max-width: 100%; margin: 1rem auto; padding: .75rem; background: #fff; border: 1px solid var(--edge); border-radius: .625rem; forced-color-adjust: none; }
.qr svg { display: block; width: 100%; height: auto; }
.secret { padding: .75rem 1rem; background: var(--tint); border-radius: .625rem; }
.codes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); gap: .25rem 1rem; margin: 1.5rem 0; padding: 1rem; list-style: none; background: var(--tint); border: 1px solid transparent; border-radius: .625rem; }
.part { margin-block-start: 2rem; padding-block-start: 1.5rem; border-top: 1px solid var(--edge); }
.part .button { display: inline-block; width: auto; margin: .25rem 0 0; }
.things { margin: 0 0 .5rem; padding: 0; list-style: none; }
.things li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1rem; padding-block: .875rem; }
.thing { flex: 1 1 14rem; }
.thing .soft { display: block; font-size: .9375rem; }
.may { margin: .25rem 0 0; padding-inline-start: 1.25rem; font-size: .9375rem; }
.things .may li, .scopes .may li { display: list-item; padding: 0; border: 0; }
.here { display: inline-block; margin-inline-start: .625rem; padding-inline: .5rem; color: var(--right); background: var(--right-tint); border: 1px solid transparent; border-radius: 1rem; font-size: .875rem; }
.acts { display: flex; flex-wrap: wrap; align-items: flex-start; gap: .5rem; }
.inline { margin: 0; }
.inline button, .acts .button { display: inline-flex; align-items: center; width: auto; min-height: 2.75rem; margin: 0; padding: .5rem .875rem; font-size: .9375rem; }
.inline label { margin-block-start: .75rem; }
.inline label ~ button { margin-block-start: .75rem; }
summary { list-style: none; }
summary::-webkit-details-marker { display: none; }
details[open] { flex-basis: 100%; }
.detail { margin-block-start: 1.75rem; padding-block-start: 1.5rem; border-top: 1px solid var(--edge); font-size: .9375rem; }
.entry { margin: 0 -1rem; padding: 1.25rem 1rem; border-top: 1px solid var(--edge); scroll-margin-top: 1rem; }
h1 ~ .entry:first-of-type { margin-block-start: 1.5rem; }
.entry h2 { display: flex; flex-wrap: wrap; column-gap: .75rem; }
.entry h2 .soft { font-weight: 400; }
.entry p { margin-block-end: .25rem; }
.entry:target { background: var(--tint); border: 2px solid var(--accent); border-radius: .625rem; }
code { font: .9375em ui-monospace, Menlo, Consolas, monospace; }
@media (max-width: 30rem) {
  body { padding: 0; align-items: start; background: var(--paper); }
  main { padding: 2rem 1.25rem; border: 0; border-radius: 0; box-shadow: none; }
}
@media (prefers-contrast: more) {
  :root { --soft: var(--ink); --edge: var(--ink); --line: var(--ink); }
}
@media print {
  form, .button { display: none; }
}
`;
