import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

/*
 * npm run bench:package
 *
 * Installs what `npm pack` makes beside examples/cdk-app in an empty folder, and compares: `npm run synth` of the checkout and `cdk synth`
 * of the example, in turn; and how long after `npx pixy start` the first token is there.
 */

const rounds = 5;
const folder = mkdtempSync(join(tmpdir(), 'pixy-bench-'));
const app = join(folder, 'app');

function run(program: string, argv: readonly string[], cwd: string): number {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(program, argv, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')}: ${stdout}${stderr}`);
  return (performance.now() - start) / 1_000;
}

/** Seconds from the command to the first access token. */
async function firstToken(): Promise<number> {
  const start = performance.now();
  const argv = ['pixy', 'start', '--port', '3499', '--data', 'memory', '--quiet'];
  const server = spawn('npx', argv, { cwd: app, detached: true, stdio: 'ignore' });
  try {
    for (;;) {
      const status = await askForToken();
      if (status === 200) return (performance.now() - start) / 1_000;
      if (performance.now() - start > 60_000) throw new Error(`no token after a minute: ${status}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    process.kill(-(server.pid ?? 0), 'SIGTERM');
    await new Promise((resolve) => server.once('exit', resolve));
  }
}

async function askForToken(): Promise<number | undefined> {
  const basic = Buffer.from('demo-admin:demo-admin-secret-for-local-runs-only').toString('base64');
  const answer = await fetch('http://localhost:3499/token', {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  }).catch(() => undefined);
  return answer?.status;
}

const kilobytesOf = (path: string): number =>
  Number.parseInt(spawnSync('du', ['-sk', path], { encoding: 'utf8' }).stdout, 10);

const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

try {
  run('npm', ['pack', '--pack-destination', folder], process.cwd());
  const [archive = ''] = readdirSync(folder);
  cpSync('examples/cdk-app', app, { recursive: true });
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', join(folder, archive)], app);
  run('npm', ['run', 'build'], app);
  const times = { checkout: [] as number[], example: [] as number[], token: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    times.checkout.push(run('npm', ['run', 'synth'], process.cwd()));
    times.example.push(run('npm', ['run', 'synth'], app));
    times.token.push(await firstToken());
  }
  const [checkout, example, token] = [middle(times.checkout), middle(times.example), middle(times.token)];
  const size = kilobytesOf(join(app, 'node_modules', 'pixy'));
  console.log(
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, medians of ${rounds}`,
  );
  console.log(`npm run synth of the checkout   ${checkout.toFixed(1)} s`);
  console.log(`cdk synth of the example        ${example.toFixed(1)} s, ratio ${(example / checkout).toFixed(2)}`);
  console.log(`npx pixy start, first token     ${token.toFixed(1)} s`);
  console.log(`installed without peers         ${size} kB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
