import { html, raw } from 'hono/html';
import type { Confirmation } from '../http/notice-cookie.ts';
import { headersOf, type Reply } from '../http/reply.ts';
import { statusOf } from '../oauth/describe-refusal.ts';
import { endpoints } from '../oauth/endpoints.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { checkbox, field, formTokenField, revealIn } from './field.ts';
import { formScript } from './inline-script.ts';
import type { Look, Markup } from './look.ts';
import { pageReply } from './page.ts';
import { type PasskeyCeremony, passkeyForm } from './passkey-form.ts';
import { noticeAbove, type Problem, problemOf } from './problem.ts';

export type SignInPage = {
  /** The client the person came from, if known. */
  clientName?: string | undefined;
  /** What the person typed before. Passwords are never sent back. */
  username?: string | undefined;
  refusal?: Refusal | undefined;
  /** Replaces `refusal` for what is not one: a failed upstream provider or passkey. */
  problem?: Problem | undefined;
  /** Says that somebody who is signed in must prove again that it is they (`prompt=login`, `max_age`, step-up, account page). */
  confirmation?: Confirmation | undefined;
  /** Whether people sign in with their address, too. */
  takesAddress?: boolean;
  /** @default true; false when the deployment has switched passwords off */
  hasPasswords?: boolean;
  /** Whether the client takes nothing but a passkey, which the person may not have yet. */
  needsPasskey?: boolean;
  /** Offers `keep`, checked or not. Absent: no choice. */
  keep?: { isChecked: boolean } | undefined;
  /** Buttons that send the id of an upstream provider as `idp`. */
  providers?: readonly { id: string; name: string }[];
  passkey?: PasskeyCeremony | undefined;
  /** Where somebody who lost their password asks for a mail. Absent: no mail is sent. */
  forgottenPath?: string | undefined;
  /** Where somebody signs in with a code by mail. Absent: nobody can. */
  mailCodePath?: string | undefined;
  /** Where a person registers. Absent: nobody can. */
  registerPath?: string | undefined;
  /** Sent with the form; a cookie holds the same value. */
  formToken: string;
  cookies: readonly string[];
};

/** Asks a person to sign in. The form posts to the URL it was loaded from, so the authorization request exists only in the URL. */
export function signInPage(look: Look, page: SignInPage): Promise<Reply> {
  const { refusal, hasPasswords = true, providers = [], passkey } = page;
  const problem = page.problem ?? (refusal && signInProblem(refusal, look));
  const others = html`${passkey ? passkeyForm(look, passkey, page.formToken, look.text('signIn.passkey')) : ''}${providers.length > 0 ? providerForm(look, providers, page.formToken) : ''}`;
  return pageReply(
    look,
    refusal ? statusOf(refusal) : 200,
    look.text(problem ? 'signIn.titleAgain' : titleKey(page)),
    html`<h1>${look.text(titleKey(page))}</h1>
${page.confirmation ? html`<p>${look.text(confirmTexts[page.confirmation])}</p>` : ''}
<p class="soft">${intro(look, page)}</p>
${page.needsPasskey ? html`<p>${look.say('signIn.needsPasskey', { link: html`<a href="${endpoints.account}">${look.text('signedIn.account')}</a>` })}</p>` : ''}
${noticeAbove(problem, hasPasswords ? ['username', 'password'] : [])}
${hasPasswords ? passwordForm(look, page, problem) : ''}
${!hasPasswords && passkey ? html`<p class="notice" data-passkey-unavailable>${look.text('passkey.unavailable')}</p>` : ''}
${hasPasswords && (passkey || providers.length > 0) ? html`<p class="or" ${providers.length === 0 ? raw('data-passkey-available hidden') : ''}><span>${look.text('common.or')}</span></p>` : ''}
${others}
${
  page.mailCodePath
    ? html`<p class="foot"><a href="${page.mailCodePath}">${look.text('signIn.mailCode')}</a></p>
`
    : ''
}${page.registerPath ? html`<p class="foot">${look.say('signIn.register', { link: html`<a href="${page.registerPath}">${look.text('signIn.registerLink')}</a>` })}</p>` : ''}`,
    {
      cookies: page.cookies,
      ...(refusal && { headers: headersOf(refusal) }),
      ...(passkey && { scripts: [passkey.script] }),
      inlineScript: formScript,
    },
  );
}

const confirmTexts = { confirm: 'signIn.confirmText', confirm_by_code: 'signIn.confirmByCode' } as const;

const titleKey = ({ confirmation }: SignInPage) => (confirmation ? 'signIn.confirmTitle' : 'signIn.title');

function intro(look: Look, { clientName, hasPasswords = true }: SignInPage): Markup {
  if (clientName === undefined) return html`${look.text(hasPasswords ? 'signIn.intro' : 'signIn.introChoose')}`;
  const client = html`<strong><bdi>${clientName}</bdi></strong>`;
  return look.say(hasPasswords ? 'signIn.introClient' : 'signIn.introChooseClient', { client });
}

function passwordForm(look: Look, page: SignInPage, problem?: Problem): Markup {
  const { username, keep, passkey, forgottenPath, formToken } = page;
  return html`<form method="post">
${formTokenField(formToken)}${field(
  {
    name: 'username',
    label: look.text(page.takesAddress ? 'signIn.usernameOrEmail' : 'signIn.username'),
    value: username,
    autocomplete: passkey ? 'username webauthn' : 'username',
    longest: 254,
    hasFocus: !username,
  },
  problem,
)}
${field(
  {
    name: 'password',
    label: look.text('signIn.password'),
    type: 'password',
    autocomplete: 'current-password',
    longest: 1_024,
    reveal: revealIn(look),
    hasFocus: Boolean(username),
  },
  problem,
)}
${
  forgottenPath
    ? html`<p class="hint"><a href="${forgottenPath}">${look.text('signIn.forgotten')}</a></p>
`
    : ''
}${keep ? checkbox('keep', look.text('signIn.keep'), look.text('signIn.keepHint'), keep.isChecked) : ''}
<button type="submit">${look.text('signIn.submit')}</button>
</form>`;
}

const providerForm = (look: Look, providers: NonNullable<SignInPage['providers']>, formToken: string): Markup =>
  html`<form method="post" class="stack">
${formTokenField(formToken)}${providers.map(({ id, name }) => html`<button type="submit" class="second" name="idp" value="${id}">${look.say('signIn.provider', { provider: html`<bdi>${name}</bdi>` })}</button>\n`)}</form>`;

/** Explains a refusal on the sign-in page. */
const signInProblem = (refusal: Refusal, look: Look): Problem =>
  refusal.reason === 'form_token_invalid' ? { text: look.text('problem.formToken') } : problemOf(refusal, look);

/** Tells a person who opened /sign-in directly that they are signed in; there is no app to continue to. */
export function signedInPage(look: Look, cookies: readonly string[], accountPath: string): Promise<Reply> {
  const title = look.text('signedIn.title');
  const content = html`<h1>${title}</h1>
<p>${look.text('signedIn.text')}</p>
<p class="foot"><a href="${accountPath}">${look.text('signedIn.account')}</a></p>`;
  return pageReply(look, 200, title, content, { cookies });
}
