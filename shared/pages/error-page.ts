import { html } from 'hono/html';
import { headersOf, type Reply } from '../http/reply.ts';
import { describeRefusal, errorUri, statusOf } from '../oauth/describe-refusal.ts';
import type { Reason, Refusal } from '../oauth/refusal.ts';
import type { Look } from './look.ts';
import { pageReply } from './page.ts';
import { isAboutPerson, isUnreadable, problemOf } from './problem.ts';
import type { TextKey } from './texts/en.ts';

/** A page of ours that somebody is at: what it is about, and where it opens again. */
export type OwnPage = {
  title: Exclude<TextKey & `${string}itle`, 'common.errorTitle' | 'consent.title'>;
  path: string;
};

/**
 * Tells a person about a refusal when there is nowhere safe to redirect to (RFC 6749 §4.1.2.1). Has status 400 instead of 401,
 * because it was not the person who failed to authenticate. Repeats nothing of the request. `page`: where no app is to blame for it.
 */
export function errorPage(refusal: Refusal, issuer: string, look: Look, page?: OwnPage): Promise<Reply> {
  const status = statusOf(refusal);
  const keys = keysOf(refusal, status, page);
  const title = look.text(keys.title);
  const happened = keys.text === undefined ? problemOf(refusal, look).text : look.text(keys.text);
  return pageReply(
    look,
    status === 401 ? 400 : status,
    title,
    html`<h1>${title}</h1>
<p>${happened}</p>
${keys.advice ? html`<p>${look.text(keys.advice)}</p>\n` : ''}${page ? html`<p><a href="${page.path}">${look.text('error.again')}</a></p>\n` : ''}<section class="detail">
<h2>${look.text('error.detail')}</h2>
<p class="soft" lang="en" dir="ltr">${describeRefusal(refusal)}</p>
<p><a href="${errorUri(issuer, refusal.reason)}" hreflang="en">${look.say('error.more', { reason: html`<code>${refusal.reason}</code>` })}</a></p>
</section>`,
    { headers: headersOf(refusal) },
  );
}

/** `text` is absent when the sentence beside the form says it all, and `advice` when that does, too. */
type Keys = { title: OwnPage['title'] | PlainErrorKey; text?: PlainErrorKey; advice?: PlainErrorKey };
type PlainErrorKey = Exclude<Extract<TextKey, `error.${string}`>, 'error.more'>;

function keysOf({ reason }: Refusal, status: number, page: OwnPage | undefined): Keys {
  if (status >= 500) return ourFault;
  if (page && isUnreadable(reason)) return { title: page.title };
  const own = toldApart[reason];
  if (own === undefined && isAboutPerson(reason)) return { title: 'error.formTitle', advice: 'error.personAdvice' };
  return { ...theirFault, ...own };
}

const ourFault: Keys = { title: 'error.oursTitle', text: 'error.oursText', advice: 'error.oursAdvice' };

const theirFault: Keys = { title: 'error.title', text: 'error.text', advice: 'error.advice' };

const waiting = { title: 'error.throttledTitle', text: undefined, advice: 'error.throttledAdvice' } as const;

/** Reasons that mean more to a person than an invalid request. */
const toldApart: Partial<Record<Reason, Partial<Keys>>> = {
  client_unknown: { text: 'error.clientUnknown' },
  client_document_refused: { text: 'error.clientDocument' },
  client_disabled: { text: 'error.clientDisabled', advice: 'error.clientDisabledAdvice' },
  redirect_uri_missing: { text: 'error.addressUnknown' },
  redirect_uri_not_registered: { text: 'error.addressUnknown' },
  form_token_invalid: { title: 'error.formTitle', text: 'error.formText', advice: 'error.formAdvice' },
  method_not_allowed: { title: 'error.formTitle', text: undefined, advice: 'error.personAdvice' },
  sign_in_throttled: waiting,
  registration_throttled: waiting,
  registration_off: {
    title: 'error.registrationOff',
    text: 'error.registrationOffText',
    advice: 'error.registrationOffAdvice',
  },
  upstream_unknown: { text: 'error.providerUnknown', advice: 'error.personAdvice' },
};
