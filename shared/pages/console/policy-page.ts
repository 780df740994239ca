import { html } from 'hono/html';
import type { Change } from '../../clients/change.ts';
import { classFloor, type GlobalPolicy, pkcePolicies, unregisteredClasses } from '../../pkce/policy.ts';
import type { ClientSimulation, Simulation, Turned } from '../../reports/simulation.ts';
import { formTokenField, hidden } from '../field.ts';
import type { Markup } from '../look.ts';
import { changedMeanwhile, changeTable } from './change-parts.ts';
import type { ConsolePage } from './console-page.ts';
import { clientLink, reasonLink } from './links.ts';
import { badge, type Content, card, facts, moment, notice, number, plural, reason, select, table } from './parts.ts';

type PolicyLine = { clientId: string; policy: string; origin: string; mode: string; issued: number };

export type PolicyData = {
  policy: GlobalPolicy;
  version: number;
  lastChange?: Change | undefined;
  lines: readonly PolicyLine[];
  /** Days that the figures are of. */
  days: number;
  mayWrite: boolean;
  formToken: string;
  /** What somebody asks about, and what would have become of the requests of those days. */
  asked?: { policy: GlobalPolicy; simulation: Simulation } | undefined;
  /** Of a form that came too late, or without a reason. */
  failed?: { why: string; problem?: string | undefined; meanwhile?: readonly Change[] | undefined } | undefined;
};

/** The global policy: as it is, what another one would do, and the change. */
export function policyPage(data: PolicyData): ConsolePage {
  const { policy, asked, failed } = data;
  const proposed = asked?.policy ?? policy;
  return {
    title: 'Policy',
    place: 'policy',
    status: failed === undefined ? 200 : failed.meanwhile ? 412 : 400,
    content: html`<h1>Policy</h1>
<p class="lead">Which clients must use PKCE, and how strictly. A client has a policy of its own or inherits the default, and no client goes below the floors without a waiver.</p>
${failed?.meanwhile ? changedMeanwhile('the policy', failed.meanwhile) : ''}
${card('In force', inForce(data))}
${card('What would happen if', whatIf(proposed, data))}
${asked === undefined ? '' : card('Then', outcome(asked.simulation, data))}
${card(`Held to by ${plural(data.lines.length, 'client')}`, clientTable(data))}`,
  };
}

const inForce = ({ policy, version, lastChange }: PolicyData): Markup =>
  html`${facts([
    ['Default', policy.default],
    ['Floor of all clients', policy.floor],
    ...unregisteredClasses.map((name) => [classNames[name], classFloor(name, policy)] as const),
    ['Mode', policy.mode === 'report' ? badge('report', 'bad') : policy.mode],
    ['Version', version === 0 ? 'as Pixy ships it' : String(version)],
  ])}
${lastChange === undefined ? '' : changeTable('The last change', [lastChange])}`;

const classNames = {
  url: 'Floor of clients by metadata document',
  dynamic: 'Floor of clients that register themselves',
} as const;

const policies = pkcePolicies.toReversed().map((value) => ({ value, text: value }));
const modes = [
  { value: 'enforce', text: 'enforce' },
  { value: 'report', text: 'report: let through, and count' },
];

const whatIf = (proposed: GlobalPolicy, { days }: PolicyData): Markup =>
  html`<p>Every request of the last ${days} days is judged again, by the rules that decide at the authorization endpoint. Nothing is changed.</p>
<form method="get"><div class="fields">
${select('default', 'Default', policies, proposed.default)}
${select('floor', 'Floor of all clients', policies, proposed.floor)}
${select('mode', 'Mode', modes, proposed.mode)}
${unregisteredClasses.map((name) => select(`floor_${name}`, classNames[name], policies, classFloor(name, proposed)))}
</div>
<button class="second">Show what would happen</button></form>`;

function outcome(simulation: Simulation, data: PolicyData): Markup {
  const { totals, clients } = simulation;
  const touched = clients.filter(
    ({ nowRefused, nowReported, nowAdmitted }) => nowRefused.length + nowReported.length + nowAdmitted.length > 0,
  );
  return html`${verdict(simulation)}
${facts([
  ['Sign-ins judged', number(totals.issued)],
  ['Now refused', `${number(totals.nowRefused)}, of ${plural(totals.clientsRefused, 'client')}`],
  ['Only reported', number(totals.nowReported)],
  ['Refused then, now let in', `${number(totals.nowAdmitted)} of ${number(totals.refused)}`],
  ['Of clients that are off or gone', totals.notReplayed === 0 ? undefined : number(totals.notReplayed)],
])}
${
  touched.length === 0
    ? ''
    : table(
        'Clients that would notice',
        ['Client', 'Policy then', 'Now refused', 'Only reported', 'Now let in'],
        touched.map(simulated),
      )
}
${changeForm(simulation, data)}`;
}

const verdict = ({ totals, period }: Simulation): Markup => {
  const days = Math.round((period.until - period.since) / 86_400);
  return totals.nowRefused === 0
    ? notice('done', `Of ${plural(totals.issued, 'sign-in')} in ${days} days, none would be refused.`)
    : notice(
        'wrong',
        `Of ${plural(totals.issued, 'sign-in')} in ${days} days, ${number(totals.nowRefused)} would be refused, of ${plural(totals.clientsRefused, 'client')}.`,
      );
};

const simulated = ({ client, rules, nowRefused, nowReported, nowAdmitted }: ClientSimulation): Content[] => [
  clientLink(client),
  rules === undefined ? '' : `${rules.policy} (${rules.origin})${rules.mode === 'report' ? ', report' : ''}`,
  ...[nowRefused, nowReported, nowAdmitted].map(turnedList),
];

const turnedList = (turned: readonly Turned[]): Markup =>
  html`${turned.map(({ method, reason: why, count, last }) => html`<div>${number(count)} with ${method}: ${reasonLink(why)}, last ${moment(last)}</div>`)}`;

function changeForm({ proposed }: Simulation, { policy, version, mayWrite, formToken, failed }: PolicyData): Markup {
  if (isSame(proposed, policy)) return html`<p class="soft">This is the policy that is in force.</p>`;
  if (!mayWrite) return html`<p class="soft">You may read, and not change it.</p>`;
  const { url, dynamic } = proposed.floors ?? {};
  return html`<form method="post" action="/console/policy">${formTokenField(formToken)}${hidden('version', String(version))}${hidden('default', proposed.default)}${hidden('floor', proposed.floor)}${hidden('mode', proposed.mode)}${hidden('floor_url', url ?? 'S256')}${hidden('floor_dynamic', dynamic ?? 'S256')}
<h3>Make it so</h3>
<p>Running functions follow within 30 seconds. The change log keeps it, and it can be rolled back from there.</p>
${reason({ why: failed?.why, problem: failed?.problem })}
<button>Change the policy</button></form>`;
}

const isSame = (one: GlobalPolicy, other: GlobalPolicy): boolean =>
  one.default === other.default &&
  one.floor === other.floor &&
  one.mode === other.mode &&
  unregisteredClasses.every((name) => classFloor(name, one) === classFloor(name, other));

const clientTable = ({ lines, days }: PolicyData): Content =>
  lines.length === 0
    ? html`<p>There are no clients.</p>`
    : table(
        'Clients and their policy',
        ['Client', 'Policy', 'Origin', 'Mode', { title: `Sign-ins, ${days} days`, isNumber: true }],
        lines.map(({ clientId, policy, origin, mode, issued }) => [
          clientLink(clientId),
          policy,
          origin,
          mode === 'enforce' ? mode : badge(mode, 'bad'),
          number(issued),
        ]),
      );
