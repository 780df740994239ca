import type { ClientRefreshes, RefreshReport } from '../../shared/reports/refreshes.ts';
import { number, plural } from '../output.ts';
import { dayOf, minuteOf } from './period.ts';
import type { Section } from './section.ts';
import { describeUnreadable, type Written } from './written.ts';

/** What the report on refresh tokens says, the clients with the most replays first. */
export function writeRefreshes({ period, clients, total, unreadable }: RefreshReport): Written {
  const { refreshes, races, lostReplies, replays } = total;
  return {
    title: `Refresh tokens, ${minuteOf(period.since)} to ${minuteOf(period.until)} UTC`,
    lines: [
      `Refreshes: ${number(refreshes)}, of which ${plural(races, 'race')} and ${number(lostReplies)} after a lost reply. Replays: ${number(replays)}.`,
      ...describeUnreadable(unreadable),
    ],
    sections: [clientsSection(clients)].filter(({ rows }) => rows.length > 0),
    summary: `Without the grace there would have been ${plural(replays + races + lostReplies, 'replay')}, each of which signs somebody out.`,
  };
}

const clientsSection = (clients: readonly ClientRefreshes[]): Section => ({
  title: 'Clients',
  columns: [
    { title: 'Client' },
    { title: 'Grace' },
    ...['Refreshes', 'Races', 'Lost replies', 'Replays'].map((title) => ({ title, numeric: true })),
    { title: 'Last replay' },
  ],
  rows: clients
    .toSorted((one, other) => other.replays - one.replays || other.refreshes - one.refreshes)
    .map((client) => [
      client.client,
      graceOf(client),
      number(client.refreshes),
      number(client.races),
      number(client.lostReplies),
      number(client.replays),
      client.lastReplay === undefined ? '' : dayOf(client.lastReplay),
    ]),
});

function graceOf({ rotates, grace }: ClientRefreshes): string {
  if (rotates === undefined) return 'removed';
  if (!rotates) return 'no rotation';
  return grace === undefined ? 'default' : `${number(grace)} s`;
}
