import { html } from 'hono/html';
import type { DescribedDetail } from '../apis/describe-detail.ts';
import type { Reply } from '../http/reply.ts';
import { detailInWords } from './detail-words.ts';
import { formTokenField } from './field.ts';
import { type FormPage, formReply, hiddenFields } from './form-page.ts';
import type { Look, Markup } from './look.ts';
import { doneAbove, noticeAbove } from './problem.ts';
import { listedScope, scopeInWords } from './scope-words.ts';

export type AccountPage = FormPage & {
  /** The person's name as they know it. */
  account: string;
  /** Epoch seconds. The page shows all times relative to it. */
  now: number;
  /** What was just done: `look.text('done.…')`. */
  done?: string | undefined;
  /** Whether to offer, beside what was just done, to end the other sessions (OWASP ASVS 5.0, 7.4.3). */
  offersToEndOthers?: boolean | undefined;
  signOutPath: string;
  /** What is known about the person. `path` leads to where they change it. */
  profile: {
    address: string | undefined;
    isConfirmed: boolean;
    path?: string | undefined;
    exportPath: string;
    removePath?: string | undefined;
  };
  /** Absent when the deployment has no passwords. */
  password?: { isSet: boolean; path: string } | undefined;
  passkeys?: { list: readonly AccountPasskey[]; addPath: string } | undefined;
  totp?: { isOn: boolean; codesLeft: number; setupPath: string; newCodesPath: string } | undefined;
  sessions: readonly AccountSession[];
  apps: readonly AccountApp[];
  /** Descriptions of the APIs' scope values. */
  descriptions?: Readonly<Record<string, string>> | undefined;
  linked?: readonly { id: string; provider: string; name?: string | undefined }[];
  /** Providers that can be linked, each through its own form. */
  linkable?: readonly { provider: string; path: string }[];
};

type AccountApp = {
  id: string;
  clientName: string;
  allowedAt?: number;
  actedAt?: number;
  scope: readonly string[];
  /** Authorization details, in the person's language. */
  details?: readonly DescribedDetail[];
};

type AccountSession = {
  id: string;
  isThisDevice: boolean;
  /** Browser and operating system, if known. */
  device?: string | undefined;
  signedInAt: number;
  lastUsedAt?: number | undefined;
  /** How the address began, and the app that the person signed in for. */
  place?: string | undefined;
  app?: string | undefined;
};

type AccountPasskey = { id: string; name: string; createdAt: number; lastUsedAt?: number | undefined };

/**
 * Shows a person what is active in their name, and lets them end it. Every form posts to the page's own URL: `action` says what
 * to do, `id` to what.
 */
export function accountPage(look: Look, page: AccountPage): Promise<Reply> {
  const title = look.text('account.title');
  return formReply(
    look,
    page,
    title,
    html`<h1>${title}</h1>
<p class="soft">${look.say('account.signedInAs', { account: html`<strong><bdi>${page.account}</bdi></strong>` })} <a href="${page.signOutPath}">${look.text('account.signOut')}</a></p>
${doneAbove(page.done)}${page.offersToEndOthers ? othersOffer(look, page) : ''}${noticeAbove(page.problem, [])}
${profileSection(look, page.profile)}
${page.password ? passwordSection(look, page.password) : ''}
${page.passkeys ? passkeySection(look, page, page.passkeys) : ''}
${page.totp ? totpSection(look, page, page.totp) : ''}
${sessionSection(look, page)}
${appSection(look, page)}
${(page.linked ?? []).length + (page.linkable ?? []).length > 0 ? linkedSection(look, page) : ''}`,
    { wide: true },
  );
}

const othersOffer = (look: Look, page: AccountPage): Markup =>
  html`<p>${look.text('account.mayEndOthers')}</p>
${endOthers(look, page)}
`;

const endOthers = (look: Look, page: AccountPage): Markup =>
  act(page, 'end_other_sessions', undefined, look.text('account.endOthers'), look.text('account.endOthers'));

