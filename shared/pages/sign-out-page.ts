import { html } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import { errorUri } from '../oauth/describe-refusal.ts';
import type { Parameters } from '../oauth/parameters.ts';
import type { Reason } from '../oauth/refusal.ts';
import { formTokenField, hidden } from './field.ts';
import { formScript } from './inline-script.ts';
import type { Look } from './look.ts';
import { pageReply } from './page.ts';

export type SignOutPage = {
  /** What the client sent. The form carries it. */
  sent: Parameters;
  /** Whether it is about more than one account. */
  isAboutSeveral: boolean;
  formToken: string;
  cookies: readonly string[];
};

/** Asks the person to confirm signing out. */
export function signOutPage(look: Look, { sent, isAboutSeveral, formToken, cookies }: SignOutPage): Promise<Reply> {
  const carried = [...sent.values].flatMap(([name, values]) =>
    name === 'form_token' ? [] : values.map((value) => [name, value] as const),
  );
  return pageReply(
    look,
    200,
    look.text('signOut.title'),
    html`<h1>${look.text('signOut.question')}</h1>
<p class="soft">${isAboutSeveral ? `${look.text('signOut.several')} ` : ''}${look.text('signOut.text')}</p>
<form method="post">
${formTokenField(formToken)}${carried.map(([name, value]) => hidden(name, value))}<button type="submit">${look.text('signOut.submit')}</button>
</form>`,
    { cookies, inlineScript: formScript },
  );
}

export function signedOutPage(look: Look, cookies: readonly string[]): Promise<Reply> {
  const title = look.text('signedOut.title');
  const content = html`<h1>${title}</h1>
<p>${look.text('signedOut.text')}</p>`;
  return pageReply(look, 200, title, content, { cookies });
}

/** Tells a person that they are signed out, and why they are not sent back to the client. Repeats nothing of the request. */
export function notReturnedPage(
  look: Look,
  cookies: readonly string[],
  reason: Reason,
  issuer: string,
): Promise<Reply> {
  const title = look.text('signedOut.title');
  const content = html`<h1>${title}</h1>
<p>${look.text(reason === 'post_logout_redirect_uri_not_registered' ? 'signedOut.notReturned' : 'signedOut.appUnknown')}</p>
<p>${look.text('signedOut.text')}</p>
<p><a href="${errorUri(issuer, reason)}" hreflang="en">${look.say('error.more', { reason: html`<code>${reason}</code>` })}</a></p>`;
  return pageReply(look, 200, title, content, { cookies });
}
