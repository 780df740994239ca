import { html } from 'hono/html';
import type { Change } from '../../clients/change.ts';
import type { ClientDocument } from '../../clients/client-document.ts';
import type { ReasonCount } from '../../reports/overview.ts';
import type { SafeToEnforce } from '../../reports/safe-to-enforce.ts';
import type { ClientTrend } from '../../reports/trend.ts';
import type { Markup } from '../look.ts';
import { changeTable, shown } from './change-parts.ts';
import { describeMix, legend, weekChart } from './charts/columns.ts';
import type { ConsolePage } from './console-page.ts';
import { asked, clientPath, reasonLink } from './links.ts';
import { badge, card, facts, moment, number, table } from './parts.ts';

export type ClientData = {
  clientId: string;
  name?: string | undefined;
  document: ClientDocument;
  kind: string;
  policy: string;
  mode: string;
  /** Absent for a client that nobody registered. */
  version: number | undefined;
  isDisabled: boolean;
  /** Whether this console may change it: registered, and not one that manages the server. */
  mayChange: boolean;
  secrets: number;
  hasWaiver: boolean;
  steps: readonly { rule: string; value: string; effect: string; decides: boolean }[];
  passes: readonly string[];
  trend: ClientTrend | undefined;
  safe: SafeToEnforce;
  lastSeen: number | undefined;
  reasons: readonly ReasonCount[];
  changes: readonly Change[];
};

const answers = { yes: 'good', no: 'bad', unknown: '' } as const;

/** Everything about one client. */
export function clientPage(data: ClientData): ConsolePage {
  const { clientId, name, trend, safe } = data;
  return {
    title: clientId,
    place: 'clients',
    content: html`<h1>${clientId}</h1>
<p class="lead">${name ? `${name}. ` : ''}${data.kind}${data.isDisabled ? html` ${badge('disabled', 'bad')}` : ''}</p>
${data.mayChange ? acts(data) : ''}
${card(
  'PKCE',
  html`${facts([
    ['Policy', data.policy],
    ['Mode', data.mode],
    ['Requests that pass', data.passes.length === 0 ? 'none' : data.passes.join(', ')],
    ['Safe to enforce S256?', html`${badge(safe.answer, answers[safe.answer])} ${safe.because}`],
    ['Last seen', data.lastSeen === undefined ? 'not in these 12 weeks' : moment(data.lastSeen)],
    ['In these 12 weeks', trend === undefined ? 'no request' : describeMix(trend.mix)],
  ])}
<details><summary>Every rule, and which one decides</summary>
${table(
  'Rules',
  ['Rule', 'Value', 'Effect'],
  data.steps.map(({ rule, value, effect, decides }) => [
    rule,
    value,
    html`${effect}${decides ? html` ${badge('decides')}` : ''}`,
  ]),
)}</details>`,
)}
${trend === undefined ? '' : card('By week', html`${legend()}${weekChart(`Requests of ${clientId} by week`, trend.weeks)}`)}
${data.reasons.length === 0 ? '' : card('Refused', refusedTable(data))}
${card(
  'Registration',
  facts([
    ...Object.entries(data.document).map(([member, value]) => [member, said(value)] as const),
    ['version', data.version === undefined ? undefined : String(data.version)],
  ]),
)}
${card(
  'Changes',
  data.changes.length === 0
    ? html`<p>Nobody has changed it.</p>`
    : html`${changeTable('Changes', data.changes)}<p><a href="${asked('changes', { client: clientId })}">All changes</a></p>`,
)}`,
  };
}

const said = (value: unknown) =>
  Array.isArray(value) && value.every((one) => typeof one === 'string') ? value.join('\n') : shown(value);

function acts({ clientId, isDisabled, secrets, hasWaiver }: ClientData): Markup {
  const all = [
    ['edit', 'Edit'],
    ['waiver', hasWaiver ? 'Waiver' : 'Grant a waiver'],
    ...(hasWaiver ? [['end-waiver', 'End the waiver']] : []),
    ...(secrets > 0 ? [['secret', 'New secret']] : []),
    ...(secrets > 1 ? [['end-old-secret', 'End the old secret']] : []),
    ['connect', 'Connect an app'],
    isDisabled ? ['enable', 'Enable'] : ['disable', 'Disable'],
    ['remove', 'Remove'],
  ] as const;
  return html`<p class="side">${all.map(([act, words]) => html`<a href="${clientPath(clientId, String(act))}">${words}</a>\n`)}</p>`;
}

const refusedTable = ({ reasons, clientId }: ClientData): Markup =>
  html`${table(
    'Refused',
    ['Reason', 'Endpoint', { title: 'Times', isNumber: true }, 'Last'],
    reasons.map(({ reason, endpoints, count, last }) => [
      reasonLink(reason),
      endpoints.join(', '),
      number(count),
      moment(last),
    ]),
  )}<p><a href="${asked('audit', { client: clientId, verdict: 'refused' })}">The lines of today</a></p>`;
