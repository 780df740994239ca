import { html } from 'hono/html';
import type { Grant } from '../../grants/grant.ts';
import type { Home } from '../../home.ts';
import { type Account, displayName } from '../../people/account.ts';
import type { ListedSession } from '../../people/session-store.ts';
import { briefTime } from '../../time.ts';
import type { Markup } from '../look.ts';
import { shown } from './change-parts.ts';
import type { ConsolePage } from './console-page.ts';
import { clientLink, personPath } from './links.ts';
import { badge, type Content, card, entry, facts, moment, notice, plural, table } from './parts.ts';

/** The accounts that are meant by what somebody typed; undefined: nobody asked yet. */
export const peoplePage = (asked: string | undefined, found: readonly Account[]): ConsolePage => ({
  title: 'People',
  place: 'people',
  status: asked !== undefined && found.length === 0 ? 404 : 200,
  content: html`<h1>People</h1>
<p class="lead">Finds an account by its whole username, email address or subject. By the beginning of a name, <code>pixy accounts list --begins</code> finds it.</p>
<form class="filter" method="get">
${entry({ name: 'q', label: 'Username, email address or sub', value: asked, longest: 255, type: 'search', isRequired: true })}
<div><button class="second">Find</button></div>
</form>
${asked === undefined ? '' : foundAccounts(found)}`,
});

const foundAccounts = (found: readonly Account[]): Markup =>
  found.length === 0
    ? html`<section class="card"><p>There is no account of that name.</p></section>`
    : card(
        'Found',
        table(
          'Accounts',
          ['Account', 'Email', 'Subject', 'State'],
          found.map((account) => [
            html`<a href="${personPath(account.sub)}">${displayName(account)}</a>`,
            account.email ?? '',
            html`<code>${account.sub}</code>`,
            stateBadge(account),
          ]),
        ),
      );

const stateBadge = ({ disabledAt }: Account): Markup =>
  disabledAt === undefined ? badge('enabled', 'good') : badge('disabled', 'bad');

export type PersonData = {
  account: Account;
  sessions: readonly ListedSession[];
  /** Those with refresh tokens that are in force. */
  grants: readonly Grant[];
  /** The letter of a region that has not said which there are. */
  missing?: Home | undefined;
  mayWrite: boolean;
  /** Whether the person is an operator, for whom no link is made here. */
  isOperator: boolean;
};

/** One person: who they are, where they are signed in, and what they gave to apps. */
export function personPage({ account, sessions, grants, missing, mayWrite, isOperator }: PersonData): ConsolePage {
  const { sub, username, email, claims, disabledAt, createdAt, invitation } = account;
  const others = Object.entries(claims).filter(([name]) => name !== 'sub');
  const name = displayName(account);
  return {
    title: name,
    place: 'people',
    content: html`<h1>${name}</h1>
<p class="lead">${stateBadge(account)}${isOperator ? html` ${badge('operator')}` : ''}</p>
${mayWrite ? acts(sub, disabledAt !== undefined, isOperator) : ''}
${card(
  'Account',
  facts([
    ['Subject', html`<code>${sub}</code>`],
    ['Username', username],
    ['Email', email],
    ['Password', account.passwordHash === undefined ? 'none' : 'set'],
    ['Link', invitation && linkText(invitation)],
    ['Disabled since', disabledAt === undefined ? undefined : moment(disabledAt)],
    ['Created', createdAt === undefined ? undefined : moment(createdAt)],
    ...others.map(([claim, value]) => [`claim ${claim}`, shown(value)] as const),
  ]),
)}
${card(`Signed in with ${plural(sessions.length, 'browser')}`, sessionTable(sub, sessions, mayWrite))}
${card(`${plural(grants.length, 'grant')} to apps`, grantTable(sub, grants, mayWrite))}
${missing === undefined ? '' : notice('warn', `Region ${missing} gives no answer: its grants are missing here. What you take back is worth nothing there, either.`)}`,
  };
}

function linkText({ purpose, expiresAt, spentAt }: NonNullable<Account['invitation']>): Markup {
  return spentAt === undefined
    ? html`${purpose}, until ${moment(expiresAt)}`
    : html`${purpose}, used ${moment(spentAt)}`;
}

function acts(sub: string, isDisabled: boolean, isOperator: boolean): Markup {
  const all = [
    ['end-sessions', 'Sign out everywhere'],
    ...(isDisabled || isOperator ? [] : [['link', 'Link for a new password']]),
    isDisabled ? ['enable', 'Enable'] : ['disable', 'Disable'],
  ];
  return html`<p class="side">${all.map(([act, words]) => html`<a href="${personPath(sub, act)}">${words}</a>\n`)}</p>`;
}

const sessionTable = (sub: string, sessions: readonly ListedSession[], mayWrite: boolean): Content =>
  sessions.length === 0
    ? html`<p>Nobody is signed in.</p>`
    : table(
        'Sessions',
        ['Signed in', 'With', 'Ends', 'Unless used until', 'Browser', 'From', ...(mayWrite ? ['Change'] : [])],
        sessions.map(({ id, authTime, amr, expiresAt, idleUntil, userAgent, place }) => [
          moment(authTime),
          amr.join(' '),
          moment(expiresAt),
          moment(idleUntil),
          userAgent ?? '',
          place ?? '',
          ...(mayWrite
            ? [
                html`<a href="${personPath(sub, 'end-session')}?session=${id}">End it<span class="unseen">: ${userAgent ?? 'a browser'} since ${briefTime(authTime)}</span></a>`,
              ]
            : []),
        ]),
      );

const grantTable = (sub: string, grants: readonly Grant[], mayWrite: boolean): Content =>
  grants.length === 0
    ? html`<p>No app has a refresh token of this person.</p>`
    : table(
        'Grants',
        ['App', 'Scope', 'Given', 'Ends', ...(mayWrite ? ['Change'] : [])],
        grants.map(({ clientId, scope, issuedAt, refresh }) => [
          clientLink(clientId),
          scope.join(' '),
          moment(issuedAt),
          refresh ? moment(Math.min(refresh.idleUntil, refresh.endsAt)) : '',
          ...(mayWrite
            ? [
                html`<a href="${personPath(sub, 'end-app')}?app=${encodeURIComponent(clientId)}">Take it back<span class="unseen"> from ${clientId}</span></a>`,
              ]
            : []),
        ]),
      );
