import type { Field, Form } from './html-forms.ts';

/*
 * What a person would do on the pages before the redirect: type a username and a password, or press the button that lets the
 * client in.
 */

export type Credentials = { username: string; password: string };

/** A form as it is sent. */
export type Submission = { url: string; method: 'GET' | 'POST'; body?: string };

const isPassword = ({ type }: Field): boolean => type === 'password';
const isText = ({ kind, type }: Field): boolean => kind === 'input' && /^(?:text|email|tel|)$/.test(type);
const isButton = ({ kind, type }: Field): boolean =>
  (kind === 'button' && type === 'submit') || (kind === 'input' && /^(?:submit|image)$/.test(type));

/** Finds the first form with one password field. A form with two creates an account. */
export const findSignInForm = (forms: readonly Form[]): Form | undefined =>
  forms.find(({ fields }) => fields.filter(isPassword).length === 1);

const userName = /user|mail|login|ident|account|name/i;

export function fillSignInForm(form: Form, { username, password }: Credentials): Submission {
  const { fields } = form;
  const beforePassword = fields.slice(0, fields.findIndex(isPassword)).filter(isText);
  const named = ({ name, description }: Field) => userName.test(`${name} ${description}`);
  const userField = beforePassword.find(named) ?? beforePassword.at(-1) ?? fields.filter(isText).find(named);
  const filled = fields.map((field) => {
    if (isPassword(field)) return { ...field, value: password };
    return field === userField ? { ...field, value: username } : field;
  });
  return submit(form, filled, fields.find(isButton));
}

const allows = /allow|accept|approve|authori[sz]e|continue|consent|agree|yes|confirm|grant/i;
const denies =
  /deny|denied|reject|cancel|decline|disagree|disallow|refuse|\bno\b|back|log.?out|sign.?out|switch|another|sign.?up|register/i;

/**
 * Fills the first form with a button that lets the client in, or with nothing but hidden fields. Returns undefined when there is
 * none.
 */
export function fillConsentForm(forms: readonly Form[]): Submission | undefined {
  for (const form of forms.filter(({ fields }) => !fields.some(isPassword))) {
    const buttons = form.fields.filter(isButton);
    const words = ({ name, value, description }: Field) => `${name} ${value} ${description}`;
    const button = buttons.find((field) => allows.test(words(field)) && !denies.test(words(field)));
    if (button) return submit(form, form.fields, button);
    const passesOn = form.method === 'POST' && form.fields.every(({ type }) => type === 'hidden');
    if (passesOn && form.fields.length > 0) return submit(form, form.fields, undefined);
  }
  return undefined;
}

function submit({ method, action }: Form, fields: readonly Field[], pressed: Field | undefined): Submission {
  const sent = fields.filter((field) => {
    if (field.name === '') return false;
    if (field.kind === 'button' || /^(?:submit|image|button|reset)$/.test(field.type)) {
      return pressed !== undefined && field.name === pressed.name && field.value === pressed.value;
    }
    return /^(?:checkbox|radio)$/.test(field.type) ? field.isChecked : field.type !== 'file';
  });
  const body = new URLSearchParams(
    sent.map(({ name, type, value }): [string, string] => [name, type === 'checkbox' && value === '' ? 'on' : value]),
  ).toString();
  if (method === 'POST') return { url: action, method, body };
  const url = new URL(action);
  url.search = body;
  return { url: url.href, method };
}
