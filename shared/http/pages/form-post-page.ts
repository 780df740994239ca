import { hash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { Reply } from '../reply.ts';
import { contentSecurityPolicy, pageReply } from './page.ts';

/** The only script on our pages, known to the Content-Security-Policy by its hash. Without it the person presses the button. */
const submit = 'document.forms[0].submit()';
const scriptSource = `script-src 'sha256-${hash('sha256', submit, 'base64')}'`;

/** OAuth 2.0 Form Post Response Mode §2: the answer as a form that posts itself to the client. */
export function formPostPage(action: string, parameters: readonly (readonly [string, string])[]): Promise<Reply> {
  return pageReply(
    200,
    'Going back to the app',
    html`<h1>Going back to the app</h1>
<p class="soft">This takes a moment. If nothing happens, press the button.</p>
<form method="post" action="${action}">
${parameters.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`)}<button type="submit">Continue</button>
</form>
<script>${raw(submit)}</script>`,
    { headers: { 'content-security-policy': `${contentSecurityPolicy}; ${scriptSource}` } },
  );
}
