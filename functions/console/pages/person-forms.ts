import { html } from 'hono/html';
import { endpoints } from '../../../shared/oauth/endpoints.ts';
import { type Parameters, single } from '../../../shared/oauth/parameters.ts';
import { formPage, sayingPage } from '../../../shared/pages/console/form-pages.ts';
import { personPath } from '../../../shared/pages/console/links.ts';
import { moment, notice } from '../../../shared/pages/console/parts.ts';
import { checkbox, hidden } from '../../../shared/pages/field.ts';
import type { Markup } from '../../../shared/pages/look.ts';
import { type Account, displayName } from '../../../shared/people/account.ts';
import { linkLifetimes, newLink } from '../../../shared/people/invitation.ts';
import { revokeApp } from '../../account/apps.ts';
import { endOneSession, sessionEnded } from '../../admin/operations/sessions.ts';
import type { ConsoleDeps } from '../console-deps.ts';
import { readWhy } from '../perform.ts';
import type { Sent, Shown, ShowPage, TakeForm, Visit } from '../visit.ts';
import { mayNotWrite, missingPage } from './missing.ts';
import { isOperator } from './people.ts';

/*
 * What an operator does to an account: each is the one conditional write that the command line makes, and the change log has its reason.
 * Of these, the management API knows the end of a session.
 */

type FormOfPerson = {
  title: (name: string) => string;
  lead: string;
  fields?: (visit: Visit, form: Parameters | undefined) => Markup;
  button: string;
  isDangerous?: boolean;
  /** Whether it is not for this account. */
  isForbidden?: (account: Account, deps: ConsoleDeps) => Shown | undefined;
  /** Does it; undefined when the account is not as it was read. */
  act: (account: Account, sent: Sent, deps: ConsoleDeps) => Promise<{ did: string; shown?: Shown } | undefined>;
};

/** The counter of an account that everything which takes something back raises; a form is made on it, as on a version. */
const versionOf = ({ epoch }: Account): number => epoch;

function formOfPerson(form: FormOfPerson): { show: ShowPage; take: TakeForm } {
  async function page(
    visit: Visit,
    deps: ConsoleDeps,
    failed?: { form: Parameters; problem?: string; wrong?: string[] },
  ) {
    const account = await deps.people.accounts.findBySubject(visit.name);
    if (account === undefined) return missingPage('account', 'people');
    if (!visit.operator.mayWrite) return mayNotWrite('people');
    const forbidden = form.isForbidden?.(account, deps);
    if (forbidden) return forbidden;
    const name = displayName(account);
    return {
      page: formPage({
        title: form.title(name),
        place: 'people',
        lead: form.lead,
        fields: form.fields?.(visit, failed?.form),
        button: form.button,
        ...(form.isDangerous && { isDangerous: true }),
        back: { path: personPath(account.sub), words: name },
        formToken: visit.operator.formToken,
        version: versionOf(account),
        why: failed && single(failed.form, 'why'),
        problem: failed?.problem,
        wrong: failed?.wrong,
      }),
      ...(failed && { refused: 'document_invalid' }),
    } satisfies Shown;
  }

  return {
    show: (visit, deps) => page(visit, deps),
    async take(sent, deps) {
      const { form: entered, name, operator } = sent;
      const why = readWhy(single(entered, 'why'));
      if (!why.ok) return page(sent, deps, { form: entered, problem: why.refusal });
      const account = await deps.people.accounts.findBySubject(name);
      if (account === undefined) return missingPage('account', 'people');
      const forbidden = form.isForbidden?.(account, deps);
      if (forbidden) return forbidden;
      const isStale = single(entered, 'version') !== String(versionOf(account));
      const done = isStale ? undefined : await form.act(account, sent, deps);
      if (done === undefined) return page(sent, deps, { form: entered, wrong: [changedMeanwhile] });
      await deps.people.log({ by: operator.by, why: why.value }, name, done.did);
      return done.shown ?? { to: personPath(name) };
    },
  };
}

const changedMeanwhile =
  'Somebody changed this account since you opened the page: it was disabled, its password was changed, or its sessions were ended. Nothing was written. Look at it, and decide again.';

export const disablePerson = formOfPerson({
  title: (name) => `Disable ${name}`,
  lead: 'The person cannot sign in, and every session and every grant is worth nothing from now on, also when the account is enabled again. Access tokens that an API verifies by itself stay valid until they expire.',
  button: 'Disable the account',
  isDangerous: true,
  async act({ sub }, _, { people, now }) {
    const done = await people.accounts.disable(sub, now());
    if (done === undefined) return undefined;
    await people.sessions.clearAway(done);
    return { did: 'disabled' };
  },
});

