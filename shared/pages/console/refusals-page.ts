import { html } from 'hono/html';
import type { Unreadable } from '../../audit/audit-entry.ts';
import type { ReasonCount } from '../../reports/overview.ts';
import type { Markup } from '../look.ts';
import type { ConsolePage } from './console-page.ts';
import { asked, clientLink, reasonLink } from './links.ts';
import { countedText, unreadableNotice } from './overview-page.ts';
import { facts, moment, number, plural, select } from './parts.ts';

/** A reason with what it means and what to change; undefined for one that another version of Pixy knows. */
export type ExplainedReason = ReasonCount & {
  means: string | undefined;
  fix: string | undefined;
  /** The ids of the clients by the names of the log. */
  clientIds: ReadonlyMap<string, string>;
};

const spans = [
  { value: '1', text: 'today' },
  { value: '7', text: '7 days' },
  { value: '28', text: '28 days' },
  { value: '84', text: '12 weeks' },
];

/** How many clients a reason names. */
const mostClients = 6;

/** What was refused, by reason: what it means, what to change, and whom it meets. */
export const refusalsPage = (
  reasons: readonly ExplainedReason[],
  {
    days,
    order,
    unreadable,
    countedAt,
  }: {
    days: number;
    order: string;
    unreadable: Readonly<Record<Unreadable, number>>;
    countedAt: number | undefined;
  },
): ConsolePage => ({
  title: 'Refusals',
  place: 'refusals',
  content: html`<h1>Refusals</h1>
<p class="lead">${plural(reasons.length, 'reason')} in ${days === 1 ? 'the last day' : `${days} days`}, each with what it means and what to change. ${countedText(countedAt)}</p>
${unreadableNotice(unreadable)}
<form class="filter" method="get">
${select('days', 'Period', spans, String(days))}
${select(
  'order',
  'First',
  [
    { value: 'latest', text: 'the latest' },
    { value: 'frequent', text: 'the most frequent' },
  ],
  order,
)}
<div><button class="second">Show</button></div>
</form>
${reasons.length === 0 ? html`<section class="card"><p>Nothing was refused.</p></section>` : ''}
${reasons.map(section)}`,
});

const section = (reason: ExplainedReason): Markup => html`<section class="card">
<h2>${reasonLink(reason.reason)}</h2>
<p>${reason.means ?? 'Another version of Pixy refused this; its own pages explain it.'}</p>
${facts([
  ['What to do', reason.fix],
  ['Times', number(reason.count)],
  ['Last', moment(reason.last)],
  ['At', reason.endpoints.join(', ')],
  ['Clients', clientList(reason)],
])}
<p><a href="${asked('audit', { reason: reason.reason, day: new Date(reason.last * 1_000).toISOString().slice(0, 10) })}">The lines of that day</a></p>
</section>
`;

function clientList({ clients, clientIds }: ExplainedReason): Markup {
  const shown = clients.slice(0, mostClients);
  const more = clients.length - shown.length;
  return html`${shown.map(({ client, count }) => {
    const clientId = clientIds.get(client ?? '');
    const name =
      client === undefined
        ? html`<span class="soft">no client named</span>`
        : clientId === undefined
          ? client
          : clientLink(clientId);
    return html`<div>${name}: ${number(count)}</div>`;
  })}${more > 0 ? html`<div class="soft">and ${plural(more, 'other')}</div>` : ''}`;
}
