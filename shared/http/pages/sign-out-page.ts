import { html } from 'hono/html';
import type { Parameters } from '../../oauth/parameters.ts';
import type { Reply } from '../reply.ts';
import { pageReply } from './page.ts';

/** Asks whether the person means it. The form carries on what the client sent. */
export function signOutPage(sent: Parameters, formToken: string, cookies: string[]): Promise<Reply> {
  const carried = [...sent.values].flatMap(([name, values]) =>
    name === 'form_token' ? [] : values.map((value) => [name, value]),
  );
  return pageReply(
    200,
    'Sign out',
    html`<h1>Sign out?</h1>
<p class="soft">You will have to enter your password the next time an app asks you to sign in. To stay signed in, close this page.</p>
<form method="post">
<input type="hidden" name="form_token" value="${formToken}">
${carried.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`)}<button type="submit">Sign out</button>
</form>`,
    { cookies },
  );
}

export const signedOutPage = (cookies: string[]): Promise<Reply> =>
  pageReply(
    200,
    'You are signed out',
    html`<h1>You are signed out</h1>
<p>You can close this page. Apps that you used before may still know you until you sign out of them as well.</p>`,
    { cookies },
  );
