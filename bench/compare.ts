import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildFunctions } from '../infra/bundling/build.ts';
import { installPackages } from '../scripts/install-packages.ts';
import { measureColdStarts } from './cold-start/measure.ts';
import { startCountingProxy } from './counting-proxy.ts';
import { compareAsFunctions } from './lambda/compare.ts';
import { type Measured, medianOf, signatureCost, startLoad } from './measure.ts';
import type { Server } from './pixy/start.ts';
import { comparedWith, machine, type Results, type ServerResult } from './results.ts';
import { servers } from './servers.ts';
import { openVersion } from './version.ts';
import { writeResults } from './write-results.ts';

/*
 * npm run bench:servers [-- --rounds 5] [--seconds 2] [--function-rounds 12] [--cold-starts 30]
 *
 * Measures the servers in turn, round by round on the same machine, so that whatever else the machine does affects all of them; and
 * Pixy beside an earlier version of it, where the clone has that. Writes bench/results/latest.json, the result sections of
 * docs/performance.md and README.md.
 */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    'function-rounds': { type: 'string', default: '12' },
    'cold-starts': { type: 'string', default: '30' },
  },
});
const rounds = Number(values.rounds);
const milliseconds = Number(values.seconds) * 1_000;
const connections = 8;

installPackages(import.meta.dirname);

const started = new Date();
const folder = await mkdtemp(join(tmpdir(), 'pixy-bench-'));
const load = startLoad();
try {
  await buildFunctions(folder);
  const before = await openVersion(comparedWith, folder);
  const results: Results = {
    date: started.toISOString(),
    machine: machine(),
    settings: { rounds, seconds: milliseconds / 1_000, connections },
    signatureMs: { RS256: signatureCost('RS256'), ES256: signatureCost('ES256') },
    servers: await compare(),
    functions: await compareAsFunctions(folder, Number(values['function-rounds']), before),
    coldStart: await measureColdStarts(folder, Number(values['cold-starts']), before),
    load: loadavg()[2] ?? 0,
  };
  await writeResults(results);
} finally {
  load.stop();
  await rm(folder, { recursive: true });
}

async function compare(): Promise<ServerResult[]> {
  const running: Running[] = [];
  for (const { name, store, algorithm, start } of servers) {
    const instance = await start({ folder });
    running.push({ name, store, algorithm, instance, signIns: [] as Measured[], refreshes: [] as Measured[] });
    await load.measure({ target: instance.target, kind: 'sign-in', connections, milliseconds: 1_500 }, instance.server);
  }
  for (let round = 0; round < rounds; round += 1) {
    process.stdout.write(`round ${round + 1} of ${rounds}\n`);
    // Reverses every other round, so that no server always follows the same one.
    for (const { instance, signIns, refreshes } of round % 2 === 0 ? running : running.toReversed()) {
      const job = { target: instance.target, connections };
      signIns.push(await load.measure({ ...job, kind: 'sign-in', milliseconds }, instance.server));
      refreshes.push(await load.measure({ ...job, kind: 'refresh', milliseconds: milliseconds / 2 }, instance.server));
    }
  }
  for (const { instance } of running) await instance.stop();
  const results: ServerResult[] = [];
  for (const [index, { name, store, algorithm, signIns, refreshes }] of running.entries()) {
    results.push({
      name,
      store,
      algorithm,
      signIn: medianOf(signIns),
      refresh: medianOf(refreshes),
      counts: store === 'DynamoDB' ? await count(servers[index] as (typeof servers)[number]) : undefined,
    });
  }
  return results;
}

type Running = Pick<ServerResult, 'name' | 'store' | 'algorithm'> & {
  instance: Server;
  signIns: Measured[];
  refreshes: Measured[];
};

/** Counts the calls and capacity units of one sign-in and one refresh, once all caches are filled. */
async function count({ start }: (typeof servers)[number]) {
  const flows = 20;
  let proxy: Awaited<ReturnType<typeof startCountingProxy>> | undefined;
  const instance = await start({
    folder,
    before: async (endpoint) => {
      proxy = await startCountingProxy(endpoint);
      return proxy.endpoint;
    },
  });
  const counted = proxy;
  if (counted === undefined) throw new Error('the server was started without the proxy');
  const of = async (kind: 'sign-in' | 'refresh') => {
    await load.count({ target: instance.target, kind, count: 2 });
    let prepared = 0;
    const calls = await counted.callsDuring(async () => {
      const before = counted.counted();
      await load.count({ target: instance.target, kind, count: flows }, () => {
        prepared = counted.counted() - before;
      });
    });
    const own = calls.slice(prepared);
    const sum = (units: (call: (typeof own)[number]) => number) =>
      own.reduce((total, call) => total + units(call), 0) / flows;
    return {
      calls: sum(() => 1),
      writeUnits: sum((call) => call.writeUnits),
      readUnits: sum((call) => call.readUnits),
    };
  };
  try {
    return { signIn: await of('sign-in'), refresh: await of('refresh') };
  } finally {
    await instance.stop();
    counted.close();
  }
}
