import { html } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import { type Field, field } from './field.ts';
import { type FormPage, formReply, hiddenFields } from './form-page.ts';
import type { Look } from './look.ts';
import { noticeAbove } from './problem.ts';
import { newPasswordField } from './set-password-page.ts';

/** Fields that a registration may ask for besides the password. */
type RegistrationField = 'username' | 'email' | 'name';

export type RegistrationPage = FormPage & {
  /** In display order. Form fields have the same names. */
  fields: readonly RegistrationField[];
  /** What the person typed before. */
  values?: Partial<Record<RegistrationField, string>> | undefined;
  /** Characters. */
  minimumLength: number;
  /** For people who have an account. */
  signInPath: string;
};

/** Asks for what an account needs: `username`, `email` and `name` as configured, and `password`. */
export function registrationPage(look: Look, page: RegistrationPage): Promise<Reply> {
  const { fields, values = {}, problem } = page;
  const title = look.text('register.title');
  const described: Record<RegistrationField, Field> = {
    username: { name: 'username', label: look.text('signIn.username'), autocomplete: 'username', longest: 200 },
    email: { name: 'email', label: look.text('register.email'), type: 'email', autocomplete: 'email', longest: 254 },
    name: { name: 'name', label: look.text('register.name'), autocomplete: 'name', longest: 200 },
  };
  const focused = problem?.field ?? fields[0] ?? 'password';
  return formReply(
    look,
    page,
    title,
    html`<h1>${title}</h1>
${noticeAbove(problem, [...fields, 'password'])}
<form method="post">
${hiddenFields(page)}${fields.map((name) => field({ ...described[name], value: values[name], hasFocus: name === focused }, problem))}
${newPasswordField(look, page.minimumLength, focused === 'password', problem)}
<button type="submit">${look.text('register.submit')}</button>
</form>
<p class="foot">${look.say('register.haveOne', { link: html`<a href="${page.signInPath}">${look.text('signIn.submit')}</a>` })}</p>`,
  );
}
