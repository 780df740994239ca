import { html } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import { field } from './field.ts';
import { type FormPage, formReply, hiddenFields } from './form-page.ts';
import type { Look } from './look.ts';
import { noticeAbove } from './problem.ts';

type AskNamePage = FormPage & {
  /** What the person typed before. */
  username: string;
  /** Back to the sign-in page, with the request that is interrupted. */
  signInPath: string;
};

const asking = {
  forgotten: { title: 'forgotten.title', text: 'forgotten.text', submit: 'forgotten.submit' },
  mailCode: { title: 'mailCode.title', text: 'mailCode.text', submit: 'mailCode.submit' },
} as const;

/** Asks whose password is lost, or who wants a code. The form sends `username`, to the URL of the page. */
export function askNamePage(look: Look, purpose: keyof typeof asking, page: AskNamePage): Promise<Reply> {
  const { text, submit, ...said } = asking[purpose];
  const title = look.text(said.title);
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
<p class="soft">${look.text(text)}</p>
${noticeAbove(page.problem, ['username'])}
<form method="post">
${hiddenFields(page)}${field(described, page.problem)}
<button type="submit">${look.text(submit)}</button>
</form>
<p class="foot"><a href="${page.signInPath}">${look.text('common.cancel')}</a></p>`,
  );
}

/** Asks for the code of the mail. The form sends `code`, or `again` to ask for another one. */
export function mailCodePage(look: Look, page: FormPage & Pick<AskNamePage, 'signInPath'>): Promise<Reply> {
  const title = look.text('mailCode.enterTitle');
  const described = {
    name: 'code',
    label: look.text('code.label'),
    autocomplete: 'one-time-code',
    longest: 12,
    digits: true,
    hasFocus: true,
  };
  return formReply(
    look,
    page,
    title,
    html`<h1>${title}</h1>
<p class="soft">${look.text('mailCode.enterText')}</p>
${noticeAbove(page.problem, ['code'])}
<form method="post">
${hiddenFields(page)}${field(described, page.problem)}
<button type="submit">${look.text('common.continue')}</button>
</form>
<form method="post">
${hiddenFields(page)}<button type="submit" class="second" name="again" value="yes">${look.text('mailCode.again')}</button>
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
