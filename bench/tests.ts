import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { comparedWith, machine } from './results.ts';
import { fixed, table } from './table.ts';
import { writeAims, writeParts } from './write-results.ts';

/*
 * How long `npm test` takes, compared with another version, which is cloned and installed in a temporary folder: here only the test
 * files that the other version had as well, there all. Files have grown, so the times of the tests that both have are compared besides.
 * The two run in turns. On a machine that is busy, processor time says more than the clock; it is that of npm and of every process below
 * it. Beside the version of the aims, writes its part of docs/performance.md.
 *
 *     npm run bench:tests -- [--version 850adc9] [--rounds 1]
 */

const { values: given } = parseArgs({
  options: { version: { type: 'string', default: comparedWith }, rounds: { type: 'string', default: '1' } },
});
const aim = 0.75;
const here = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'pixy-bench-tests-'));
const there = join(folder, 'pixy');

/** `times`: milliseconds of each test, by its file and name. */
type Run = {
  wall: number;
  processor: number;
  tests: number;
  failed: number;
  times: ReadonlyMap<string, number>;
  load: number;
};
type Report = {
  numTotalTests: number;
  numFailedTests: number;
  testResults: { name: string; assertionResults: { fullName: string; duration?: number | null }[] }[];
};

/** Runs the tests of a tree, or only these files. A test that fails is counted: on a busy machine, an old one may. */
function runTests(tree: string, files: readonly string[] = []): Run {
  const idle = loadavg()[0] ?? 0;
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
  return { wall, processor, tests, failed, times, load: ((loadavg()[0] ?? 0) + idle) / 2 };
}

const sum = (runs: readonly Run[], of: (run: Run) => number): number => runs.reduce((all, run) => all + of(run), 0);

try {
  execFileSync('git', ['clone', '--quiet', '--no-checkout', here, there]);
  execFileSync('git', ['checkout', '--quiet', given.version], { cwd: there });
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: there, stdio: ['ignore', 'ignore', 'inherit'] });
  const listed = execFileSync('git', ['ls-tree', '-r', '--name-only', given.version, 'test'], { encoding: 'utf8' });
  const files = listed.split('\n').filter((file) => file.endsWith('.test.ts') && existsSync(join(here, file)));
  // Unpacks the browsers and installs what a first run installs.
  for (const tree of [here, there]) runTests(tree, ['test/browser/error-pages.test.ts']);

  const runs = { here: [] as Run[], there: [] as Run[] };
  for (let round = 0; round < Number(given.rounds); round += 1) {
    const turns = [() => runs.there.push(runTests(there)), () => runs.here.push(runTests(here, files))];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) turn();
  }
  const same = [...(runs.here[0]?.times.keys() ?? [])].filter((name) => runs.there[0]?.times.has(name));
  const ratio = (of: (run: Run) => number) => sum(runs.here, of) / sum(runs.there, of);
  const clock = ratio(({ wall }) => wall);
  const ofSame = ratio(({ times }) => same.reduce((all, name) => all + (times.get(name) ?? 0), 0));
  const count = (value: number) => value.toLocaleString('en');
  const rowOf = (name: string, all: readonly Run[]) => {
    const each = (of: (run: Run) => number, digits = 0) => fixed(sum(all, of) / all.length, digits);
    const [tests, failed] = [all[0]?.tests ?? 0, sum(all, (run) => run.failed)];
    return [
      name,
      `${count(tests)}${failed > 0 ? `, ${failed} failed` : ''}`,
      `${each(({ wall }) => wall)} s`,
      `${each(({ processor }) => processor)} s`,
      each(({ load }) => load),
    ];
  };
  const rows = [rowOf(given.version, runs.there), rowOf('now', runs.here)];
  const text = `Run of ${new Date().toISOString().slice(0, 10)} on ${machine()}: ${given.rounds} in turns, the ${files.length} files that both versions have.

${table(['version', 'tests', 'time', 'processor time', 'load'], rows)}

The files took ${fixed(clock)} × of the time and ${fixed(ratio(({ processor }) => processor))} × of the processor time; the ${count(same.length)} tests that have the same names in both, ${fixed(ofSame)} × from their beginnings to their ends.`;
  console.log(text);
  if (given.version === comparedWith) {
    await writeParts('docs/performance.md', [['tests', text]]);
    await writeAims('tests', [
      {
        aim: `\`npm test\` ≤ ${aim} × ${comparedWith}, for the tests that it had`,
        reached: `${fixed(clock)} × for their files, ${fixed(ofSame)} × for the tests of the same names`,
        met: clock <= aim,
      },
    ]);
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
