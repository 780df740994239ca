import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/*
 * How many accounts or clients a second `pixy accounts import` or `pixy clients import` adds to a local data folder, in this tree and
 * in another one (another version), one after the other on the same machine, and the ratio of the two. On a machine that is busy,
 * that of processor time says more. Accounts have a username, an address and no password; clients have a long secret.
 *
 *     npm run bench:import -- [accounts|clients] [COUNT] [OTHER_TREE]
 */

const [what = 'accounts', count = '10000', other] = process.argv.slice(2);
if (what !== 'accounts' && what !== 'clients') throw new Error('say accounts or clients first');
const total = Number(count);

type Run = { seconds: number; cpu: number; megabytes: number };

const format = what === 'clients' ? ['--format', 'rfc7591'] : [];

/** Runs one import in a new data folder. */
async function importIn(tree: string, file: string): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'pixy-bench-'));
  const measuring = `process.on('exit', () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); process.stderr.write('\\nused ' + maxRSS + ' ' + (userCPUTime + systemCPUTime) + '\\n'); })`;
  const preload = `data:text/javascript,${encodeURIComponent(measuring)}`;
  const argv = ['--import', preload, join(tree, 'cli/pixy.ts'), what, 'import', file, ...format, '--local', folder];
  const start = performance.now();
  const child = spawn(process.execPath, argv, { cwd: tree, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += String(text);
  });
  const code = await new Promise((done) => child.on('close', done));
  const seconds = (performance.now() - start) / 1_000;
  await rm(folder, { recursive: true });
  if (code !== 0) throw new Error(errors);
  const [, memory = 0, cpu = 0] = (/^used (\d+) (\d+)$/m.exec(errors) ?? []).map(Number);
  return { seconds, cpu: cpu / 1e6, megabytes: memory / 1_024 };
}

const folder = await mkdtemp(join(tmpdir(), 'pixy-bench-file-'));
const file = join(folder, 'entries.json');
const entryOf = {
  accounts: (at: number) => ({
    username: `user${at}`,
    email: `user${at}@example.com`,
    claims: { name: `User ${at}` },
  }),
  clients: (at: number) => ({
    client_id: `client${at}`,
    client_secret: `the long and random secret of client ${at}`,
    redirect_uris: [`https://client${at}.example.com/callback`],
    token_endpoint_auth_method: 'client_secret_basic',
  }),
}[what];
await writeFile(file, JSON.stringify(Array.from({ length: total }, (_, at) => entryOf(at))));

const show = (tree: string, { seconds, cpu, megabytes }: Run) =>
  process.stdout.write(
    `${tree}: ${Math.round(total / seconds)} ${what} a second, ${((cpu / total) * 1_000).toFixed(2)} ms of processor time each, ${Math.round(megabytes)} MB\n`,
  );

const here = await importIn(resolve(import.meta.dirname, '..'), file);
show('this tree', here);
if (other !== undefined) {
  const there = await importIn(resolve(other), file);
  show('the other', there);
  process.stdout.write(
    `ratio: ${(there.seconds / here.seconds).toFixed(1)}, of processor time ${(there.cpu / here.cpu).toFixed(1)}\n`,
  );
}
await rm(folder, { recursive: true });
