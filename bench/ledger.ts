import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adoptionHtml } from '../cli/report/adoption-page.ts';
import { localLedger } from '../cli/report/local-ledger.ts';
import { writeAdoption } from '../cli/report/write-adoption.ts';
import { writeSimulation } from '../cli/report/write-simulation.ts';
import { asText } from '../cli/report/written.ts';
import { adoption } from '../shared/reports/adoption.ts';
import { simulate } from '../shared/reports/simulation.ts';
import { stepsOf } from '../shared/reports/steps.ts';
import { totalOf } from '../shared/reports/tally.ts';
import { madeUpClients, period, policyOfTheLines, writeAuditFolder } from './audit-lines.ts';

/*
 * node bench/ledger.ts [lines] [clients]
 *
 * Writes 30 days of audit lines into a temporary folder, runs a report and a simulation, and prints how long they took.
 */

const lineCount = Number(process.argv[2] ?? 100_000);
const clientCount = Number(process.argv[3] ?? 200);

async function timed<Value>(what: string, work: () => Value | Promise<Value>): Promise<Value> {
  const start = performance.now();
  const value = await work();
  printTime(what, performance.now() - start);
  return value;
}

function printTime(what: string, milliseconds: number): void {
  console.log(`${what.padEnd(28)} ${milliseconds.toFixed(0).padStart(6)} ms`);
}

const folder = await mkdtemp(join(tmpdir(), 'pixy-ledger-'));
try {
  const clients = madeUpClients(clientCount);
  const bytes = await writeAuditFolder(folder, lineCount, clients);
  console.log(`${lineCount} lines, ${clientCount} clients, ${(bytes / lineCount).toFixed(0)} bytes a line`);

  const start = performance.now();
  const tallied = await timed('read and count', () => localLedger(folder).tally(period, stepsOf(period)));
  const common = { tallied, period, clients };
  const report = await timed('report adoption', () =>
    adoption({ ...common, global: policyOfTheLines, target: 'S256', minimumIssued: 10, now: period.until }),
  );
  await timed('  as a table', () => asText(writeAdoption(report)));
  await timed('  as HTML with its chart', () => adoptionHtml(report));
  const simulation = await timed('simulate a policy', () =>
    simulate({
      ...common,
      current: policyOfTheLines,
      proposed: { default: 'S256', floor: 'any', mode: 'enforce' },
      at: period.until,
    }),
  );
  await timed('  as a table', () => asText(writeSimulation(simulation)));
  printTime('everything', performance.now() - start);

  const counted = totalOf(tallied.tallies);
  if (counted !== lineCount) throw new Error(`${counted} of ${lineCount} lines were counted`);
} finally {
  await rm(folder, { recursive: true });
}
