import { html, raw } from 'hono/html';
import type { Refusal } from '../../oauth/refusal.ts';
import { statusOf } from '../../oauth/refusal-catalogue.ts';
import { headersOf, type Reply } from '../reply.ts';
import { pageReply } from './page.ts';

export type SignInPage = {
  /** The client the person came from, if it is known. */
  clientName?: string | undefined;
  /** What the person typed before. Passwords are never sent back. */
  username?: string | undefined;
  refusal?: Refusal | undefined;
  /** Goes into the form; the same value is in a cookie. */
  formToken: string;
  cookies: string[];
};

/** The form posts to the address it was loaded from, so the authorization request stays in the URL and nowhere else. */
export function signInPage({ clientName, username, refusal, formToken, cookies }: SignInPage): Promise<Reply> {
  const problem = refusal && sentence(refusal);
  // What is wrong with the fields stands beside them; anything else stands above.
  const isAboutFields = refusal?.reason === 'credentials_wrong';
  return pageReply(
    refusal ? statusOf(refusal) : 200,
    problem ? 'Not signed in: try again' : 'Sign in',
    html`<h1>Sign in</h1>
<p class="soft">Enter your username and password${clientName ? html` to continue to <strong><bdi>${clientName}</bdi></strong>` : ''}.</p>
${problem && !isAboutFields ? html`<p class="notice" id="problem" role="alert">${problem}</p>` : ''}
<form method="post">
<input type="hidden" name="form_token" value="${formToken}">
<label for="username">Username</label>
<input id="username" name="username" value="${username ?? ''}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="200" required ${username ? '' : 'autofocus'}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required ${username ? 'autofocus' : ''} ${isAboutFields ? raw('aria-invalid="true"') : ''} ${problem ? raw('aria-describedby="problem"') : ''}>
${problem && isAboutFields ? html`<p class="wrong" id="problem" role="alert">${problem}</p>` : ''}
<button type="submit">Sign in</button>
</form>`,
    { cookies, ...(refusal && { headers: headersOf(refusal) }) },
  );
}

/** What went wrong, said to the person. */
function sentence(refusal: Refusal): string {
  if (refusal.reason === 'sign_in_throttled') {
    const minutes = Math.ceil(refusal.retryAfter / 60);
    return `There were too many attempts to sign in. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again.`;
  }
  if (refusal.reason === 'form_token_invalid') {
    return 'This page was open for too long, or your browser did not keep our cookie. Enter your password again.';
  }
  return 'The username or the password is not right. Check both and try again.';
}

/** For somebody who opened /sign-in by itself: there is no app to go on to. */
export const signedInPage = (cookies: string[]): Promise<Reply> =>
  pageReply(
    200,
    'You are signed in',
    html`<h1>You are signed in</h1>
<p>You can close this page, or go back to the app you came from.</p>`,
    { cookies },
  );
