import { html, raw } from 'hono/html';
import { formTokenField } from './field.ts';
import type { Look, Markup } from './look.ts';
import type { PageScript } from './page.ts';

/** A WebAuthn ceremony on a page. */
export type PasskeyCeremony = {
  /** The script that runs the ceremony. */
  script: PageScript;
  /** PublicKeyCredentialRequestOptions or CreationOptions as JSON (WebAuthn §5.1.8, §5.1.9). Public. */
  options: object;
  /** Where the form posts to. Default: the page's own URL. */
  action?: string | undefined;
};

/**
 * Returns a form with a hidden field `credential`, into which the script puts the browser's response as JSON (WebAuthn §5.1)
 * before it submits. `data-passkey` holds the options. The form is hidden until the script finds that the browser supports
 * passkeys, so that nobody sees a button that does nothing; the script then also shows `data-passkey-available` and hides
 * `data-passkey-unavailable`. When the ceremony fails, it shows `data-passkey-failed` in the form.
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
