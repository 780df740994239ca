import { html } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import { type FormPage, formReply, hiddenFields } from './form-page.ts';
import type { Look } from './look.ts';
import { noticeAbove } from './problem.ts';

export type ChooseAccountPage = FormPage & {
  /** The client the person came from, if known. */
  clientName?: string | undefined;
  /** The accounts signed in in this browser: the `value` that the button sends, a name, and a detail that distinguishes equal names. */
  accounts: readonly { value: string; name: string; detail?: string | undefined }[];
};

/** Asks which account to continue with. The form sends `account`: one of the values, or `new`. */
export function chooseAccountPage(look: Look, page: ChooseAccountPage): Promise<Reply> {
  const title = look.text('choose.title');
  const client = page.clientName === undefined ? undefined : html`<strong><bdi>${page.clientName}</bdi></strong>`;
  return formReply(
    look,
    page,
    title,
    html`<h1>${title}</h1>
<p class="soft">${client ? look.say('choose.introClient', { client }) : look.text('choose.intro')}</p>
${noticeAbove(page.problem, [])}
<form method="post" class="stack">
${hiddenFields(page)}${page.accounts.map(
  ({ value, name, detail }) =>
    html`<button type="submit" class="second account" name="account" value="${value}"><span class="initial" aria-hidden="true">${initialOf(name)}</span><span><bdi>${name}</bdi>${detail ? html` <span class="soft"><bdi>${detail}</bdi></span>` : ''}</span></button>\n`,
)}<button type="submit" class="second account" name="account" value="new"><span class="initial" aria-hidden="true">+</span><span>${look.text('choose.new')}</span></button>
</form>`,
  );
}

/** Returns the whole first letter: with its accents, and never half of a surrogate pair. */
const initialOf = (name: string): string => {
  const [first] = new Intl.Segmenter().segment(name.trim().slice(0, 40));
  return (first?.segment ?? '').toLocaleUpperCase();
};
