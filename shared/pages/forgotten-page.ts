import { html } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import { field } from './field.ts';
import { type FormPage, formReply, hiddenFields } from './form-page.ts';
import type { Look } from './look.ts';
import { noticeAbove } from './problem.ts';

export type ForgottenPage = FormPage & {
  /** What the person typed before. */
  username: string;
  /** Back to the sign-in page, with the request that is interrupted. */
  signInPath: string;
};

/** Asks whose password is lost. The form sends `username`, to the URL of the page. */
export function forgottenPage(look: Look, page: ForgottenPage): Promise<Reply> {
  const title = look.text('forgotten.title');
  const described = {
    name: 'username',
    label: look.text('signIn.usernameOrEmail'),
    value: page.username,
    autocomplete: 'username',
    longest: 254,
    hasFocus: true,
  };
  return formReply(
    look,
    page,
    title,
    html`<h1>${title}</h1>
<p class="soft">${look.text('forgotten.text')}</p>
${noticeAbove(page.problem, ['username'])}
<form method="post">
${hiddenFields(page)}${field(described, page.problem)}
<button type="submit">${look.text('forgotten.submit')}</button>
</form>
<p class="foot"><a href="${page.signInPath}">${look.text('common.cancel')}</a></p>`,
  );
}

export type VerifyPage = FormPage & { address: string };

/** Asks whether an address is the person's: a program that opens links does not answer. */
export function verifyPage(look: Look, page: VerifyPage): Promise<Reply> {
  const title = look.text('verify.title');
  return formReply(
    look,
    page,
    title,
    html`<h1>${title}</h1>
${noticeAbove(page.problem, [])}
<p>${look.say('verify.text', { address: html`<strong><bdi>${page.address}</bdi></strong>` })}</p>
<form method="post">
${hiddenFields(page)}<button type="submit">${look.text('verify.submit')}</button>
</form>`,
  );
}
