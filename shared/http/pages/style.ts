import { hash } from 'node:crypto';

/** The one stylesheet, in the page itself: no second request, and the page looks right whatever else fails. */
export const stylesheet = `
:root { color-scheme: light dark; --ink: #16181d; --soft: #5a6072; --paper: #ffffff; --ground: #f3f4f7; --line: #8a90a2; --accent: #3446c9; --on-accent: #ffffff; --wrong: #b3161f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eceef4; --soft: #a9b0c3; --paper: #1b1e27; --ground: #101219; --line: #7a8196; --accent: #aab5ff; --on-accent: #10121c; --wrong: #ff9a9a; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 25rem; padding: 2rem 1.5rem; background: var(--paper); border-radius: 1rem; box-shadow: 0 1px 3px rgb(0 0 0 / .2); overflow-wrap: anywhere; }
main.wide { max-width: 48rem; }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 2rem 0 .25rem; font-size: 1.05rem; }
p { margin: .25rem 0 1rem; }
.soft { color: var(--soft); }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input { width: 100%; padding: .7rem .8rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: .5rem; }
input[aria-invalid="true"] { border: 2px solid var(--wrong); }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.wrong { margin: .4rem 0 0; color: var(--wrong); font-weight: 600; }
button { width: 100%; margin-top: 1.5rem; padding: .8rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 0; border-radius: .5rem; cursor: pointer; }
a { color: var(--accent); }
code { font-size: .9em; }
`;

/** What the Content-Security-Policy lets pass: this stylesheet and no other. */
export const stylesheetSource = `'sha256-${hash('sha256', stylesheet, 'base64')}'`;
