import { html, raw } from 'hono/html';
import { briefTime } from '../../time.ts';
import { hidden } from '../field.ts';
import type { Markup } from '../look.ts';

/*
 * Pieces of the pages of the console. Everything that a client, a person or a log says is text, wherever it stands.
 */

/** What stands in a cell or beside a term. */
export type Content = Markup | string;

export type Column = { title: string; isNumber?: boolean };

/** A table that scrolls by itself where it is too wide. The first cell of a row is its head. */
export const table = (label: string, columns: readonly (Column | string)[], rows: readonly (readonly Content[])[]) =>
  html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${columns.map(described).map(({ title, isNumber }) => html`<th scope="col"${numberClass(isNumber)}>${title}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) => html`<tr>${row.map((cell, at) =>
    at === 0
      ? html`<th scope="row">${cell}</th>`
      : html`<td${numberClass(columns.map(described)[at]?.isNumber)}>${cell}</td>`,
  )}</tr>
`,
)}</tbody>
</table></div>`;

const described = (column: Column | string): Column => (typeof column === 'string' ? { title: column } : column);

const numberClass = (isNumber = false) => raw(isNumber ? ' class="number"' : '');

/** Terms with what is said about each. Leaves out those without. */
export const facts = (pairs: readonly (readonly [term: string, said: Content | undefined])[]): Markup =>
  html`<dl class="facts">
${pairs.map(([term, said]) => (said === undefined || said === '' ? '' : html`<dt>${term}</dt><dd>${said}</dd>\n`))}</dl>`;

/** Figures for a glance. `hint` is for what the number alone does not say. */
export const tiles = (all: readonly { name: string; value: Content; hint?: Content | undefined }[]): Markup =>
  html`<dl class="tiles">
${all.map(({ name, value, hint }) => html`<div class="tile"><dt>${name}${hint ? html`<span class="hint"><br>${hint}</span>` : ''}</dt><dd>${value}</dd></div>\n`)}</dl>`;

export const card = (title: string, content: Content): Markup => html`<section class="card">
<h2>${title}</h2>
${content}
</section>`;

export const number = (value: number): string => value.toLocaleString('en');

/** `1 client`, `1,200 clients`. */
export const plural = (count: number, one: string, more = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : more}`;

/** A moment in UTC, to the minute. Epoch seconds. */
export const moment = (time: number): Markup =>
  html`<time class="when" datetime="${new Date(time * 1_000).toISOString()}">${briefTime(time)}</time>`;

export const badge = (text: string, kind: 'good' | 'bad' | '' = ''): Markup =>
  html`<span class="badge${kind === '' ? '' : ` ${kind}`}">${text}</span>`;

/** A notice above everything else. */
export const notice = (kind: 'wrong' | 'done' | 'warn', content: Content): Markup =>
  html`<div class="notice${kind === 'wrong' ? '' : ` ${kind}`}" role="${kind === 'wrong' ? 'alert' : 'status'}">${content}</div>`;

export type Option = { value: string; text: string };

/** A list to choose from, with its label. */
export const select = (name: string, label: string, options: readonly Option[], chosen: string | undefined): Markup =>
  html`<div><label for="${name}">${label}</label>
<select id="${name}" name="${name}">${options.map(({ value, text }) => html`<option value="${value}"${value === (chosen ?? options[0]?.value) ? raw(' selected') : ''}>${text}</option>`)}</select></div>`;

export type Entry = {
  name: string;
  label: string;
  value?: string | undefined;
  hint?: string | undefined;
  isRequired?: boolean;
  longest?: number;
  type?: 'text' | 'date' | 'search';
  /** What is wrong with it. */
  problem?: string | undefined;
};

/** A field of one line. */
export const entry = ({
  name,
  label,
  value = '',
  hint,
  isRequired = false,
  longest = 1_000,
  type = 'text',
  problem,
}: Entry): Markup =>
  html`<div><label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" value="${value}" maxlength="${longest}" autocomplete="off" autocapitalize="none" spellcheck="false"${isRequired ? raw(' required') : ''}${told(name, hint, problem)}>${remarks(name, hint, problem)}</div>`;

/** A field of several lines. */
export const lines = ({ name, label, value = '', hint, isRequired = false, longest = 4_000, problem }: Entry): Markup =>
  html`<div><label for="${name}">${label}</label>
<textarea id="${name}" name="${name}" maxlength="${longest}" autocomplete="off" autocapitalize="none" spellcheck="false"${isRequired ? raw(' required') : ''}${told(name, hint, problem)}>${value}</textarea>${remarks(name, hint, problem)}</div>`;

const told = (name: string, hint: string | undefined, problem: string | undefined): Content => {
  const by = [...(hint ? [`${name}-hint`] : []), ...(problem ? [`${name}-problem`] : [])];
  return html`${problem ? raw(' aria-invalid="true"') : ''}${by.length > 0 ? html` aria-describedby="${by.join(' ')}"` : ''}`;
};

const remarks = (name: string, hint: string | undefined, problem: string | undefined): Content =>
  html`${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : ''}${problem ? html`<p class="wrong" id="${name}-problem">${problem}</p>` : ''}`;

/** What every form that changes something asks for, and what it was made from. */
export type WriteForm = {
  formToken: string;
  version?: number | undefined;
  why?: string | undefined;
  problem?: string | undefined;
};

/** The hidden part of such a form. */
export const carried = ({ formToken, version }: Pick<WriteForm, 'formToken' | 'version'>): Markup =>
  html`${hidden('form_token', formToken)}${version === undefined ? '' : hidden('version', String(version))}`;

/** The reason for a change. `id` tells several forms of one page apart. */
export const reason = ({ why, problem }: Pick<WriteForm, 'why' | 'problem'>, id = 'why'): Markup => {
  const described = problem ? html` aria-invalid="true" aria-describedby="${id}-problem"` : '';
  return html`<div><label for="${id}">Reason, for the change log</label>
<input id="${id}" name="why" value="${why ?? ''}" maxlength="500" autocomplete="off" required${described}>${problem ? html`<p class="wrong" id="${id}-problem">${problem}</p>` : ''}</div>`;
};
