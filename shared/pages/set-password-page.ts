import { html } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import { field, revealIn } from './field.ts';
import { type FormPage, formReply, hiddenFields } from './form-page.ts';
import type { Look, Markup } from './look.ts';
import type { PageScript } from './page.ts';
import { noticeAbove } from './problem.ts';

export type SetPasswordPage = FormPage & {
  /** `first`: by invitation, or when the account has no password. `change`: also asks for `current_password`. */
  purpose: 'first' | 'change';
  /** The sign-in name, for the person and their password manager. */
  account: string;
  /** Characters. */
  minimumLength: number;
  /** An alternative to a password: a form from {@link passkeyForm} that makes a passkey. */
  alternative?: Markup | undefined;
  /** What else saving the password does. */
  warning?: string | undefined;
  scripts?: readonly PageScript[];
  cancelPath?: string | undefined;
};

/** Asks for a new `password`, and with `change` also for `current_password`. */
export function setPasswordPage(look: Look, page: SetPasswordPage): Promise<Reply> {
  const { purpose, account, minimumLength, problem, scripts = [] } = page;
  const isChange = purpose === 'change';
  const title = look.text(isChange ? 'password.change' : 'password.choose');
  return formReply(
    look,
    page,
    title,
    html`<h1>${title}</h1>
<p class="soft">${look.say(isChange ? 'account.signedInAs' : 'password.chooseFor', { account: html`<strong><bdi>${account}</bdi></strong>` })}</p>
${
  page.warning
    ? html`<p class="notice">${page.warning}</p>
`
    : ''
}${noticeAbove(problem, ['password', 'current_password'])}
<form method="post">
${hiddenFields(page)}<input name="username" value="${account}" autocomplete="username" readonly hidden>
${isChange ? field({ name: 'current_password', label: look.text('password.current'), type: 'password', autocomplete: 'current-password', longest: 1_024, reveal: revealIn(look), hasFocus: problem?.field !== 'password' }, problem) : ''}
${newPasswordField(look, minimumLength, !isChange || problem?.field === 'password', problem)}
<button type="submit">${look.text('password.submit')}</button>
</form>
${page.alternative ? html`<p class="or" data-passkey-available hidden><span>${look.text('common.or')}</span></p>${page.alternative}` : ''}
${page.cancelPath ? html`<p class="foot"><a href="${page.cancelPath}">${look.text('common.cancel')}</a></p>` : ''}`,
    { scripts },
  );
}

/** Returns the field for a new password. Shows the rule before it is broken. */
export const newPasswordField = (
  look: Look,
  minimumLength: number,
  hasFocus: boolean,
  problem: FormPage['problem'],
): Markup =>
  field(
    {
      name: 'password',
      label: look.text('password.new'),
      type: 'password',
      autocomplete: 'new-password',
      shortest: minimumLength,
      longest: 1_024,
      reveal: revealIn(look),
      hint: look.text('password.rule', { count: String(minimumLength) }),
      hasFocus,
    },
    problem,
  );
