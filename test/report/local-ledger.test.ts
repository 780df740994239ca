import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { madeUpClients, period, policyOfTheLines, writeAuditFolder } from '../../bench/audit-lines.ts';
import { localLedger } from '../../cli/report/local-ledger.ts';
import { auditFolder } from '../../shared/audit/audit-log.ts';
import { auditLine } from '../../shared/audit/decision.ts';
import { adoption } from '../../shared/reports/adoption.ts';
import { LedgerUnavailable } from '../../shared/reports/ledger.ts';
import { simulate } from '../../shared/reports/simulation.ts';
import { lastSeen, totalOf } from '../../shared/reports/tally.ts';
import { day, now } from './made-up.ts';

const noon = now;
const midnight = noon + day / 2;
const today = { since: noon - day, until: noon + day };

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pixy-audit-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const lineAt = (time: number, client = 'web') =>
  auditLine(time, 'JKJaXmPLvHcESHA=', { endpoint: 'authorize', verdict: 'allowed', client, method: 'S256' });

const write = (folder: string, name: string, ...lines: string[]) => writeFile(join(folder, name), lines.join('\n'));

async function countIn(folder: string, since: number, until: number): Promise<number> {
  return totalOf((await localLedger(folder).tally({ since, until })).tallies);
}

describe('what cannot be read', () => {
  test('is an error when there is no audit log at all', async () => {
    const folder = join(await freshFolder(), 'missing');
    await expect(localLedger(folder).tally(today)).rejects.toThrow(LedgerUnavailable);
    await expect(localLedger(folder).tally(today)).rejects.toThrow(folder);
  });

  test('O5: is an error when a file of the period cannot be read', async () => {
    const folder = await freshFolder();
    await mkdir(join(folder, '2026-11-22.jsonl'));
    await expect(localLedger(folder).tally(today)).rejects.toThrow(LedgerUnavailable);
    await expect(localLedger(folder).tally(today)).rejects.toThrow(/2026-11-22\.jsonl cannot be read: .*EISDIR/);
  });

  test('is counted, and the lines around it are counted as ever', async () => {
    const folder = await freshFolder();
    const other = lineAt(noon).replace('"v":1', '"v":2');
    await write(folder, '2026-11-22.jsonl', lineAt(noon), 'not JSON', '', lineAt(noon), '{}', other, lineAt(noon), '');
    const { tallies, unreadable } = await localLedger(folder).tally(today);
    expect(totalOf(tallies)).toBe(3);
    expect(unreadable).toEqual({ broken: 3, other_version: 1 });
  });

  test('is a last line that was cut off in the middle; one without its line break is whole', async () => {
    const folder = await freshFolder();
    await write(folder, '2026-11-21.jsonl', lineAt(noon - day + 1), lineAt(noon - day + 1));
    await write(folder, '2026-11-22.jsonl', lineAt(noon), lineAt(noon).slice(0, 80));
    const { tallies, unreadable } = await localLedger(folder).tally(today);
    expect(totalOf(tallies)).toBe(3);
    expect(unreadable).toEqual({ broken: 1, other_version: 0 });
  });

  test('is one broken line when megabytes have no line break', async () => {
    const folder = await freshFolder();
    await write(folder, '2026-11-22.jsonl', lineAt(noon), 'x'.repeat(5_000_000), lineAt(noon), '');
    const { tallies, unreadable } = await localLedger(folder).tally(today);
    expect(totalOf(tallies)).toBe(2);
    expect(unreadable.broken).toBe(1);
  });

  test('is not confused with other files', async () => {
    const folder = await freshFolder();
    await write(folder, '2026-11-22.jsonl', lineAt(noon));
    await write(folder, 'notes.txt', 'anything');
    await write(folder, '2026-11-22.jsonl.bak', lineAt(noon));
    await write(folder, '2026-13-45.jsonl', lineAt(noon));
    const { tallies, unreadable } = await localLedger(folder).tally(today);
    expect(totalOf(tallies)).toBe(1);
    expect(unreadable.broken).toBe(0);
  });
});

