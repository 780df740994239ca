import { html } from 'hono/html';
import { type Change, isImport, subjectOf } from '../../clients/change.ts';
import { type Difference, differences, documentsOf } from '../../clients/roll-back.ts';
import type { Markup } from '../look.ts';
import { changePath, clientLink, personPath } from './links.ts';
import { type Content, moment, notice, table } from './parts.ts';

/** What a change is about, as a link where there is a page for it. */
export function changeSubject(change: Change): Content {
  if (change.client !== undefined && !isImport(change)) return clientLink(change.client);
  if (change.account !== undefined) return html`<a href="${personPath(change.account)}">${subjectOf(change)}</a>`;
  return subjectOf(change);
}

/** What a change did, member by member. */
export function changeDifferences(change: Change): Difference[] {
  const { before, after } = documentsOf(change);
  return differences(before, after);
}

/** In a few words: `added`, `removed`, or the members. */
function briefly(change: Change): string {
  if (isImport(change)) return change.outcome ?? 'not finished';
  const { before, after } = documentsOf(change);
  if (change.account !== undefined) return typeof after?.['did'] === 'string' ? after['did'] : '';
  if (before === undefined) return 'added';
  if (after === undefined) return 'removed';
  return differences(before, after)
    .map(({ member }) => member)
    .join(', ');
}

export const changeTable = (label: string, changes: readonly Change[]): Markup =>
  table(
    label,
    ['When', 'What', 'Who', 'Changed', 'Why'],
    changes.map((change) => [
      html`<a href="${changePath(change.id)}">${moment(change.at)}</a>`,
      changeSubject(change),
      change.by,
      briefly(change),
      change.why,
    ]),
  );

export const differenceTable = (label: string, found: readonly Difference[]): Markup =>
  table(
    label,
    ['Member', 'Before', 'After'],
    found.map(({ member, before, after }) => [html`<code>${member}</code>`, shown(before), shown(after)]),
  );

/** A value of a document, as people read it. */
export function shown(value: unknown): Content {
  if (value === undefined) return html`<span class="soft">not set</span>`;
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ');
  return JSON.stringify(value);
}

/** Tells whoever was slower what the others did, and that nothing of it is lost. */
export const changedMeanwhile = (subject: string, changes: readonly Change[]): Markup =>
  html`${notice(
    'wrong',
    html`<p><strong>Somebody else changed ${subject} since you opened this page.</strong></p>
<p>Nothing of theirs was overwritten, and nothing of yours was written. This is what they changed; the form below has what you entered, on top of how it is now.</p>`,
  )}
<section class="card"><h2>Changed meanwhile</h2>
${changes.length === 0 ? html`<p>The change log has it.</p>` : ''}
${changes.map(
  (change) => html`<h3><a href="${changePath(change.id)}">${moment(change.at)}</a> by ${change.by}</h3>
<p>${change.why}</p>
${differenceTable(`Changed by ${change.by}`, changeDifferences(change))}`,
)}</section>`;
