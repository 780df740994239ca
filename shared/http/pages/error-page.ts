import { html } from 'hono/html';
import type { Refusal } from '../../oauth/refusal.ts';
import { describeRefusal, errorUri, statusOf } from '../../oauth/refusal-catalogue.ts';
import { headersOf, type Reply } from '../reply.ts';
import { pageReply } from './page.ts';

/**
 * What a person sees when there is nowhere safe to send them back to (RFC 6749 §4.1.2.1). Status 400 instead of 401:
 * it is not the person who failed to authenticate.
 */
export function errorPage(refusal: Refusal, issuer: string): Promise<Reply> {
  const status = statusOf(refusal);
  return pageReply(
    status === 401 ? 400 : status,
    'This sign-in cannot go on',
    html`<h1>This sign-in cannot go on</h1>
<p>${introduction(status)}</p>
<p class="soft">For the developer: ${describeRefusal(refusal)} <a href="${errorUri(issuer, refusal.reason)}">${refusal.reason}</a></p>`,
    { headers: headersOf(refusal) },
  );
}

const introduction = (status: number): string =>
  status >= 500
    ? 'Something on our side did not work. Wait a moment, go back to the app and try again.'
    : 'The app that sent you here made a request we cannot trust, so you were not signed in. Go back to the app and try again; if it happens again, tell the people who make it.';
