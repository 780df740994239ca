import { html } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import { hidden } from './field.ts';
import { inlineScript, once } from './inline-script.ts';
import type { Look } from './look.ts';
import { pageReply } from './page.ts';

/** Without scripts, the person presses the button. With them, it does nothing while the form is on its way: a second code is a replay. */
export const submitScript = inlineScript(
  `{\n${once}const [form] = document.forms;\n(form.requestSubmit || form.submit).call(form);\n}`,
);

/** Returns the response as a form that posts itself to the client (OAuth 2.0 Form Post Response Mode §2). */
export function formPostPage(
  look: Look,
  action: string,
  parameters: readonly (readonly [string, string])[],
): Promise<Reply> {
  const title = look.text('formPost.title');
  return pageReply(
    look,
    200,
    title,
    html`<h1>${title}</h1>
<p class="soft">${look.text('formPost.text')}</p>
<form method="post" action="${action}">
${parameters.map(([name, value]) => hidden(name, value))}<button type="submit">${look.text('common.continue')}</button>
</form>`,
    { inlineScript: submitScript },
  );
}
