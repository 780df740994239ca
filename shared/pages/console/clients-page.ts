import { html } from 'hono/html';
import type { ConsolePage } from './console-page.ts';
import { asked, clientLink } from './links.ts';
import { badge, entry, moment, plural, select, table } from './parts.ts';

export type ClientFilter = {
  q?: string | undefined;
  kind?: string | undefined;
  policy?: string | undefined;
  state?: string | undefined;
};

export type ClientLine = {
  clientId: string;
  name?: string | undefined;
  kind: string;
  policy: string;
  mode: string;
  waiver: string;
  switches: string;
  /** Epoch seconds. */
  lastSeen?: number | undefined;
  isDisabled: boolean;
};

/** The list of clients, of which the filter left these. `all`: how many there are. */
export function clientsPage(
  filter: ClientFilter,
  lines: readonly ClientLine[],
  { all, mayWrite, days }: { all: number; mayWrite: boolean; days: number },
): ConsolePage {
  return {
    title: 'Clients',
    place: 'clients',
    content: html`<h1>Clients</h1>
<p class="lead">${lines.length === all ? plural(all, 'client') : `${lines.length} of ${plural(all, 'client')}`}, with the policy that each is held to and where it comes from.</p>
${mayWrite ? html`<p><a class="button" href="${asked('add-client', {})}">Add a client</a></p>` : ''}
<form class="filter" method="get">
${entry({ name: 'q', label: 'Id or name', value: filter.q, longest: 255, type: 'search' })}
${select('kind', 'Kind', oneOf(['public', 'confidential', 'not registered']), filter.kind)}
${select('policy', 'Policy', oneOf(['S256', 'any', 'none']), filter.policy)}
${select('state', 'State', oneOf(['enabled', 'disabled', 'report mode', 'with a waiver']), filter.state)}
<div><button class="second">Filter</button></div>
</form>
<section class="card">${
      lines.length === 0
        ? html`<p>No client is like this.</p>`
        : table(
            'Clients',
            ['Client', 'Kind', 'Policy', 'Mode', 'Waiver', 'Switches', `Last seen, of ${days} days`],
            lines.map((line) => [
              html`${clientLink(line.clientId)}${line.name ? html`<br><span class="soft">${line.name}</span>` : ''}`,
              line.kind,
              line.policy,
              line.mode === 'enforce' ? line.mode : badge(line.mode, 'bad'),
              line.waiver,
              html`${line.switches}${line.isDisabled ? badge('disabled', 'bad') : ''}`,
              line.lastSeen === undefined ? 'not seen' : moment(line.lastSeen),
            ]),
          )
    }</section>`,
  };
}

const oneOf = (values: readonly string[]) => [
  { value: '', text: 'all' },
  ...values.map((value) => ({ value, text: value })),
];
