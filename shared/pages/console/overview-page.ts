import { html } from 'hono/html';
import type { Unreadable } from '../../audit/audit-entry.ts';
import type { ClientWaiver } from '../../clients/waiver.ts';
import type { KeyState } from '../../keys/key-ring.ts';
import type { GlobalPolicy } from '../../pkce/policy.ts';
import type { Overview, ReasonCount } from '../../reports/overview.ts';
import { briefTime } from '../../time.ts';
import type { Markup } from '../look.ts';
import { columnChart } from './charts/columns.ts';
import type { ConsolePage } from './console-page.ts';
import { asked, clientLink, reasonLink } from './links.ts';
import { badge, card, facts, moment, notice, number, plural, table, tiles } from './parts.ts';

type KeyLine = { kid: string; algorithm: string; state: KeyState; signFrom: number; deletedAfter?: number };

export type OverviewData = {
  counts: Overview;
  reasons: readonly ReasonCount[];
  unreadable: Readonly<Record<Unreadable, number>>;
  waivers: readonly ClientWaiver[];
  policy: GlobalPolicy;
  policyVersion: number;
  clients: number;
  keys: readonly KeyLine[];
  versions: { pixy: string; node: string; auditLines: number };
  countedAt: number | undefined;
};

/** The page that tells at a glance whether something needs somebody. */
export function overviewPage(data: OverviewData): ConsolePage {
  const { counts, reasons, unreadable, waivers, countedAt } = data;
  const span = plural(counts.days.length, 'day');
  return {
    title: 'Overview',
    place: 'overview',
    content: html`<h1>Overview</h1>
<p class="lead">The last ${span}. ${countedText(countedAt)}</p>
${unreadableNotice(unreadable)}
${tiles([
  { name: 'sign-ins', value: number(counts.issued), hint: 'codes that were issued' },
  { name: 'requests refused', value: number(counts.refused) },
  { name: 'replays', value: number(counts.replays), hint: 'codes, tokens and assertions used again' },
  { name: 'let through by report mode', value: number(counts.wouldRefuse) },
  { name: 'failed', value: number(counts.failed), hint: 'the infrastructure did not answer' },
  { name: 'clients', value: number(data.clients) },
])}
${card('Sign-ins by day', dayChart(counts))}
<div class="split">
${card('Refused, by reason', reasonList(reasons.slice(0, 6)))}
${card('Waivers that end', waiverList(waivers))}
${card('Policy', policyFacts(data))}
${card('Signing keys', keyTable(data.keys))}
</div>
${card(
  'Versions',
  facts([
    ['Pixy', data.versions.pixy],
    ['Node', data.versions.node],
    ['Audit lines', `version ${data.versions.auditLines}`],
  ]),
)}`,
  };
}

export const countedText = (countedAt: number | undefined): string =>
  countedAt === undefined ? 'Nothing was counted yet.' : `Counted ${briefTime(countedAt)} UTC.`;

/** Lines that were not counted are never left out in silence. */
export function unreadableNotice({ broken, other_version: later }: Readonly<Record<Unreadable, number>>): Markup | '' {
  const said = [
    ...(later > 0 ? [`${plural(later, 'line')} of another version of Pixy, which this one cannot read`] : []),
    ...(broken > 0 ? [`${plural(broken, 'line')} that ${broken === 1 ? 'is' : 'are'} no audit line`] : []),
  ];
  return said.length === 0 ? '' : notice('warn', `The figures leave out ${said.join(', and ')}.`);
}

function dayChart({ days }: Overview): Markup {
  const columns = days.map(({ day, issued, refused }) => ({
    label: day.slice(5),
    parts: [
      { kind: 'issued', count: issued },
      { kind: 'refused', count: refused },
    ],
    said: `${day}: ${plural(issued, 'sign-in')}, ${number(refused)} refused`,
  }));
  return html`<ul class="legend"><li><svg viewBox="0 0 14 14" aria-hidden="true" focusable="false"><rect class="issued" x=".5" y=".5" width="13" height="13" rx="3"/></svg>signed in</li>
<li><svg viewBox="0 0 14 14" aria-hidden="true" focusable="false"><rect class="refused" x=".5" y=".5" width="13" height="13" rx="3"/></svg>refused</li></ul>
${columnChart('Sign-ins and refused requests by day', columns)}`;
}

const reasonList = (reasons: readonly ReasonCount[]): Markup =>
  reasons.length === 0
    ? html`<p>Nothing was refused.</p>`
    : html`${table(
        'Refused, by reason',
        ['Reason', { title: 'Times', isNumber: true }, 'Last'],
        reasons.map(({ reason, count, last }) => [reasonLink(reason), number(count), moment(last)]),
      )}
<p><a href="${asked('refusals', {})}">All refusals, with what to do about each</a></p>`;

const waiverList = (waivers: readonly ClientWaiver[]): Markup =>
  waivers.length === 0
    ? html`<p>No waiver ends within 14 days.</p>`
    : table(
        'Waivers that end within 14 days',
        ['Client', 'Ends', { title: 'Left', isNumber: true }],
        waivers.map(({ client, waiver, daysLeft }) => [
          clientLink(client.clientId),
          moment(waiver.until),
          plural(daysLeft, 'day'),
        ]),
      );

const policyFacts = ({ policy, policyVersion }: OverviewData): Markup =>
  html`${facts([
    ['Default', policy.default],
    ['Floor of all clients', policy.floor],
    ['Mode', policy.mode === 'report' ? badge('report', 'bad') : policy.mode],
    ['Version', policyVersion === 0 ? 'as Pixy ships it' : String(policyVersion)],
  ])}
<p><a href="${asked('policy', {})}">What would happen if it were another</a></p>`;

const keyStates: Record<KeyState, string> = {
  next: 'published, signs later',
  signing: 'signs',
  replaced: 'replaced',
  withdrawn: 'algorithm not in use',
};

const keyTable = (keys: readonly KeyLine[]): Markup =>
  keys.length === 0
    ? html`<p>There is no key yet.</p>`
    : table(
        'Signing keys',
        ['Key', 'Algorithm', 'State', 'Signs from', 'Deleted after'],
        keys.map(({ kid, algorithm, state, signFrom, deletedAfter }) => [
          html`<code>${kid.slice(0, 12)}${kid.length > 12 ? '…' : ''}</code>`,
          algorithm,
          state === 'signing' ? badge('signs', 'good') : keyStates[state],
          moment(signFrom),
          deletedAfter === undefined ? '' : moment(deletedAfter),
        ]),
      );
