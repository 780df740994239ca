import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/*
 * How long `npm test` takes, compared with another version, which is cloned and installed in a temporary folder: here only the test
 * files that the other version had as well, there all. Files have grown, so the times of the tests that both have are compared besides.
 * The two run in turns. On a machine that is busy, processor time says more than
 * the clock; it is that of npm and of every process below it.
 *
 *     npm run bench:tests -- [--version 850adc9] [--rounds 1]
 */

const { values: given } = parseArgs({
  options: { version: { type: 'string', default: '850adc9' }, rounds: { type: 'string', default: '1' } },
});
const here = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'pixy-bench-tests-'));
const there = join(folder, 'pixy');

/** `times`: milliseconds of each test, by its file and name. */
type Run = { wall: number; processor: number; tests: number; failed: number; times: ReadonlyMap<string, number> };
type Report = {
  numTotalTests: number;
  numFailedTests: number;
  testResults: { name: string; assertionResults: { fullName: string; duration?: number | null }[] }[];
};

/** Runs the tests of a tree, or only these files. A test that fails is counted: on a busy machine, an old one may. */
function runTests(tree: string, files: readonly string[] = []): Run {
  const report = join(folder, 'report.json');
  const start = performance.now();
  // `times` is the processor time of the shell and of all processes that ended below it.
  const argv = ['-c', 'npm test --silent -- "$@"; times', 'sh', '--reporter=json', `--outputFile=${report}`, ...files];
  const { stdout, stderr } = spawnSync('sh', argv, { cwd: tree, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const wall = (performance.now() - start) / 1_000;
  if (!existsSync(report)) throw new Error(`no tests ran in ${tree}: ${stdout}${stderr}`);
  const {
    numTotalTests: tests,
    numFailedTests: failed,
    testResults,
  } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  rmSync(report);
  const times = new Map(
    testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ fullName, duration }) => [`${relative(tree, name)} ${fullName}`, duration ?? 0] as const),
    ),
  );
  const ofChildren = stdout.trimEnd().split('\n').at(-1) ?? '';
  const processor = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)]
    .map(([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds))
    .reduce((sum, one) => sum + one, 0);
  return { wall, processor, tests, failed, times };
}

const sum = (runs: readonly Run[], of: 'wall' | 'processor'): number => runs.reduce((all, run) => all + run[of], 0);

function show(name: string, { wall, processor, tests, failed }: Run, load: number): void {
  const seconds = `${wall.toFixed(0).padStart(5)} s, processor ${processor.toFixed(0).padStart(5)} s`;
  console.log(`${name.padEnd(10)} ${seconds}, ${tests} tests, ${failed} failed, load ${load.toFixed(0)}`);
}

try {
  execFileSync('git', ['clone', '--quiet', '--no-checkout', here, there]);
  execFileSync('git', ['checkout', '--quiet', given.version], { cwd: there });
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: there, stdio: ['ignore', 'ignore', 'inherit'] });
  const listed = execFileSync('git', ['ls-tree', '-r', '--name-only', given.version, 'test'], { encoding: 'utf8' });
  const files = listed.split('\n').filter((file) => file.endsWith('.test.ts') && existsSync(join(here, file)));
  // Unpacks the browsers and installs what a first run installs.
  for (const tree of [here, there]) runTests(tree, ['test/browser/error-pages.test.ts']);

  const [cpu] = cpus();
  console.log(
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${cpu?.model}, the ${files.length} files that both have`,
  );
  const runs = { here: [] as Run[], there: [] as Run[] };
  for (let round = 0; round < Number(given.rounds); round += 1) {
    const turns = [
      () => runs.there.push(told(given.version, () => runTests(there))),
      () => runs.here.push(told('this one', () => runTests(here, files))),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) turn();
  }
  const ratio = (of: 'wall' | 'processor') => (sum(runs.here, of) / sum(runs.there, of)).toFixed(2);
  console.log(`ratio ${ratio('wall')}, of processor time ${ratio('processor')}`);
  const same = [...(runs.here[0]?.times.keys() ?? [])].filter((name) => runs.there[0]?.times.has(name));
  const timeOf = (all: readonly Run[]) =>
    all.reduce((sum, { times }) => sum + same.reduce((part, name) => part + (times.get(name) ?? 0), 0), 0);
  const took = (timeOf(runs.here) / timeOf(runs.there)).toFixed(2);
  console.log(
    `${same.length} tests of the same names took ${took} of the time, without what is before and after tests`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Runs, and says how long it took and how busy the machine was meanwhile. */
function told(name: string, work: () => Run): Run {
  const before = loadavg()[0] ?? 0;
  const run = work();
  show(name, run, ((loadavg()[0] ?? 0) + before) / 2);
  return run;
}
