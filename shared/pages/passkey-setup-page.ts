import { html } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import { field } from './field.ts';
import { type FormPage, formReply } from './form-page.ts';
import type { Look } from './look.ts';
import { type PasskeyCeremony, passkeyForm } from './passkey-form.ts';
import { noticeAbove } from './problem.ts';

export type PasskeySetupPage = FormPage & {
  ceremony: PasskeyCeremony;
  /** Whose passkey it will be, when the person is not signed in yet. */
  account?: string | undefined;
  /** What else making the passkey does. */
  warning?: string | undefined;
  /** What to do where a passkey cannot be made. Default: only says that it cannot. */
  unavailable?: string | undefined;
  /** The initial value of the field `name`. */
  suggestedName?: string | undefined;
  /** For people who do not want one now. */
  skipPath?: string | undefined;
};

/** Offers to make a passkey. The form sends `name` and `credential`. */
export function passkeySetupPage(look: Look, page: PasskeySetupPage): Promise<Reply> {
  const title = look.text('passkey.title');
  const name = field(
    {
      name: 'name',
      label: look.text('passkey.name'),
      value: page.suggestedName,
      autocomplete: 'off',
      longest: 60,
      hint: look.text('passkey.nameHint'),
    },
    page.problem,
  );
  return formReply(
    look,
    page,
    title,
    html`<h1>${title}</h1>
${page.account === undefined ? '' : html`<p class="soft">${look.say('password.chooseFor', { account: html`<strong><bdi>${page.account}</bdi></strong>` })}</p>\n`}<p class="soft">${look.text('passkey.intro')}</p>
${
  page.warning
    ? html`<p class="notice">${page.warning}</p>
`
    : ''
}${noticeAbove(page.problem, ['name'])}
<p class="notice" data-passkey-unavailable>${look.text('passkey.unavailable')}${page.unavailable === undefined ? '' : ` ${page.unavailable}`}</p>
${passkeyForm(look, page.ceremony, page.formToken, look.text('passkey.submit'), name)}
${page.skipPath ? html`<p class="foot"><a href="${page.skipPath}">${look.text('passkey.skip')}</a></p>` : ''}`,
    { scripts: [page.ceremony.script] },
  );
}
