import { describe, expect, test } from 'vitest';
import { writeAdoption } from '../../cli/report/write-adoption.ts';
import { writeRefreshes } from '../../cli/report/write-refreshes.ts';
import { writeSimulation } from '../../cli/report/write-simulation.ts';
import { asText, type Written } from '../../cli/report/written.ts';
import type { AuditEntry } from '../../shared/audit/audit-entry.ts';
import { adoption } from '../../shared/reports/adoption.ts';
import { refreshes } from '../../shared/reports/refreshes.ts';
import { simulate } from '../../shared/reports/simulation.ts';
import { stepsOf } from '../../shared/reports/steps.ts';
import { newTally } from '../../shared/reports/tally.ts';
import { clientWith, day, issued, lastMonth, now, refusedFor } from './made-up.ts';

/* Every table that `pixy report adoption`, `pixy report refresh` and `pixy policy simulate` print, with the longest that can be in it. */

const url = `https://apps.example.com/clients/${'a-long-name-'.repeat(18)}end`;
const waiver = {
  owner: 'the team of the warehouse',
  reason: `${'a reason of many words '.repeat(12)}end`,
  until: now + day,
};
const switches = { acceptLowercaseMethod: true, acceptShortVerifier: true, acceptLongerPlainVerifier: true };
const clients = [
  clientWith(url, { policy: 'none', mode: 'report', enforceAfter: now + 5 * day + 60, waiver, ...switches }),
  { ...clientWith('warehouse-scanner-of-the-northern-branch'), refreshTokenGrace: 3_600 },
  { ...clientWith('web'), rotateRefreshTokens: false },
];

const many = 123_456_789;
const year = { since: now - 365 * day, until: now };

function log(period: typeof year) {
  const tally = newTally(stepsOf(period));
  const add = (entry: AuditEntry) => tally.add(entry, many, entry.time);
  for (const { clientId: client } of clients) {
    for (const method of ['S256', 's256', 'plain', 'missing', 'none'] as const) {
      add(issued(client, method, { wouldRefuse: 'code_challenge_method_plain_refused' }));
      add(refusedFor('code_challenge_method_plain_refused', client, method, { mistake: 'challenge_is_base64_of_hex' }));
    }
    for (const refresh of ['race', 'lost_reply', 'replay'] as const) {
      add(issued(client, 'S256', { endpoint: 'token', grant: 'refresh_token', refresh }));
    }
  }
  tally.addUnreadable('broken', many);
  tally.addUnreadable('other_version', many);
  return tally.result();
}

const policy = { default: 'S256', floor: 'none', mode: 'enforce' } as const;

const written: [string, Written][] = [lastMonth, year].flatMap((period, index): [string, Written][] => {
  const common = { period, clients, tallied: log(period) };
  const times = index === 0 ? 'a month' : 'a year';
  return [
    [
      `adoption of ${times}`,
      writeAdoption(adoption({ ...common, global: policy, target: 'any', minimumIssued: 10, now })),
    ],
    [`refreshes of ${times}`, writeRefreshes(refreshes(common.tallied, period, clients, now))],
    [
      `a simulation of ${times}`,
      writeSimulation(simulate({ ...common, current: policy, proposed: { ...policy, floor: 'S256' }, at: now })),
    ],
  ];
});

describe.each(written)('%s', (_, report) => {
  test('has at most 100 columns', () => {
    expect(report.sections.length).toBeGreaterThan(0);
    const tooLong = asText(report)
      .split('\n')
      .filter((line) => line.length > 100);
    expect(tooLong).toEqual([]);
  });

  test('loses nothing on the way: every text is there, in parts', () => {
    const squeezed = (text: string) => text.replaceAll(/\s/g, '');
    // What stands in one column of a table, and nothing else, is a part of it.
    const text = asText({
      ...report,
      sections: report.sections.map((section) => ({ ...section, columns: section.columns.slice(0, 1) })),
    });
    expect(squeezed(text)).toContain(squeezed(url));
  });

  test('has a row on each line with --wide', () => {
    const wide = asText(report, { wide: true });
    expect(wide.split('\n').filter((line) => line.startsWith(url)).length).toBeGreaterThan(0);
    const rows = report.sections.reduce((sum, { rows: own }) => sum + own.length + 3, 0);
    expect(wide.trimEnd().split('\n')).toHaveLength(
      1 + report.lines.length + rows + (report.summary === undefined ? 0 : 2),
    );
  });
});
