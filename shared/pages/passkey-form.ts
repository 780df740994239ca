import { html, raw } from 'hono/html';
import { formTokenField } from './field.ts';
import type { Look, Markup } from './look.ts';
import type { PageScript } from './page.ts';

/** A WebAuthn ceremony on a page. */
export type PasskeyCeremony = {
  /** The script that runs it. */
  script: PageScript;
  /** PublicKeyCredentialRequestOptions or CreationOptions as JSON (WebAuthn §5.1.8, §5.1.9). Public. */
  options: object;
  /** Where the form posts to. Absent: the address of the page. */
  action?: string | undefined;
};

/**
 * A form with a hidden field `credential`, which the script fills with the answer of the browser as JSON (WebAuthn §5.1) and
 * sends. `data-passkey` holds the options. It is hidden until the script has found that the browser can do it, so that nobody
 * sees a button that does nothing; then the script also shows what has `data-passkey-available`, and hides what has
 * `data-passkey-unavailable`. When the ceremony fails it shows `data-passkey-failed` in the form.
 */
export function passkeyForm(
  look: Look,
  { options, action }: PasskeyCeremony,
  formToken: string,
  label: string,
  fields: Markup | '' = '',
): Markup {
  return html`<form method="post" class="stack" ${action === undefined ? '' : html`action="${action}"`} data-passkey="${JSON.stringify(options)}" hidden>
${formTokenField(formToken)}<input type="hidden" name="credential" value="">
${fields}
<button type="submit"${fields === '' ? raw(' class="second"') : ''}>${label}</button>
<p class="wrong" role="alert" data-passkey-failed hidden>${look.text('problem.passkeyFailed')}</p>
</form>`;
}
