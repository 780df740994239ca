import { html } from 'hono/html';
import type { DescribedDetail } from '../apis/describe-detail.ts';
import type { Reply } from '../http/reply.ts';
import { endpoints } from '../oauth/endpoints.ts';
import { detailInWords } from './detail-words.ts';
import { field } from './field.ts';
import { type FormPage, formReply, hiddenFields } from './form-page.ts';
import type { Look } from './look.ts';
import { noticeAbove } from './problem.ts';
import { listedScope, scopeInWords } from './scope-words.ts';

export type UserCodePage = FormPage & {
  /** What the person typed before, or what a link filled in. */
  userCode: string;
};

/** Asks for the code that a device shows. The form sends `user_code`. */
export function userCodePage(look: Look, page: UserCodePage): Promise<Reply> {
  const title = look.text('device.title');
  const described = {
    name: 'user_code',
    label: look.text('code.label'),
    value: page.userCode,
    autocomplete: 'off',
    longest: 40,
    hint: look.text('device.hint'),
    hasFocus: true,
  };
  return formReply(
    look,
    page,
    title,
    html`<h1>${title}</h1>
<p class="soft">${look.text('device.intro')}</p>
${noticeAbove(page.problem, ['user_code'])}
<form method="post" action="${endpoints.device}">
${hiddenFields(page)}${field(described, page.problem)}
<button type="submit">${look.text('common.continue')}</button>
</form>`,
  );
}

export type DeviceConsentPage = FormPage & {
  clientName: string;
  /** As the device shows it. */
  userCode: string;
  /** Scope values in display order. */
  scope: readonly string[];
  /** Authorization details, in the person's language. */
  details?: readonly DescribedDetail[] | undefined;
  /** Descriptions of the APIs' scope values. A value without one is shown as is. */
  descriptions?: Readonly<Record<string, string>> | undefined;
  /** The signed-in person's name as they know it. */
  account: string;
  /** Leads to signing in with another account. */
  otherAccountPath: string;
  /** How the address begins that the request came from, and how long ago it came, in words. */
  askedFrom: string;
  askedAgo: string;
};

/** Asks whether the device with this code may do what it requests (RFC 8628 §5.4). The form sends `decision`: `allow` or `deny`. */
export function deviceConsentPage(look: Look, page: DeviceConsentPage): Promise<Reply> {
  const client = html`<bdi>${page.clientName}</bdi>`;
  const told = { when: page.askedAgo, place: html`<strong>${page.askedFrom}</strong>` };
  return formReply(
    look,
    page,
    look.text('consent.title', { client: page.clientName }),
    html`<h1>${look.say('consent.title', { client })}</h1>
<p class="soft">${look.say('consent.signedInAs', { account: html`<strong><bdi>${page.account}</bdi></strong>` })} <a href="${page.otherAccountPath}">${look.text('consent.otherAccount')}</a></p>
<p class="notice warn">${look.say('device.check', { code: html`<strong>${page.userCode}</strong>` })}</p>
<p>${look.say('device.asked', told)}</p>
<p class="above-list" id="list">${look.say('consent.list', { client: html`<strong>${client}</strong>` })}</p>
<ul class="scopes" aria-labelledby="list">
${listedScope(page.scope, page.details).map((value) => html`<li>${scopeInWords(look, value, page.descriptions)}</li>\n`)}${(page.details ?? []).map((detail) => html`<li>${detailInWords(look, detail)}</li>\n`)}</ul>
<p class="soft">${look.text('consent.revocable')}</p>
<form method="post" action="${endpoints.device}">
${hiddenFields(page)}<button type="submit" name="decision" value="allow">${look.text('consent.allow')}</button>
<button type="submit" class="second" name="decision" value="deny">${look.text('consent.deny')}</button>
</form>`,
  );
}