function profileSection(
  look: Look,
  { address, isConfirmed, path, exportPath, removePath }: AccountPage['profile'],
): Markup {
  const known =
    address === undefined
      ? look.text('account.noAddress')
      : look.say(isConfirmed ? 'account.address' : 'account.addressUnconfirmed', {
          address: html`<strong><bdi>${address}</bdi></strong>`,
        });
  return section(
    'profile',
    look.text('account.profile'),
    html`<p class="soft">${known}</p>
<div class="acts">${path ? html`<a class="button second" href="${path}">${look.text('account.changeProfile')}</a>` : ''}<a class="button second" href="${exportPath}">${look.text('account.export')}</a>${removePath ? html`<a class="button second" href="${removePath}">${look.text('removal.title')}</a>` : ''}</div>`,
  );
}

const passwordSection = (look: Look, { isSet, path }: NonNullable<AccountPage['password']>): Markup =>
  section(
    'password',
    look.text('account.password'),
    html`<p class="soft">${look.text(isSet ? 'account.hasPassword' : 'account.noPassword')}</p>
<p><a class="button second" href="${path}">${look.text(isSet ? 'account.changePassword' : 'account.setPassword')}</a></p>`,
  );

const passkeySection = (
  look: Look,
  page: AccountPage,
  { list, addPath }: NonNullable<AccountPage['passkeys']>,
): Markup =>
  section(
    'passkeys',
    look.text('account.passkeys'),
    html`${list.length === 0 ? html`<p class="soft">${look.text('account.noPasskeys')}</p>` : html`<ul class="things">${list.map((passkey) => passkeyItem(look, page, passkey))}</ul>`}
<p><a class="button second" href="${addPath}">${look.text('account.addPasskey')}</a></p>`,
  );

function passkeyItem(look: Look, page: AccountPage, { id, name, createdAt, lastUsedAt }: AccountPasskey): Markup {
  const used =
    lastUsedAt === undefined
      ? look.text('account.neverUsed')
      : look.text('account.used', { when: look.ago(lastUsedAt, page.now) });
  return html`<li>
<div class="thing"><strong><bdi>${name}</bdi></strong><span class="soft">${look.text('account.added', { when: look.ago(createdAt, page.now) })}, ${used}</span></div>
<div class="acts">
<details><summary class="button second">${look.text('account.rename')}</summary>
<form method="post" class="inline">${hiddenFields({ ...page, carried: { ...page.carried, action: 'rename_passkey', id } })}<label for="name-${id}">${look.text('account.name')}</label><input id="name-${id}" name="name" value="${name}" maxlength="60" required autocomplete="off"><button type="submit" aria-label="${look.text('account.renameNamed', { name })}">${look.text('account.rename')}</button></form></details>
${act(page, 'remove_passkey', id, look.text('account.remove'), look.text('account.removeNamed', { name }))}
</div>
</li>`;
}

const totpSection = (look: Look, page: AccountPage, totp: NonNullable<AccountPage['totp']>): Markup =>
  section(
    'totp',
    look.text('account.totp'),
    totp.isOn
      ? html`<p class="soft">${look.text('account.totpOn')} ${look.count('account.codesLeft', totp.codesLeft)}</p>
<div class="acts"><a class="button second" href="${totp.newCodesPath}">${look.text('account.newCodes')}</a>${act(page, 'turn_off_totp', undefined, look.text('account.turnOff'), look.text('account.turnOff'))}</div>`
      : html`<p class="soft">${look.text('account.totpOff')}</p>
<p><a class="button second" href="${totp.setupPath}">${look.text('account.turnOn')}</a></p>`,
  );

function sessionSection(look: Look, page: AccountPage): Markup {
  const others = page.sessions.filter(({ isThisDevice }) => !isThisDevice);
  return section(
    'sessions',
    look.text('account.sessions'),
    html`<ul class="things">${page.sessions.map((session) => sessionItem(look, page, session))}</ul>
${others.length > 1 ? endOthers(look, page) : ''}`,
  );
}

