import { html, raw } from 'hono/html';
import type { Look, Markup } from './look.ts';
import type { Problem } from './problem.ts';

export type Field = {
  /** Also used as the id, so it must be unique in the page. */
  name: string;
  label: string;
  type?: 'text' | 'password' | 'email';
  value?: string | undefined;
  autocomplete: string;
  /** Characters. */
  longest: number;
  shortest?: number;
  hint?: string | undefined;
  /** Accepts digits only, and shows the numeric keyboard. */
  digits?: boolean;
  required?: boolean;
  /** The words of the button with which a script lets people see what they type. Without the script there is none. */
  reveal?: { show: string; hide: string } | undefined;
  /** Has the focus when the page opens. At most one field per page. */
  hasFocus?: boolean;
};

/** Keeps devices from correcting or capitalizing names and codes. */
const asTyped = raw('autocapitalize="none" autocorrect="off" spellcheck="false"');

/** Returns a label with its field, its hint and its problem. Passwords are never sent back. */
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
    reveal,
  } = described;
  const isWrong = problem?.field === name;
  const descriptions = [
    ...(hint ? [`${name}-hint`] : []),
    ...(problem && (isWrong || described.hasFocus) ? ['problem'] : []),
  ];
  const attributes = html`${type === 'password' ? '' : html`value="${value ?? ''}" `}autocomplete="${autocomplete}" ${type === 'email' ? '' : asTyped} ${reveal ? html`data-show="${reveal.show}" data-hide="${reveal.hide}"` : ''} ${digits ? raw('inputmode="numeric"') : ''} ${shortest ? html`minlength="${shortest}"` : ''} maxlength="${longest}" ${required ? 'required' : ''} ${described.hasFocus ? 'autofocus' : ''} ${isWrong ? raw('aria-invalid="true"') : ''} ${descriptions.length > 0 ? html`aria-describedby="${descriptions.join(' ')}"` : ''}`;
  return html`<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" ${attributes}>
${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : ''}${isWrong ? html`<p class="wrong" id="problem" role="alert">${problem.text}</p>` : ''}`;
}

/** The words of the button beside every password. */
export const revealIn = (look: Look): NonNullable<Field['reveal']> => ({
  show: look.text('signIn.showPassword'),
  hide: look.text('signIn.hidePassword'),
});

export const hidden = (name: string, value: string): Markup =>
  html`<input type="hidden" name="${name}" value="${value}">\n`;

/** Returns the hidden field with the token that ties a form to this browser. */
export const formTokenField = (token: string): Markup => hidden('form_token', token);

/** Returns a checkbox, which the form sends only when it is checked. */
export const checkbox = (name: string, label: string, hint: string | undefined, isChecked: boolean): Markup =>
  html`<label class="check" for="${name}"><input id="${name}" name="${name}" type="checkbox" value="yes" ${isChecked ? 'checked' : ''} ${hint ? html`aria-describedby="${name}-hint"` : ''}><span>${label}</span></label>
${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : ''}`;
