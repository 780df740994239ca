import { html } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import type { ProfileField } from '../people/profile-fields.ts';
import { field } from './field.ts';
import { type FormPage, formReply, hiddenFields } from './form-page.ts';
import type { Look } from './look.ts';
import { noticeAbove } from './problem.ts';
import type { TextKey } from './texts/en.ts';

export type ProfilePage = FormPage & {
  /** In display order. Form fields have the same names. */
  fields: readonly ProfileField[];
  values: Partial<Record<ProfileField, string>>;
  cancelPath: string;
};

const labels = {
  email: 'register.email',
  name: 'register.name',
  given_name: 'profile.givenName',
  family_name: 'profile.familyName',
  nickname: 'profile.nickname',
  locale: 'profile.locale',
  zoneinfo: 'profile.zoneinfo',
  birthdate: 'profile.birthdate',
  website: 'profile.website',
} as const satisfies Record<ProfileField, TextKey>;

/** For the browser, which fills them in: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill */
const autocomplete: Record<ProfileField, string> = {
  email: 'email',
  name: 'name',
  given_name: 'given-name',
  family_name: 'family-name',
  nickname: 'nickname',
  locale: 'language',
  zoneinfo: 'off',
  birthdate: 'bday',
  website: 'url',
};

/** Asks for what somebody may change about themselves. */
export function profilePage(look: Look, page: ProfilePage): Promise<Reply> {
  const { fields, values, problem } = page;
  const title = look.text('account.profile');
  const focused = problem?.field ?? fields[0];
  return formReply(
    look,
    page,
    title,
    html`<h1>${title}</h1>
${noticeAbove(problem, fields)}
<form method="post">
${hiddenFields(page)}${fields.map((name) =>
  field(
    {
      name,
      label: look.text(labels[name]),
      type: name === 'email' ? 'email' : 'text',
      value: values[name],
      autocomplete: autocomplete[name],
      longest: name === 'email' ? 254 : 200,
      hint: name === 'email' ? look.text('profile.emailHint') : undefined,
      required: false,
      hasFocus: name === focused,
    },
    problem,
  ),
)}
<button type="submit">${look.text('profile.submit')}</button>
</form>
<p class="foot"><a href="${page.cancelPath}">${look.text('common.cancel')}</a></p>`,
  );
}
