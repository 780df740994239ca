import { html } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import { type FormPage, formReply, hiddenFields } from './form-page.ts';
import type { Look } from './look.ts';
import { noticeAbove } from './problem.ts';

export type AskPage = FormPage & {
  title: string;
  text: string;
  warning?: string | undefined;
  submit: string;
  cancelPath?: string | undefined;
};

/** Asks a person whether they mean it. The form sends nothing else. */
export const askPage = (look: Look, page: AskPage): Promise<Reply> =>
  formReply(
    look,
    page,
    page.title,
    html`<h1>${page.title}</h1>
${noticeAbove(page.problem, [])}
<p>${page.text}</p>
${
  page.warning
    ? html`<p class="notice">${page.warning}</p>
`
    : ''
}<form method="post">
${hiddenFields(page)}<button type="submit">${page.submit}</button>
</form>
${page.cancelPath ? html`<p class="foot"><a href="${page.cancelPath}">${look.text('common.cancel')}</a></p>` : ''}`,
  );
