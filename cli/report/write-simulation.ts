import { policyLabel } from '../../shared/pkce/policy-label.ts';
import type { ClientSimulation, Simulation, Turned } from '../../shared/reports/simulation.ts';
import { number, plural } from '../output.ts';
import { dayOf, minuteOf } from './period.ts';
import type { Section } from './section.ts';
import { describeUnreadable, type Written } from './written.ts';

/** Summarizes in one line, for people and scripts, what the proposed policy would change. */
export function summary({ totals }: Pick<Simulation, 'totals'>): string {
  const parts = [
    `${number(totals.nowRefused)} of ${plural(totals.issued, 'issued code')} would be refused (${plural(totals.clientsRefused, 'client')})`,
    ...(totals.nowReported > 0 ? [`${number(totals.nowReported)} only reported`] : []),
    `${number(totals.nowAdmitted)} of ${plural(totals.refused, 'refused request')} would pass`,
    ...(totals.notReplayed > 0 ? [`${number(totals.notReplayed)} not replayed`] : []),
  ];
  return `${parts.join('; ')}.`;
}

export function writeSimulation(simulation: Simulation): Written {
  const { period, at, current, proposed, clients, unreadable } = simulation;
  const describe = ({ default: inherited, floor, mode }: Simulation['proposed']) =>
    `default ${inherited}, floor ${floor}, mode ${mode}`;
  return {
    title: `Policy simulation, ${minuteOf(period.since)} to ${minuteOf(period.until)} UTC`,
    lines: [
      `Proposed: ${describe(proposed)}. Now: ${describe(current)}.`,
      `Rules as of ${minuteOf(at)} UTC.`,
      ...describeUnreadable(unreadable),
    ],
    sections: [clientsSection(clients), changesSection(clients)].filter(({ rows }) => rows.length > 0),
    summary: summary(simulation),
  };
}

const sum = (turned: readonly Turned[]): string => number(turned.reduce((total, { count }) => total + count, 0));

const clientsSection = (clients: readonly ClientSimulation[]): Section => ({
  title: 'Clients',
  columns: [
    { title: 'Client' },
    { title: 'Policy then' },
    ...['Issued', 'Would be refused', 'Only reported', 'Refused', 'Would pass'].map((title) => ({
      title,
      numeric: true,
    })),
  ],
  rows: clients.map(({ client, state, rules, issued, nowRefused, nowReported, refused, nowAdmitted }) => {
    const replayed = state === 'replayed';
    return [
      client,
      rules ? `${policyLabel(rules)}${rules.mode === 'report' ? ', report' : ''}` : `not replayed: ${state}`,
      number(issued),
      replayed ? sum(nowRefused) : '',
      replayed ? sum(nowReported) : '',
      number(refused),
      replayed ? sum(nowAdmitted) : '',
    ];
  }),
});

const changesSection = (clients: readonly ClientSimulation[]): Section => ({
  title: 'What would change, and why',
  columns: [
    { title: 'Client' },
    { title: 'Change' },
    { title: 'Method used' },
    { title: 'Reason' },
    { title: 'Count', numeric: true },
    { title: 'Last' },
  ],
  rows: clients.flatMap(({ client, nowRefused, nowReported, nowAdmitted }) => {
    const rows = (change: string, turned: readonly Turned[]) =>
      turned.map(({ method, reason, count, last }) => [client, change, method, reason, number(count), dayOf(last)]);
    return [
      ...rows('would be refused', nowRefused),
      ...rows('only reported', nowReported),
      ...rows('would pass', nowAdmitted),
    ];
  }),
});
