import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Aim, aimTable, type KeptAims } from './aims.ts';
import { chart } from './chart.ts';
import { functionTable, shareTable } from './function-table.ts';
import type { Results } from './results.ts';
import { fixed, table } from './table.ts';
import { readmeFigures, userFigures } from './user-figures.ts';

export { table } from './table.ts';

const repository = join(import.meta.dirname, '..');
const folder = join(import.meta.dirname, 'results');
/** Scripts that measure aims of their own. */
const others = ['cost', 'memory-sizes', 'tests'] as const;

/** Writes the results as JSON, into docs/performance.md and as a chart, and prints them. */
export async function writeResults(results: Results): Promise<void> {
  await keep('latest', results);
  await writeFile(join(repository, 'docs', 'performance.svg'), chart(results.servers));
  const parts: [string, string][] = [
    ['figures', userFigures(results)],
    ['run', runOf(results)],
    ['servers', serverTable(results)],
    ['functions', functionTable(results.functions)],
    ['shares', shareTable(results.functions)],
    ['aims', aimTable(results, await keptAims())],
    ['bundles', bundleTable(results)],
    ['cold-start', coldStartTable(results)],
  ];
  await writeParts('docs/performance.md', parts);
  await writeParts('README.md', [['measured', readmeFigures(results)]]);
  for (const [, text] of parts) process.stdout.write(`\n${text}\n`);
}

async function keep(name: string, value: unknown): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  await writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
  tidy(file);
}

async function read<Value>(name: string): Promise<Value | undefined> {
  const file = join(folder, `${name}.json`);
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Value) : undefined;
}

/** The results of the last run, if there was one. */
export const lastResults = (): Promise<Results | undefined> => read<Results>('latest');

const keptAims = async (): Promise<KeptAims[]> =>
  (await Promise.all(others.map((name) => read<KeptAims>(name)))).filter((kept) => kept !== undefined);

/** Keeps what one of the other scripts has measured today, and writes it into the table of aims. */
export async function writeAims(name: (typeof others)[number], aims: readonly Aim[]): Promise<void> {
  await keep(name, { date: new Date().toISOString().slice(0, 10), aims } satisfies KeptAims);
  const results = await lastResults();
  if (results) await writeParts('docs/performance.md', [['aims', aimTable(results, await keptAims())]]);
}

/** Replaces the text between the markers of a page. Throws when the page has no such markers. */
export async function writeParts(page: string, parts: readonly [name: string, text: string][]): Promise<void> {
  const file = join(repository, page);
  let text = await readFile(file, 'utf8');
  for (const [name, part] of parts) {
    const between = new RegExp(`(<!-- ${name}: [^>]*-->\n)[\\s\\S]*?(<!-- end of ${name} -->)`);
    if (!between.test(text)) throw new Error(`${page} has no place for ${name}`);
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
