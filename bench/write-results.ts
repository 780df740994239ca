import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chart } from './chart.ts';
import { functionTable } from './function-table.ts';
import type { Results, ServerResult } from './results.ts';
import { fixed, table } from './table.ts';

export { table } from './table.ts';

const repository = join(import.meta.dirname, '..');

/** Writes the results as JSON, into docs/performance.md and as a chart, and prints them. */
export async function writeResults(results: Results): Promise<void> {
  await mkdir(join(import.meta.dirname, 'results'), { recursive: true });
  await writeFile(join(import.meta.dirname, 'results', 'latest.json'), `${JSON.stringify(results, null, 2)}\n`);
  tidy(join(import.meta.dirname, 'results', 'latest.json'));
  await writeFile(join(repository, 'docs', 'performance.svg'), chart(results.servers));
  const parts: [string, string][] = [
    ['run', runOf(results)],
    ['servers', serverTable(results)],
    ['functions', functionTable(results.functions)],
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

const runOf = ({ date, machine, settings, signatureMs }: Results): string =>
  `Run of ${date.slice(0, 10)} on ${machine}. ${settings.rounds} rounds of ${settings.seconds} s for each server, ${settings.connections} connections; medians of the rounds. ` +
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

/** Compares the results of the same run with the goals. */
function aimTable({ servers, coldStart }: Results): string {
  const find = (name: string, store: ServerResult['store']) =>
    servers.find((one) => one.name === name && one.store === store && one.algorithm === 'ES256');
  const ratio = (peer: string, store: ServerResult['store'], figure: 'perSecond' | 'cpuMs') => {
    const [own, other] = [find('Pixy', store)?.signIn[figure] ?? 0, find(peer, store)?.signIn[figure] ?? 1];
    return figure === 'perSecond' ? own / other : other / own;
  };
  const pixy = find('Pixy', 'DynamoDB')?.counts;
  const kB = (name: string) => (coldStart.bundles.find((one) => one.name === name)?.bytes ?? 0) / 1_000;
  const token = coldStart.functions.find(({ name }) => name === 'token');
  const start = (token?.initMs ?? 0) + (token?.firstCallMs ?? 0);
  const process = (token?.processMs ?? 0) / coldStart.baseline.processMs;
  const row = (aim: string, reached: string, isMet: boolean) => [aim, reached, isMet ? 'yes' : '**no**'];
  const times = (peer: string, store: ServerResult['store'], wanted: number) =>
    row(
      `≥ ${wanted} × ${peer}, ${store}`,
      `${fixed(ratio(peer, store, 'perSecond'), 1)} × the sign-ins/s, ${fixed(ratio(peer, store, 'cpuMs'), 1)} × the sign-ins per CPU second`,
      ratio(peer, store, 'perSecond') >= wanted,
    );
  return table(
    ['aim', 'reached', 'met'],
    [
      times('openauth', 'DynamoDB', 6),
      times('oidc-provider', 'DynamoDB', 6),
      times('oidc-provider', 'memory', 3),
      row(
        '2 writes a sign-in, 1 a refresh',
        `${pixy?.signIn.writeUnits} and ${pixy?.refresh.writeUnits}, and ${pixy?.signIn.readUnits} read units for the session`,
        pixy?.signIn.writeUnits === 2 && pixy.refresh.writeUnits === 1,
      ),
      row(
        'bundles of authorize and token ≤ 215 kB',
        `${fixed(kB('authorize'), 0)} and ${fixed(kB('token'), 0)} kB`,
        kB('authorize') <= 215 && kB('token') <= 215,
      ),
      row(
        'init and first call of token ≤ 70 ms, or the process ≤ 3.5 × `node -e 0`',
        `${fixed(start, 0)} ms; ${fixed(process, 1)} ×`,
        start <= 70 || process <= 3.5,
      ),
      row(
        'first call after the init ≤ 6 ms',
        `${fixed(token?.firstCallMs ?? 0, 1)} ms`,
        (token?.firstCallMs ?? 99) <= 6,
      ),
      row('resident memory ≤ 70 MB', `${fixed((token?.rss ?? 0) / 1e6, 0)} MB`, (token?.rss ?? 0) <= 70e6),
    ],
  );
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
  const nothing = [
    '`node -e 0`',
    '–',
    '–',
    '–',
    fixed(baseline.processMs, 0),
    '1',
    fixed(baseline.rss / 1e6, 0),
    '1',
    '–',
  ];
  const rows = functions.map((one) => [
    one.name,
    fixed(one.initMs, 0),
    fixed(one.firstCallMs, 1),
    fixed(one.secondCallMs, 1),
    fixed(one.processMs, 0),
    fixed(one.processMs / baseline.processMs, 1),
    fixed(one.rss / 1e6, 0),
    fixed(one.rss / baseline.rss, 1),
    one.undici ? '**yes**' : 'no',
  ]);
  const head = [
    `${starts} fresh processes each`,
    'init ms',
    'first call ms',
    'second call ms',
    'whole process ms',
    '× `node -e 0`',
    'RSS MB',
    '× `node -e 0`',
    'loads undici',
  ];
  return table(head, [nothing, ...rows]);
}
