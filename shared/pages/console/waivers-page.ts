import { html } from 'hono/html';
import type { ClientWaiver } from '../../clients/waiver.ts';
import type { ConsolePage } from './console-page.ts';
import { clientPath } from './links.ts';
import { badge, moment, plural, table } from './parts.ts';

const states = { active: 'good', 'ending soon': 'bad', expired: '' } as const;

/** Every waiver, the one that ends first on top. */
export const waiversPage = (waivers: readonly ClientWaiver[]): ConsolePage => ({
  title: 'Waivers',
  place: 'waivers',
  content: html`<h1>Waivers</h1>
<p class="lead">A waiver lifts the floors for one client, for a reason and until a day. From then on the floors hold again.</p>
<section class="card">${
    waivers.length === 0
      ? html`<p>No client has a waiver. The page of a client grants one.</p>`
      : table(
          'Waivers',
          ['Client', 'State', 'Until', { title: 'Left', isNumber: true }, 'Owner', 'Reason'],
          waivers.map(({ client, waiver, daysLeft, state }) => [
            html`<a href="${clientPath(client.clientId, 'waiver')}">${client.clientId}</a>`,
            badge(state, states[state]),
            moment(waiver.until),
            plural(daysLeft, 'day'),
            waiver.owner,
            waiver.reason,
          ]),
        )
  }</section>`,
});
