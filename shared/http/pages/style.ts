import { hash } from 'node:crypto';

/*
 * Text has at least 4.5 times the luminance of what it stands on, outlines 3 times (WCAG 2.2 §1.4.3, §1.4.11). Borders that
 * cannot be seen are there for forced colors, which take backgrounds and shadows away and give every border a color.
 */

/** The one stylesheet, in the page itself: no second request, and the page looks right whatever else fails. */
export const stylesheet = `
:root { color-scheme: light dark; --ink: #15171e; --soft: #565d70; --paper: #ffffff; --ground: #f2f4f8; --tint: #eef0fb; --edge: #dde1ea; --line: #838a9d; --accent: #3446c9; --accent-deep: #2735a3; --on-accent: #ffffff; --wrong: #b3161f; --wrong-tint: #fdf0f0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eceef4; --soft: #a8afc2; --paper: #191c25; --ground: #0f1117; --tint: #232840; --edge: #2e3342; --line: #7b8299; --accent: #aab5ff; --accent-deep: #c6ceff; --on-accent: #12142b; --wrong: #ffa0a0; --wrong-tint: #351c22; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; min-height: 100svh; display: grid; align-items: center; justify-items: center; padding: 2rem 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 26rem; padding: 2.5rem; background: var(--paper); border: 1px solid var(--edge); border-radius: 1rem; box-shadow: 0 1px 2px rgb(16 20 40 / .06), 0 12px 32px rgb(16 20 40 / .08); overflow-wrap: anywhere; }
main.wide { max-width: 48rem; }
.mark { display: block; width: 2.75rem; height: 2.75rem; margin-bottom: 1.5rem; }
.mark rect { fill: var(--accent); }
.mark path { fill: var(--on-accent); }
h1 { margin: 0 0 .5rem; font-size: 1.625rem; line-height: 1.2; letter-spacing: -.01em; text-wrap: balance; }
h2 { margin: 0 0 .25rem; font-size: 1rem; line-height: 1.5; }
p { margin: 0 0 .75rem; }
p:last-child { margin-bottom: 0; }
.soft { color: var(--soft); }
strong { color: var(--ink); }
form { margin-top: 1.75rem; }
label { display: block; margin: 1.25rem 0 .375rem; font-weight: 600; }
input { width: 100%; min-height: 3rem; padding: .625rem .875rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: .625rem; }
input[aria-invalid="true"] { border: 2px solid var(--wrong); padding: .5625rem .8125rem; }
button { display: block; width: 100%; min-height: 3rem; margin-top: 1.75rem; padding: .625rem 1rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 1px solid transparent; border-radius: .625rem; cursor: pointer; }
button:hover { background: var(--accent-deep); }
a { color: var(--accent); text-underline-offset: .2em; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
input[aria-invalid="true"]:focus-visible { outline-color: var(--wrong); }
.wrong { margin: .5rem 0 0; color: var(--wrong); font-size: .9375rem; font-weight: 600; }
.notice { margin: 1.5rem 0 0; padding: .75rem 1rem; color: var(--wrong); background: var(--wrong-tint); border: 1px solid var(--wrong); border-radius: .625rem; font-size: .9375rem; }
.detail { margin-top: 1.75rem; padding-top: 1.5rem; border-top: 1px solid var(--edge); font-size: .9375rem; }
.entry { margin: 0 -1rem; padding: 1.25rem 1rem; border-top: 1px solid var(--edge); scroll-margin-top: 1rem; }
h1 ~ .entry:first-of-type { margin-top: 1.5rem; }
.entry h2 { display: flex; flex-wrap: wrap; column-gap: .75rem; }
.entry h2 .soft { font-weight: 400; }
.entry p { margin-bottom: .25rem; }
.entry:target { background: var(--tint); border: 2px solid var(--accent); border-radius: .625rem; }
code { font: .9375em ui-monospace, Menlo, Consolas, monospace; }
@media (max-width: 30rem) {
  body { padding: 0; align-items: start; background: var(--paper); }
  main { padding: 2rem 1.25rem; border: 0; border-radius: 0; box-shadow: none; }
}
`;

/** What the Content-Security-Policy lets pass: this stylesheet and no other. */
export const stylesheetSource = `'sha256-${hash('sha256', stylesheet, 'base64')}'`;
