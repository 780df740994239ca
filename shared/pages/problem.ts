import { html } from 'hono/html';
import type { Reason, Refusal } from '../oauth/refusal.ts';
import { type PasswordProblem, passwordLimits } from '../people/account-password.ts';
import type { Look, Markup } from './look.ts';
import type { TextKey } from './texts/en.ts';

/** What is wrong with a form, in the person's language. Shown beside `field`, or above the form without one. */
export type Problem = { text: string; field?: string | undefined };

/** Explains a refusal to the person who filled in the form. */
export function problemOf(refusal: Refusal, look: Look): Problem {
  if (refusal.reason === 'sign_in_throttled') {
    return { text: look.count('problem.throttled', Math.ceil(refusal.retryAfter / 60)) };
  }
  if (refusal.reason === 'registration_throttled') {
    return { text: look.count('problem.registrations', Math.ceil(refusal.retryAfter / 60)) };
  }
  if (refusal.reason === 'mail_throttled') {
    return { text: look.count('problem.mails', Math.ceil(refusal.retryAfter / 60)) };
  }
  if (refusal.reason === 'password_unacceptable') {
    return { text: passwordText(refusal.problem, look), field: 'password' };
  }
  if (isUnreadable(refusal.reason)) return { text: look.text('problem.formUnreadable') };
  const { text, field } = sentences[refusal.reason] ?? { text: 'error.oursText' };
  return { text: look.text(text), field };
}

type Sentence = { text: PlainKey; field?: string };
type PlainKey =
  | 'error.oursText'
  | 'signIn.introChoose'
  | Exclude<
      Extract<TextKey, `problem.${string}`>,
      `${string}.one` | `${string}.other` | 'problem.passwordTooShort' | `problem.provider${string}`
    >;

const passkeyFailed: Sentence = { text: 'problem.passkeyFailed' };

const sentences: Partial<Record<Reason, Sentence>> = {
  credentials_wrong: { text: 'problem.credentialsWrong', field: 'password' },
  form_token_invalid: { text: 'problem.formTokenOther' },
  passwords_off: { text: 'signIn.introChoose' },
  second_factor_wrong: { text: 'problem.codeWrong', field: 'code' },
  mail_code_wrong: { text: 'problem.mailCodeWrong', field: 'code' },
  second_factor_used: { text: 'problem.codeUsed', field: 'code' },
  second_factor_late: { text: 'problem.signInExpired' },
  passkey_unknown: { text: 'problem.passkeyUnknown' },
  passkey_known: { text: 'problem.passkeyKnown' },
  passkey_wrong: passkeyFailed,
  passkey_copied: passkeyFailed,
  passkey_challenge_spent: passkeyFailed,
  last_way_in: { text: 'problem.lastWayIn' },
  password_changed_meanwhile: { text: 'problem.passwordChangedMeanwhile' },
  username_taken: { text: 'problem.usernameTaken', field: 'username' },
  username_malformed: { text: 'problem.usernameMalformed', field: 'username' },
  email_malformed: { text: 'problem.emailMalformed', field: 'email' },
};

/** Whether what was sent is no form as a page of ours sends it. */
export const isUnreadable = (reason: Reason): boolean =>
  [
    'method_not_allowed',
    'content_type_unsupported',
    'body_too_large',
    'parameter_duplicated',
    'parameters_malformed',
    'parameters_too_many',
  ].includes(reason);

/** Whether the person caused the refusal, rather than the client. */
export const isAboutPerson = (reason: Reason): boolean =>
  reason in sentences ||
  ['sign_in_throttled', 'registration_throttled', 'mail_throttled', 'password_unacceptable'].includes(reason);

function passwordText(problem: PasswordProblem, look: Look): string {
  const count = String(passwordLimits.minimum);
  if (problem === 'too_short') return look.text('problem.passwordTooShort', { count });
  if (problem === 'too_long') return look.text('problem.passwordTooLong');
  return look.text(problem === 'common' ? 'problem.passwordCommon' : 'problem.passwordGuessable');
}

/** Shows the problem above the form, unless it is about one of these fields. */
export const noticeAbove = (problem: Problem | undefined, fields: readonly string[]): Markup | '' =>
  problem && !fields.includes(problem.field ?? '')
    ? html`<p class="notice" id="problem" role="alert">${problem.text}</p>`
    : '';

/** Shows what was done, once, on the page that follows. */
export const doneAbove = (done: string | undefined): Markup | '' =>
  done === undefined ? '' : html`<p class="notice done" role="status">${done}</p>`;
