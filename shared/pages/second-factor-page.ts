import { html } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import { field } from './field.ts';
import { type FormPage, formReply, hiddenFields } from './form-page.ts';
import type { Look } from './look.ts';
import { noticeAbove } from './problem.ts';

export type SecondFactorPage = FormPage & {
  /** What to ask for: a code of the authenticator app or a recovery code. The form sends either as `code`. */
  kind: 'code' | 'recovery';
  /** Who signs in, as they typed it. */
  account?: string | undefined;
  /** Leads to the page for the other kind. */
  otherPath?: string | undefined;
};

/** Asks for the second factor after the password. */
export function secondFactorPage(look: Look, page: SecondFactorPage): Promise<Reply> {
  const { kind, account, problem, otherPath } = page;
  const isCode = kind === 'code';
  const title = look.text(isCode ? 'code.title' : 'recovery.title');
  const codeIntro =
    account === undefined
      ? look.text('code.intro')
      : look.say('code.introAccount', { account: html`<strong><bdi>${account}</bdi></strong>` });
  return formReply(
    look,
    page,
    title,
    html`<h1>${title}</h1>
<p class="soft">${isCode ? codeIntro : look.text('recovery.intro')}</p>
${noticeAbove(problem, ['code'])}
<form method="post">
${hiddenFields(page)}${field(
  isCode
    ? {
        name: 'code',
        label: look.text('code.label'),
        autocomplete: 'one-time-code',
        longest: 12,
        digits: true,
        hasFocus: true,
      }
    : { name: 'code', label: look.text('recovery.label'), autocomplete: 'off', longest: 60, hasFocus: true },
  problem,
)}
<button type="submit">${look.text('common.continue')}</button>
</form>
${otherPath ? html`<p class="foot"><a href="${otherPath}">${look.text(isCode ? 'code.toRecovery' : 'recovery.toCode')}</a></p>` : ''}`,
  );
}
