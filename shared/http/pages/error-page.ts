import { html } from 'hono/html';
import type { Reason, Refusal } from '../../oauth/refusal.ts';
import { describeRefusal, errorUri, statusOf } from '../../oauth/refusal-catalogue.ts';
import { headersOf, type Reply } from '../reply.ts';
import { pageReply } from './page.ts';

/**
 * What a person sees when there is nowhere safe to send them back to (RFC 6749 §4.1.2.1). Status 400 instead of 401:
 * it is not the person who failed to authenticate. Nothing of the request is repeated.
 */
export function errorPage(refusal: Refusal, issuer: string): Promise<Reply> {
  const status = statusOf(refusal);
  const { title, happened, advice } = status >= 500 ? ourFault : { ...theirFault, ...toldApart[refusal.reason] };
  return pageReply(
    status === 401 ? 400 : status,
    title,
    html`<h1>${title}</h1>
<p>${happened}</p>
<p>${advice}</p>
<section class="detail">
<h2>For the people who make the app</h2>
<p class="soft">${describeRefusal(refusal)}</p>
<p><a href="${errorUri(issuer, refusal.reason)}">More about <code>${refusal.reason}</code></a></p>
</section>`,
    { headers: headersOf(refusal) },
  );
}

type Words = { title: string; happened: string; advice: string };

const ourFault: Words = {
  title: 'Something went wrong here',
  happened: 'You did nothing wrong, and neither did the app.',
  advice: 'Wait a moment, then go back to the app and try again.',
};

const theirFault: Words = {
  title: 'You cannot sign in from here',
  happened: 'The app sent us a request that we cannot trust, so we did not sign you in.',
  advice: 'Go back to the app and try again. If you end up here once more, tell the people who make the app.',
};

const unknownAddress: Partial<Words> = {
  happened:
    'The app did not say where to send you afterwards, or named an address that we do not know. To keep your account safe, we did not sign you in.',
};

/** Reasons that mean more to the person than a request that is wrong. */
const toldApart: Partial<Record<Reason, Partial<Words>>> = {
  client_unknown: { happened: 'We do not know the app that sent you here, so we did not sign you in.' },
  client_disabled: {
    happened: 'Signing in to this app is switched off.',
    advice: 'The people who make the app can tell you why, and for how long.',
  },
  redirect_uri_missing: unknownAddress,
  redirect_uri_not_registered: unknownAddress,
};
