import { hash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import { hidden } from './field.ts';
import type { Look } from './look.ts';
import { pageReply } from './page.ts';

/**
 * The only inline script of our pages, allowed in the Content-Security-Policy by its hash. Without scripts, the person presses
 * the button.
 */
const submit = 'document.forms[0].submit()';
const inlineScript = `'sha256-${hash('sha256', submit, 'base64')}'` as const;

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
</form>
<script>${raw(submit)}</script>`,
    { inlineScript },
  );
}
