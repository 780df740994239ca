import { html } from 'hono/html';
import type { DescribedDetail } from '../apis/describe-detail.ts';
import type { Reply } from '../http/reply.ts';
import { isDataImage } from './brand.ts';
import { detailInWords } from './detail-words.ts';
import { type FormPage, formReply, hiddenFields } from './form-page.ts';
import type { Look, Markup } from './look.ts';
import { noticeAbove } from './problem.ts';
import { listedScope, scopeInWords } from './scope-words.ts';

export type ConsentPage = FormPage & {
  clientName: string;
  /** A data: URI. Any other kind is left out, since loading it would tell a third party who signs in. */
  logo?: string | undefined;
  /** Where the response goes. The page shows its host, or that it is a program on this device. */
  redirectUri: string;
  /** Scope values in display order. */
  scope: readonly string[];
  /** Authorization details, in the person's language. */
  details?: readonly DescribedDetail[] | undefined;
  /** Claims requested by name. */
  claims?: readonly string[] | undefined;
  /** Descriptions of the APIs' scope values. A value without one is shown as is. */
  descriptions?: Readonly<Record<string, string>> | undefined;
  /** For a client that registered itself, so that nobody has reviewed its name. */
  isUnverified?: boolean | undefined;
  /** For a client that describes itself in a document: the host of that document. */
  clientHost?: string | undefined;
  /** Whether every redirect URI of the client leads to this device, so that any program on it could be the client. */
  isLoopbackOnly?: boolean | undefined;
  /** The signed-in person's name as they know it. */
  account: string;
  /** Leads to signing in with another account. */
  otherAccountPath?: string | undefined;
  /** https URLs of the client. */
  privacyUri?: string | undefined;
  termsUri?: string | undefined;
};

/** Asks whether a client may do what it requests. The form sends `decision`: `allow` or `deny`. */
export function consentPage(look: Look, page: ConsentPage): Promise<Reply> {
  const client = html`<bdi>${page.clientName}</bdi>`;
  const strongClient = html`<strong>${client}</strong>`;
  return formReply(
    look,
    page,
    look.text('consent.title', { client: page.clientName }),
    html`${isDataImage(page.logo) ? html`<img class="logo of-client" src="${page.logo}" alt="">` : ''}<h1>${look.say('consent.title', { client })}</h1>
<p class="soft">${look.say('consent.signedInAs', { account: html`<strong><bdi>${page.account}</bdi></strong>` })}${page.otherAccountPath ? html` <a href="${page.otherAccountPath}">${look.text('consent.otherAccount')}</a>` : ''}</p>
${noticeAbove(page.problem, [])}
${page.isUnverified ? html`<p class="notice warn">${look.say('consent.unverified', { client: strongClient })}${page.clientHost === undefined ? '' : html` ${look.say('consent.describedAt', { host: html`<strong><bdi>${page.clientHost}</bdi></strong>` })}`}</p>` : ''}
${page.isUnverified && page.isLoopbackOnly ? html`<p class="notice warn">${look.say('consent.loopbackOnly', { client: strongClient })}</p>` : ''}
<p class="above-list" id="list">${look.say('consent.list', { client: strongClient })}</p>
<ul class="scopes" aria-labelledby="list">
${listedScope(page.scope, page.details, page.claims).map((value) => html`<li>${scopeInWords(look, value, page.descriptions)}</li>\n`)}${(page.details ?? []).map((detail) => html`<li>${detailInWords(look, detail)}</li>\n`)}${(page.claims ?? []).map((claim) => html`<li>${look.say('consent.claim', { claim: html`<code>${claim}</code>` })}</li>\n`)}</ul>
<p class="soft">${destination(look, page.redirectUri)} ${look.text('consent.revocable')}</p>
${links(look, page)}
<form method="post">
${hiddenFields(page)}<button type="submit" name="decision" value="allow">${look.text('consent.allow')}</button>
<button type="submit" class="second" name="decision" value="deny">${look.text('consent.deny')}</button>
</form>`,
  );
}

/** Shows the host as the browser will write it, so that lookalike letters of another alphabet stand out. */
function destination(look: Look, redirectUri: string): Markup {
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
  if (url?.protocol !== 'https:' || url.host === '') return html`${look.text('consent.thisDevice')}`;
  return look.say('consent.host', { host: html`<strong><bdi>${url.host}</bdi></strong>` });
}

/** As the browser will read them alone: on a page of ours, one without slashes would lead to another page of ours. */
function links(look: Look, { privacyUri, termsUri }: ConsentPage): Markup | '' {
  const all = [
    { url: linked(privacyUri), text: look.text('consent.privacy') },
    { url: linked(termsUri), text: look.text('consent.terms') },
  ].filter(({ url }) => url !== undefined);
  return all.length === 0
    ? ''
    : html`<p class="links">${all.map(({ url, text }) => html`<a href="${url}" rel="noreferrer">${text}</a> `)}</p>`;
}

/** What stands before the host of a URL can be taken for it. */
function linked(uri = ''): string | undefined {
  const url = URL.parse(uri);
  return url?.protocol === 'https:' && url.username === '' && url.password === '' ? url.href : undefined;
}
