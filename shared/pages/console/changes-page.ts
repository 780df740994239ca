import { html } from 'hono/html';
import type { Change } from '../../clients/change.ts';
import { briefTime } from '../../time.ts';
import { changeDifferences, changeSubject, changeTable, differenceTable } from './change-parts.ts';
import type { ConsolePage } from './console-page.ts';
import { asked } from './links.ts';
import { card, carried, entry, facts, moment, notice, reason, type WriteForm } from './parts.ts';

/** The change log, the latest first. `next`: the last change of this page, if there are more. `wrong`: what is, in what was asked for. */
export const changesPage = (
  changes: readonly Change[],
  { client, next, wrong = [] }: { client?: string | undefined; next?: string | undefined; wrong?: readonly string[] },
): ConsolePage => ({
  title: 'Change log',
  place: 'changes',
  status: wrong.length === 0 ? 200 : 400,
  content: html`<h1>Change log</h1>
${wrong.length === 0 ? '' : notice('wrong', wrong.join(' '))}
<p class="lead">Who changed what, when and why, from the console, the command line and the management API.</p>
<form class="filter" method="get">
${entry({ name: 'client', label: 'Client', value: client, longest: 255, type: 'search' })}
<div><button class="second">Filter</button></div>
</form>
<section class="card">${changes.length === 0 ? html`<p>There is no such change.</p>` : changeTable('Changes', changes)}
${next === undefined ? '' : html`<p><a href="${asked('changes', { client, after: next })}">Earlier changes</a></p>`}</section>`,
});

export type ChangeData = {
  change: Change;
  /** Whether this console can take it back: a change of a client or of the policy that added, changed or removed something. */
  mayRollBack: boolean;
  form: WriteForm;
};

/** One change, and the way back. */
export function changePage({ change, mayRollBack, form }: ChangeData): ConsolePage {
  const found = changeDifferences(change);
  return {
    title: `Change of ${briefTime(change.at)}`,
    place: 'changes',
    status: form.problem === undefined ? 200 : 409,
    content: html`<h1>A change</h1>
${form.problem === undefined ? '' : notice('wrong', form.problem)}
${card(
  'What was done',
  html`${facts([
    ['Of', changeSubject(change)],
    ['When', moment(change.at)],
    ['By', change.by],
    ['Why', change.why],
    ['Id', html`<code>${change.id}</code>`],
  ])}
${found.length === 0 ? html`<p>No member changed.</p>` : differenceTable('Changed members', found)}`,
)}
${mayRollBack ? card('Roll it back', rollBackForm(form)) : ''}`,
  };
}

const rollBackForm = (form: WriteForm) =>
  html`<p>This puts back what was there before, as a new change. If somebody has changed the same members since, nothing is written.</p>
<form method="post">${carried(form)}
${reason({ why: form.why })}
<button>Roll back</button></form>`;
