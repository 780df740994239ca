import { html, raw } from 'hono/html';
import type { Markup } from './look.ts';
import type { Problem } from './problem.ts';

export type Field = {
  /** Also the id, so a page has each name once. */
  name: string;
  label: string;
  type?: 'text' | 'password' | 'email';
  value?: string | undefined;
  autocomplete: string;
  /** Characters. */
  longest: number;
  shortest?: number;
  hint?: string | undefined;
  /** Digits only, with the keyboard for them. */
  digits?: boolean;
  required?: boolean;
  /** The one field where typing goes on. */
  hasFocus?: boolean;
};

/** Names and codes are not sentences: the device corrects and capitalizes nothing. */
const asTyped = raw('autocapitalize="none" autocorrect="off" spellcheck="false"');

/** A label, its field, what helps to fill it in, and what is wrong with it. Passwords are never sent back. */
export function field(described: Field, problem?: Problem): Markup {
  const {
    name,
    label,
    type = 'text',
    value,
    autocomplete,
    longest,
    shortest,
    hint,
    digits,
    required = true,
  } = described;
  const isWrong = problem?.field === name;
  const descriptions = [
    ...(hint ? [`${name}-hint`] : []),
    ...(problem && (isWrong || described.hasFocus) ? ['problem'] : []),
  ];
  const attributes = html`${type === 'password' ? '' : html`value="${value ?? ''}" `}autocomplete="${autocomplete}" ${type === 'text' ? asTyped : ''} ${digits ? raw('inputmode="numeric"') : ''} ${shortest ? html`minlength="${shortest}"` : ''} maxlength="${longest}" ${required ? 'required' : ''} ${described.hasFocus ? 'autofocus' : ''} ${isWrong ? raw('aria-invalid="true"') : ''} ${descriptions.length > 0 ? html`aria-describedby="${descriptions.join(' ')}"` : ''}`;
  return html`<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" ${attributes}>
${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : ''}${isWrong ? html`<p class="wrong" id="problem" role="alert">${problem.text}</p>` : ''}`;
}

/** A hidden field. */
export const hidden = (name: string, value: string): Markup =>
  html`<input type="hidden" name="${name}" value="${value}">\n`;

/** The token that ties a form to this browser. */
export const formTokenField = (token: string): Markup => hidden('form_token', token);

/** A choice that the form carries only when it is made. */
export const checkbox = (name: string, label: string, hint: string | undefined, isChecked: boolean): Markup =>
  html`<label class="check" for="${name}"><input id="${name}" name="${name}" type="checkbox" value="yes" ${isChecked ? 'checked' : ''} ${hint ? html`aria-describedby="${name}-hint"` : ''}><span>${label}</span></label>
${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : ''}`;