function sessionItem(look: Look, page: AccountPage, session: AccountSession): Markup {
  const here = look.text('account.thisDevice');
  const name = session.device ?? (session.isThisDevice ? here : look.text('account.unknownDevice'));
  const times = [
    look.text('account.signedIn', { when: look.ago(session.signedInAt, page.now) }),
    ...(session.app === undefined ? [] : [look.text('account.signedInFor', { app: session.app })]),
    ...(session.place === undefined ? [] : [look.text('account.signedInFrom', { place: session.place })]),
    ...(session.lastUsedAt === undefined
      ? []
      : [look.text('account.used', { when: look.ago(session.lastUsedAt, page.now) })]),
  ];
  return html`<li>
<div class="thing"><strong><bdi>${name}</bdi></strong>${session.isThisDevice && name !== here ? html`<span class="here">${here}</span>` : ''}<span class="soft">${times.join(', ')}</span></div>
${session.isThisDevice ? '' : html`<div class="acts">${act(page, 'end_session', session.id, look.text('account.endSession'), look.text('account.endSessionNamed', { name }))}</div>`}
</li>`;
}

const appSection = (look: Look, page: AccountPage): Markup =>
  section(
    'apps',
    look.text('account.apps'),
    page.apps.length === 0
      ? html`<p class="soft">${look.text('account.noApps')}</p>`
      : html`<ul class="things">${page.apps.map(
          ({ id, clientName, scope, details = [], ...times }) => html`<li>
<div class="thing"><strong><bdi>${clientName}</bdi></strong><span class="soft">${timesOf(look, times, page.now)}</span>
<ul class="may soft">${listedScope(scope, details).map((value) => html`<li>${scopeInWords(look, value, page.descriptions)}</li>`)}${details.map((detail) => html`<li>${detailInWords(look, detail)}</li>`)}</ul></div>
<div class="acts">${act(page, 'revoke_access', id, look.text('account.revoke'), look.text('account.revokeNamed', { name: clientName }))}</div>
</li>`,
        )}</ul>`,
  );

const timesOf = (
  look: Look,
  { allowedAt, actedAt }: Pick<AccountPage['apps'][number], 'allowedAt' | 'actedAt'>,
  now: number,
): string =>
  [
    ...(allowedAt === undefined ? [] : [look.text('account.allowed', { when: look.ago(allowedAt, now) })]),
    ...(actedAt === undefined ? [] : [look.text('account.acted', { when: look.ago(actedAt, now) })]),
  ].join(', ');

const linkedSection = (look: Look, page: AccountPage): Markup =>
  section(
    'linked',
    look.text('account.linked'),
    html`<ul class="things">${(page.linked ?? []).map(
      ({ id, provider, name }) => html`<li>
<div class="thing"><strong><bdi>${provider}</bdi></strong>${name ? html`<span class="soft"><bdi>${name}</bdi></span>` : ''}</div>
<div class="acts">${act(page, 'unlink', id, look.text('account.unlink'), look.text('account.unlinkNamed', { name: provider }))}</div>
</li>`,
    )}</ul>
${(page.linkable ?? []).map(({ provider, path }) => html`<form method="post" action="${path}">${formTokenField(page.formToken)}<button type="submit" class="second">${look.text('account.link', { provider })}</button></form>\n`)}`,
  );

const section = (id: string, title: string, content: Markup): Markup =>
  html`<section class="part" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${content}</section>`;

/** A form with a single button. Screen readers announce `name` where sighted people see `label` beside its subject. */
const act = (page: AccountPage, action: string, id: string | undefined, label: string, name: string): Markup =>
  html`<form method="post" class="inline">${hiddenFields({ ...page, carried: { ...page.carried, action, ...(id !== undefined && { id }) } })}<button type="submit" class="second" ${name === label ? '' : html`aria-label="${name}"`}>${label}</button></form>`;