describe('a period', () => {
  test('begins with its first second and ends before its last', async () => {
    const folder = await freshFolder();
    await write(folder, '2026-11-22.jsonl', lineAt(noon - 1), lineAt(noon), lineAt(noon + 9), lineAt(noon + 10));
    expect(await countIn(folder, noon, noon + 10)).toBe(2);
  });

  test('skips the files of other days, whatever is in them', async () => {
    const folder = await freshFolder();
    await write(folder, '2026-11-20.jsonl', 'broken');
    await write(folder, '2026-11-21.jsonl', lineAt(noon - day));
    await write(folder, '2026-11-22.jsonl', lineAt(noon));
    await write(folder, '2026-11-23.jsonl', lineAt(noon + day));
    await write(folder, '2026-11-24.jsonl', 'broken');
    const { tallies, unreadable } = await localLedger(folder).tally({ since: noon - day, until: noon + day + 1 });
    expect(totalOf(tallies)).toBe(3);
    expect(unreadable.broken).toBe(0);
  });

  test('finds a line of the last second that was written after midnight', async () => {
    const folder = await freshFolder();
    await write(folder, '2026-11-23.jsonl', lineAt(midnight - 1), lineAt(midnight));
    expect(await countIn(folder, noon, midnight)).toBe(1);
  });

  test('reads what the server writes', async () => {
    const folder = await freshFolder();
    let time = midnight - 1;
    const writeLine = auditFolder(folder, () => time);
    writeLine(lineAt(time));
    time = midnight;
    writeLine(lineAt(time));
    expect(await countIn(folder, midnight - 1, midnight)).toBe(1);
    expect(await countIn(folder, midnight, midnight + 1)).toBe(1);
  });

  test('sees a line as soon as it is there', async () => {
    const folder = await freshFolder();
    await write(folder, '2026-11-22.jsonl', `${lineAt(noon)}\n`);
    expect(await countIn(folder, noon, noon + 1)).toBe(1);
    await appendFile(join(folder, '2026-11-22.jsonl'), `${lineAt(noon)}\n`);
    expect(await countIn(folder, noon, noon + 1)).toBe(2);
  });
});

test('when a client was seen last is its last decision, refused or not', async () => {
  const folder = await freshFolder();
  const long = 'x'.repeat(200);
  await write(folder, '2026-11-22.jsonl', lineAt(noon + 5), lineAt(noon + 7, 'spa'), lineAt(noon), lineAt(noon, long));
  const seen = lastSeen(await localLedger(folder).tally(today), ['web', 'spa', long, 'never']);
  expect([...seen]).toEqual([
    ['web', noon + 5],
    ['spa', noon + 7],
    [long, noon],
  ]);
});

test('every line of a file is counted once: as a decision, or as one that cannot be read', async () => {
  const lines = fc.array(
    fc.oneof(
      fc.nat(20).map((second) => lineAt(noon + second)),
      fc.string().filter((text) => !text.includes('\n')),
      fc.constant(lineAt(noon).replace('"v":1', '"v":7')),
    ),
    { minLength: 1, maxLength: 50 },
  );
  const folder = await freshFolder();
  await fc.assert(
    fc.asyncProperty(lines, async (written) => {
      await writeFile(join(folder, '2026-11-22.jsonl'), written.map((line) => `${line}\n`).join(''));
      const { tallies, unreadable } = await localLedger(folder).tally(today);
      expect(totalOf(tallies) + unreadable.broken + unreadable.other_version).toBe(written.length);
    }),
    { numRuns: 50 },
  );
});

test('100,000 lines are all in the report, and all in the simulation', async () => {
  const folder = await freshFolder();
  const clients = madeUpClients(200);
  await writeAuditFolder(folder, 100_000, clients);
  const tallied = await localLedger(folder).tally(period);
  const common = { tallied, period, clients };
  const report = adoption({
    ...common,
    global: policyOfTheLines,
    target: 'S256',
    minimumIssued: 10,
    now: period.until,
  });
  expect(report.total.decisions).toBe(100_000);
  expect(report.clients.reduce((sum, client) => sum + client.decisions, 0)).toBe(100_000);
  expect(report.unreadable).toEqual({ broken: 0, other_version: 0 });
  const { totals } = simulate({ ...common, current: policyOfTheLines, proposed: policyOfTheLines, at: period.until });
  expect(totals.issued + totals.refused).toBe(100_000);
  // Under the policy they were decided under, everything ends as it did.
  expect(totals).toMatchObject({ nowRefused: 0, nowAdmitted: 0, notReplayed: 0 });
});
