import { html } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import { type FormPage, formReply, hiddenFields } from './form-page.ts';
import type { Look } from './look.ts';

export type ChangeAccountPage = FormPage & {
  /** The name of the account that is signed in, and of the one to continue with. */
  current: string;
  account: string;
  /** The provider that says so. */
  providerName: string;
  /** Where the form goes. */
  confirmPath: string;
  /** Goes on with the account that is signed in. */
  stayPath: string;
};

/** Asks somebody who is signed in whether to continue with another account. The form sends what it carries. */
export function changeAccountPage(look: Look, page: ChangeAccountPage): Promise<Reply> {
  const title = look.text('change.title');
  const current = html`<bdi>${page.current}</bdi>`;
  const account = html`<bdi>${page.account}</bdi>`;
  const told = {
    current: html`<strong>${current}</strong>`,
    account: html`<strong>${account}</strong>`,
    provider: html`<bdi>${page.providerName}</bdi>`,
  };
  return formReply(
    look,
    page,
    title,
    html`<h1>${title}</h1>
<p class="soft">${look.say('change.text', told)}</p>
<form method="post" action="${page.confirmPath}">
${hiddenFields(page)}<button type="submit">${look.say('change.submit', { account })}</button>
</form>
<p class="foot"><a href="${page.stayPath}">${look.say('change.stay', { current })}</a></p>`,
  );
}
