import type { ClientRefreshes, RefreshReport } from '../../shared/reports/refreshes.ts';
import { number, plural } from '../output.ts';
import { dayOf, minuteOf } from './period.ts';
import type { Section } from './section.ts';
import { stepName, stepTitle } from './usage-words.ts';
import { describeUnreadable, type Written } from './written.ts';

/** What the report on refresh tokens says, the clients with the most replays first. */
export function writeRefreshes(report: RefreshReport): Written {
  const { period, clients, total, unreadable } = report;
  const { refreshes, races, lostReplies, replays } = total;
  return {
    title: `Refresh tokens, ${minuteOf(period.since)} to ${minuteOf(period.until)} UTC`,
    lines: [
      `Refreshes: ${number(refreshes)}, of which ${plural(races, 'race')} and ${number(lostReplies)} after a lost reply. Replays: ${number(replays)}.`,
      ...describeUnreadable(unreadable),
    ],
    sections: [trendSection(report), clientsSection(clients)].filter(({ rows }) => rows.length > 0),
    summary: `Without the grace there would have been ${plural(replays + races + lostReplies, 'replay')}, each of which signs somebody out.`,
  };
}

const countTitles = ['Refreshes', 'Races', 'Lost replies', 'Replays'].map((title) => ({ title, numeric: true }));

const countCells = ({ refreshes, races, lostReplies, replays }: RefreshReport['total']): string[] =>
  [refreshes, races, lostReplies, replays].map(number);

/** How replays and their like changed, for example with a release of an app. */
const trendSection = ({ clients, trend, stepDays }: RefreshReport): Section => ({
  title: `All clients, by ${stepName(stepDays)}`,
  columns: [{ title: stepTitle(stepDays) }, ...countTitles],
  rows: clients.length === 0 ? [] : trend.map((point) => [dayOf(point.since), ...countCells(point)]),
});

const clientsSection = (clients: readonly ClientRefreshes[]): Section => ({
  title: 'Clients',
  columns: [{ title: 'Client' }, { title: 'Grace' }, ...countTitles, { title: 'Last replay' }],
  rows: clients
    .toSorted((one, other) => other.replays - one.replays || other.refreshes - one.refreshes)
    .map((client) => [
      client.client,
      graceOf(client),
      ...countCells(client),
      client.lastReplay === undefined ? '' : dayOf(client.lastReplay),
    ]),
});

function graceOf({ rotates, grace }: ClientRefreshes): string {
  if (rotates === undefined) return 'removed';
  if (!rotates) return 'no rotation';
  return grace === undefined ? 'default' : `${number(grace)} s`;
}
