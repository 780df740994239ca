import { html, raw } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import { field } from './field.ts';
import { type FormPage, formReply, hiddenFields } from './form-page.ts';
import type { Look } from './look.ts';
import { pageReply } from './page.ts';
import { noticeAbove } from './problem.ts';

export type TotpSetupPage = FormPage & {
  /** Base32, for typing. */
  secret: string;
  /** otpauth://totp/…, for an app on this device. */
  uri: `otpauth://${string}`;
  /** `uri` as a QR code: SVG that we made, inserted into the page unescaped. */
  qrCode: string;
  cancelPath?: string | undefined;
};

/** Shows the key of a new authenticator app and asks for a first `code`, which proves that the app has the key. */
export function totpSetupPage(look: Look, page: TotpSetupPage): Promise<Reply> {
  const title = look.text('totp.title');
  return formReply(
    look,
    page,
    title,
    html`<h1>${title}</h1>
${noticeAbove(page.problem, ['code'])}
<p class="soft">${look.text('totp.scan')}</p>
<div class="qr" role="img" aria-label="${look.text('totp.picture')}">${raw(page.qrCode)}</div>
<p><a href="${page.uri}">${look.text('totp.link')}</a></p>
<p class="soft">${look.text('totp.byHand')}</p>
<p class="secret"><code dir="ltr">${inFours(page.secret)}</code></p>
<form method="post">
${hiddenFields(page)}${field({ name: 'code', label: look.text('totp.code'), autocomplete: 'one-time-code', longest: 12, digits: true }, page.problem)}
<button type="submit">${look.text('totp.submit')}</button>
</form>
${page.cancelPath ? html`<p class="foot"><a href="${page.cancelPath}">${look.text('common.cancel')}</a></p>` : ''}`,
  );
}

const inFours = (secret: string): string => secret.match(/.{1,4}/g)?.join(' ') ?? '';

export type RecoveryCodesPage = {
  codes: readonly string[];
  /** Where the person continues once they have saved the codes. */
  continuePath: string;
  cookies?: readonly string[] | undefined;
};

/** Shows the recovery codes, once. */
export function recoveryCodesPage(look: Look, { codes, continuePath, cookies }: RecoveryCodesPage): Promise<Reply> {
  const title = look.text('codes.title');
  return pageReply(
    look,
    200,
    title,
    html`<h1>${title}</h1>
<p class="soft">${look.text('codes.intro')}</p>
<ul class="codes" dir="ltr">
${codes.map((code) => html`<li><code>${code}</code></li>\n`)}</ul>
<p><a download="recovery-codes.txt" href="data:text/plain;charset=utf-8,${encodeURIComponent(`${codes.join('\r\n')}\r\n`)}">${look.text('codes.save')}</a></p>
<p><a class="button" href="${continuePath}">${look.text('codes.done')}</a></p>`,
    { cookies },
  );
}
