import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeRefreshes } from '../../cli/report/write-refreshes.ts';
import { asText } from '../../cli/report/written.ts';
import { run } from '../../cli/run.ts';
import type { AuditEntry } from '../../shared/audit/audit-entry.ts';
import { auditLine, auditVersion, loggedClientId, type OldRefreshToken } from '../../shared/audit/decision.ts';
import { refreshes } from '../../shared/reports/refreshes.ts';
import { clientWith, issued, lastMonth, now, tallied, times } from './made-up.ts';

const refreshed = (client: string, refresh?: OldRefreshToken, more: Partial<AuditEntry> = {}): AuditEntry => ({
  v: auditVersion,
  time: now - 3_600,
  request: 'JKJaXmPLvHcESHA=',
  endpoint: 'token',
  verdict: refresh === 'replay' ? 'refused' : 'allowed',
  client: loggedClientId(client),
  grant: 'refresh_token',
  ...(refresh && { refresh }),
  ...more,
});

const long = 'x'.repeat(100);
const clients = [
  { ...clientWith('quiet'), rotateRefreshTokens: true },
  { ...clientWith('keeper'), rotateRefreshTokens: false },
  { ...clientWith('phone'), clientName: 'Phone', refreshTokenGrace: 3_600 },
  clientWith(long),
];
const log = tallied(
  times(40, refreshed('phone')),
  times(5, refreshed('phone', 'race')),
  times(2, refreshed('phone', 'lost_reply')),
  refreshed('phone', 'replay', { time: now - 7_200 }),
  refreshed('phone', 'replay', { time: now - 1_800 }),
  refreshed(long, 'race'),
  refreshed('gone'),
  refreshed('phone', undefined, { verdict: 'refused', reason: 'refresh_token_expired' }),
  // What is no refresh is not counted.
  times(7, { ...refreshed('quiet'), grant: 'authorization_code' }),
  issued('quiet', 'S256'),
);
const report = refreshes(log, lastMonth, clients, now);
const none = { refreshes: 0, races: 0, lostReplies: 0, replays: 0 };

describe('the report on refresh tokens', () => {
  test('counts refreshes, races, lost replies and replays per client', () => {
    expect(report.clients.find(({ client }) => client === 'phone')).toEqual({
      client: 'phone',
      name: 'Phone',
      rotates: true,
      grace: 3_600,
      refreshes: 47,
      races: 5,
      lostReplies: 2,
      replays: 2,
      lastReplay: now - 1_800,
    });
  });

  test('puts back the id of a client that the log has by its hash', () => {
    expect(report.clients.find(({ client }) => client === long)).toMatchObject({ refreshes: 1, races: 1 });
  });

  test('names clients that refreshed, and those that keep their token, and no others', () => {
    expect(report.clients.map(({ client }) => client)).toEqual(['gone', 'keeper', 'phone', long]);
    expect(report.clients.find(({ client }) => client === 'keeper')).toEqual({
      client: 'keeper',
      rotates: false,
      ...none,
    });
    expect(report.clients[0]).toEqual({ client: 'gone', ...none, refreshes: 1 });
  });

  test('adds everything up', () => {
    const { at, period, total, unreadable } = report;
    expect({ at, period }).toEqual({ at: now, period: lastMonth });
    expect(total).toEqual({ refreshes: 49, races: 6, lostReplies: 2, replays: 2, lastReplay: now - 1_800 });
    expect(unreadable).toEqual({ broken: 0, other_version: 0 });
    expect(report.stepDays).toBe(7);
    expect(report.trend).toHaveLength(5);
    expect(report.trend.at(-1)).toEqual({ since: Date.UTC(2026, 10, 16) / 1_000, ...total });
  });

  test('is a table of 100 columns at most, the clients with replays first', () => {
    const short = refreshes(log, lastMonth, clients.slice(0, 3), now);
    const text = asText(
      writeRefreshes({ ...short, clients: short.clients.filter(({ client }) => client.length < 34) }),
    );
    expect(text).toBe(`Refresh tokens, 2026-10-23 12:00 to 2026-11-22 12:00 UTC
Refreshes: 49, of which 6 races and 2 after a lost reply. Replays: 2.

All clients, by week
WEEK FROM   REFRESHES  RACES  LOST REPLIES  REPLAYS
2026-10-19          0      0             0        0
2026-10-26          0      0             0        0
2026-11-02          0      0             0        0
2026-11-09          0      0             0        0
2026-11-16         49      6             2        2

Clients
CLIENT  GRACE        REFRESHES  RACES  LOST REPLIES  REPLAYS  LAST REPLAY
phone   3,600 s             47      5             2        2  2026-11-22
gone    removed              1      0             0        0
keeper  no rotation          0      0             0        0

Without the grace there would have been 10 replays, each of which signs somebody out.
`);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test('is printed by pixy report refresh, and as JSON', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pixy-refreshes-'));
    try {
      await mkdir(join(folder, 'audit'));
      const line = auditLine(now - 60, 'JKJaXmPLvHcESHA=', {
        endpoint: 'token',
        verdict: 'refused',
        reason: 'refresh_token_replayed',
        client: 'phone',
        grant: 'refresh_token',
        refresh: 'replay',
      });
      await writeFile(join(folder, 'audit', '2026-11-22.jsonl'), `${line}\nnot a line\n`);
      const printed = async (...more: string[]) => {
        let output = '';
        const write = (text: string) => {
          output += text;
        };
        const io = { write, writeError: write, readInput: async () => '', env: {}, now: () => now };
        expect(await run(['report', 'refresh', '--local', folder, '--since', '1d', ...more], io)).toBe(0);
        return output;
      };
      expect(await printed()).toMatch(/^phone +removed +0 +0 +0 +1 +2026-11-22$/m);
      expect(await printed()).toContain('could not be read: 1 broken line.');
      expect(JSON.parse(await printed('--json'))).toMatchObject({
        period: { since: '2026-11-21T12:00:00Z' },
        clients: [{ client_id: 'phone', lost_replies: 0, replays: 1, last_replay: '2026-11-22T11:59:00Z' }],
        unreadable: { broken: 1 },
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