export const enablePerson = formOfPerson({
  title: (name) => `Enable ${name}`,
  lead: 'The person can sign in again. Sessions and grants that were ended do not come back.',
  button: 'Enable the account',
  act: async ({ sub }, _, { people }) => ((await people.accounts.enable(sub)) ? { did: 'enabled' } : undefined),
});

export const endSessions = formOfPerson({
  title: (name) => `Sign out ${name} everywhere`,
  lead: 'Ends every session, and takes every grant back from every app. The person can sign in again.',
  button: 'Sign out everywhere',
  isDangerous: true,
  async act({ sub, epoch }, _, { people }) {
    const done = await people.accounts.takeBackAll(sub, epoch);
    if (done === undefined) return undefined;
    await people.sessions.clearAway(done);
    return { did: 'signed out everywhere' };
  },
});

export const endOneOfSessions = formOfPerson({
  title: (name) => `End a session of ${name}`,
  lead: 'The browser of this session is signed out. The others go on, and so do the apps, unless this server ends what they got with the session.',
  fields: ({ query }, form) => {
    const id = single(form ?? query, 'session') ?? '';
    return html`<p>Session: <code>${id}</code></p>${hidden('session', id)}`;
  },
  button: 'End the session',
  isDangerous: true,
  async act({ sub }, { form }, deps) {
    const id = single(form, 'session') ?? '';
    return /^[\w-]{43}$/.test(id) && (await endOneSession(sub, id, deps)) ? { did: sessionEnded } : undefined;
  },
});

export const endApp = formOfPerson({
  title: (name) => `Take access back from an app of ${name}`,
  lead: 'The app has to ask the person again, and what it has is worth nothing.',
  fields: ({ query }, form) => {
    const app = single(form ?? query, 'app') ?? '';
    return html`<p>App: <strong>${app}</strong></p>${hidden('app', app)}`;
  },
  button: 'Take it back',
  isDangerous: true,
  async act({ sub }, { form }, { people, clients, now }) {
    const app = single(form, 'app');
    if (app === undefined || !/^[\x21-\x7e]{1,255}$/.test(app)) return undefined;
    await revokeApp(sub, app, { ...people, clients, now });
    return { did: `access of ${app} was taken back` };
  },
});

export const linkForPerson = formOfPerson({
  title: (name) => `A link for ${name}`,
  lead: 'Whoever opens the link sets a password or makes a passkey, and is signed in: give it to the person alone. It works once, and replaces a link from before. It is shown on the next page, and never again.',
  fields: () =>
    checkbox(
      'everything',
      'Using it also removes every other way to sign in',
      'passkeys, linked accounts, the authenticator app',
      false,
    ),
  button: 'Make the link',
  isForbidden: (account, deps) => (isOperator(account, deps) ? operatorsLink : undefined),
  async act({ sub, passwordHash, disabledAt, ...account }, { form }, { people, issuer, now }) {
    if (disabledAt !== undefined) return undefined;
    const purpose = passwordHash === undefined ? 'invitation' : 'reset';
    const everything = single(form, 'everything') !== undefined;
    const { token, invitation } = newLink(sub, purpose, now(), linkLifetimes[purpose], everything);
    if ((await people.accounts.invite(sub, invitation)) === undefined) return undefined;
    const name = displayName({ sub, ...account });
    const content = html`${notice('warn', 'Copy it now. Nothing that is stored can show it again.')}
<section class="card"><h2>Link for ${name}</h2>
<p class="once"><code>${issuer}${endpoints.invitation}?token=${token}</code></p>
<p>It works once, until ${moment(invitation.expiresAt)} UTC.</p></section>
<p class="side"><a href="${personPath(sub)}">${name}</a></p>`;
    return { did: `link made (${purpose})`, shown: { page: sayingPage('people', 'The link', content) } };
  },
});

/** Whoever has the link could manage the server as this person, and perhaps more than who made it. */
const operatorsLink: Shown = {
  page: sayingPage(
    'people',
    'Not from here',
    html`<p>This person is an operator. Who makes a link for them could manage the server in their place, so the console makes none: <code>pixy accounts set-password --link</code> does.</p>`,
    403,
  ),
  refused: 'scope_insufficient',
};
