import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createContext } from '../cli/context.ts';
import { madeUpClients, period, writeAuditFolder } from './audit-lines.ts';
import { machine } from './results.ts';

/*
 * How long `pixy report adoption` takes for a month of 200 clients, and how much memory, in this tree and in another one (another
 * version), in turns on the same machine. Prints the median of each and the ratio of the two.
 *
 *     npm run bench:report -- [LINES] [OTHER_TREE] [ROUNDS]
 */

const [lines = '1000000', other, rounds = '5'] = process.argv.slice(2);

type Run = { seconds: number; cpu: number; megabytes: number };

async function fillFolder(folder: string): Promise<void> {
  const clients = madeUpClients(200);
  const nothing = () => {};
  const now = () => period.until;
  const context = createContext({ write: nothing, writeError: nothing, readInput: async () => '', env: {}, now });
  context.use({ local: folder });
  try {
    const { clients: store } = await context.open();
    for (const client of clients) await store.put(client.clientId, client, { by: 'the bench', why: 'to report on' });
  } finally {
    await context.close();
  }
  await mkdir(join(folder, 'audit'));
  await writeAuditFolder(join(folder, 'audit'), Number(lines), clients);
}

/** Runs the command as a person does, from its start to its end. */
async function reportIn(tree: string, folder: string): Promise<Run> {
  const measuring = `process.on('exit', () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); process.stderr.write('\\nused ' + maxRSS + ' ' + (userCPUTime + systemCPUTime) + '\\n'); })`;
  const preload = `data:text/javascript,${encodeURIComponent(measuring)}`;
  const dates = [period.since, period.until].map((time) => new Date(time * 1_000).toISOString().slice(0, 10));
  const of = ['report', 'adoption', '--local', folder, '--since', dates[0] ?? '', '--until', dates[1] ?? ''];
  const argv = ['--import', preload, join(tree, 'cli/pixy.ts'), ...of];
  const start = performance.now();
  const child = spawn(process.execPath, argv, { cwd: tree, stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { output: '', errors: '' };
  child.stdout.on('data', (text) => {
    written.output += String(text);
  });
  child.stderr.on('data', (text) => {
    written.errors += String(text);
  });
  const code = await new Promise((done) => child.on('close', done));
  const seconds = (performance.now() - start) / 1_000;
  if (code !== 0) throw new Error(`${tree}: ${written.errors}`);
  const counted = `${Number(lines).toLocaleString('en-US')} decisions read`;
  if (!written.output.includes(counted)) throw new Error(`${tree} did not count every line`);
  const [, memory = 0, cpu = 0] = (/^used (\d+) (\d+)$/m.exec(written.errors) ?? []).map(Number);
  return { seconds, cpu: cpu / 1e6, megabytes: memory / 1_024 };
}

function median(runs: readonly Run[], of: keyof Run): number {
  const sorted = runs.map((run) => run[of]).toSorted((one, another) => one - another);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const show = (tree: string, runs: readonly Run[]) =>
  process.stdout.write(
    `${tree}: ${median(runs, 'seconds').toFixed(2)} s, ${median(runs, 'cpu').toFixed(2)} s of processor time, ${Math.max(...runs.map(({ megabytes }) => megabytes)).toFixed(0)} MB at most\n`,
  );

const folder = await mkdtemp(join(tmpdir(), 'pixy-bench-'));
try {
  await fillFolder(folder);
  const trees = [resolve(import.meta.dirname, '..'), ...(other === undefined ? [] : [resolve(other)])];
  const runs: Run[][] = trees.map(() => []);
  for (let round = 0; round < Number(rounds); round += 1) {
    for (const [at, tree] of trees.entries()) runs[at]?.push(await reportIn(tree, folder));
  }
  const [here = [], there] = runs;
  process.stdout.write(`${Number(lines).toLocaleString('en-US')} lines, ${rounds} rounds, ${machine()}\n`);
  show('this tree', here);
  if (there) {
    show('the other', there);
    const ratio = (of: keyof Run) => (median(here, of) / median(there, of)).toFixed(2);
    process.stdout.write(`ratio: ${ratio('seconds')}, of processor time ${ratio('cpu')}\n`);
  }
} finally {
  await rm(folder, { recursive: true });
}
