import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { aimTable } from './aims.ts';
import { chart } from './chart.ts';
import { functionTable, shareTable } from './function-table.ts';
import type { Results } from './results.ts';
import { fixed, table } from './table.ts';
import { userFigures } from './user-figures.ts';

export { table } from './table.ts';

const repository = join(import.meta.dirname, '..');

/** Writes the results as JSON, into docs/performance.md and as a chart, and prints them. */
export async function writeResults(results: Results): Promise<void> {
  await mkdir(join(import.meta.dirname, 'results'), { recursive: true });
  await writeFile(join(import.meta.dirname, 'results', 'latest.json'), `${JSON.stringify(results, null, 2)}\n`);
  tidy(join(import.meta.dirname, 'results', 'latest.json'));
  await writeFile(join(repository, 'docs', 'performance.svg'), chart(results.servers));
  const parts: [string, string][] = [
    ['figures', userFigures(results)],
    ['run', runOf(results)],
    ['servers', serverTable(results)],
    ['functions', functionTable(results.functions)],
    ['shares', shareTable(results.functions)],
    ['aims', aimTable(results)],
    ['bundles', bundleTable(results)],
    ['cold-start', coldStartTable(results)],
  ];
  await writeParts('performance.md', parts);
  for (const [, text] of parts) process.stdout.write(`\n${text}\n`);
}

/** Replaces the text between the markers of a page in docs/. Throws when the page has no such markers. */
export async function writeParts(page: string, parts: readonly [name: string, text: string][]): Promise<void> {
  const file = join(repository, 'docs', page);
  let text = await readFile(file, 'utf8');
  for (const [name, part] of parts) {
    const between = new RegExp(`(<!-- ${name}: [^>]*-->\n)[\\s\\S]*?(<!-- end of ${name} -->)`);
    if (!between.test(text)) throw new Error(`docs/${page} has no place for ${name}`);
    text = text.replace(between, (_, before: string, after: string) => `${before}${part}\n${after}`);
  }
  await writeFile(file, text);
  tidy(file);
}

/** Formats a file, since the formatter aligns tables. */
function tidy(file: string): void {
  const biome = join(repository, 'check', 'node_modules', '.bin', 'biome');
  spawnSync(biome, ['format', '--write', file], { cwd: repository, stdio: 'ignore' });
}

const runOf = ({ date, machine, load, settings, signatureMs }: Results): string =>
  `Run of ${date.slice(0, 10)} on ${machine}, which had a load of ${fixed(load, 0)} on average, the bench itself included. ${settings.rounds} rounds of ${settings.seconds} s for each server, ${settings.connections} connections; medians of the rounds. ` +
  `One signature took ${signatureMs.ES256.toFixed(3)} ms of the processor with ES256 and ${signatureMs.RS256.toFixed(3)} ms with RS256.`;

function serverTable({ servers, signatureMs }: Results): string {
  const head = [
    'server, store, algorithm',
    'sign-ins/s',
    'refreshes/s',
    '/authorize p50 · p99 ms',
    '/token p50 · p99 ms',
    'CPU ms a sign-in',
    'in ES256 · RS256 signatures',
    'RSS MB',
    'calls · WRU · RRU a sign-in',
    'a refresh',
  ];
  const units = ({ calls, writeUnits, readUnits }: { calls: number; writeUnits: number; readUnits: number }) =>
    [calls, writeUnits, readUnits].map((value) => String(Number(value.toFixed(1)))).join(' · ');
  const rows = servers.map(({ name, store, algorithm, signIn, refresh, counts }) => [
    `${name}, ${store}, ${algorithm}`,
    fixed(signIn.perSecond, 0),
    fixed(refresh.perSecond, 0),
    `${fixed(signIn.authorize.p50, 1)} · ${fixed(signIn.authorize.p99, 1)}`,
    `${fixed(signIn.token.p50, 1)} · ${fixed(signIn.token.p99, 1)}`,
    fixed(signIn.cpuMs),
    `${fixed(signIn.cpuMs / signatureMs.ES256, 0)} · ${fixed(signIn.cpuMs / signatureMs.RS256, 1)}`,
    fixed(signIn.rssMb, 0),
    counts ? units(counts.signIn) : '–',
    counts ? units(counts.refresh) : '–',
  ]);
  return table(head, rows);
}

function bundleTable({ coldStart }: Results): string {
  const rows = coldStart.bundles.map(({ name, bytes, gzipped }) => [
    name,
    fixed(bytes / 1_000, 0),
    fixed(gzipped / 1_000, 0),
  ]);
  return table(['function', 'kB', 'gzipped'], rows);
}

function coldStartTable({ coldStart }: Results): string {
  const { baseline, functions, starts } = coldStart;
  const nothing = ['`node -e 0`', ...Array.from({ length: 5 }, () => '–'), fixed(baseline.processMs, 0), '1'];
  const memory = [fixed(baseline.rss / 1e6, 0), '–'];
  const rows = functions.map((one) => [
    `${one.name}${one.version ? ` ${one.version}` : ''}`,
    fixed(one.initMs, 0),
    fixed(one.firstCallMs, 1),
    fixed(one.secondCallMs, 1),
    fixed(one.cpu.initMs, 0),
    fixed(one.cpu.firstCallMs, 1),
    fixed(one.processMs, 0),
    fixed(one.processMs / baseline.processMs, 1),
    fixed(one.rss / 1e6, 0),
    one.undici ? '**yes**' : 'no',
  ]);
  const head = [
    `${starts} fresh processes each`,
    'init ms',
    'first call ms',
    'second call ms',
    'CPU ms of init',
    'of the first call',
    'whole process ms',
    '× `node -e 0`',
    'RSS MB',
    'loads undici',
  ];
  return table(head, [[...nothing, ...memory], ...rows]);
}
