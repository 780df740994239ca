import { hash, randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buildFunctions } from '../../infra/bundling/build.ts';
import { preferProcesses } from '../memory-sizes/limits.ts';
import { credentials, newWrappingKey, pixyEnvironment } from '../pixy/environment.ts';
import { authorizeEvent, tokenEvent } from '../pixy/events.ts';
import { setUpDatabase } from '../pixy/set-up.ts';
import { machine } from '../results.ts';
import { startProcess } from '../server-process.ts';
import { percentiles } from '../simulate/latency.ts';
import { defaults, onTheWay, type Settings, simulate } from '../simulate/model.ts';
import { table, writeParts } from '../write-results.ts';
import { type Environments, startEnvironments } from './environments.ts';
import type { Told } from './store.ts';

/*
 * npm run bench:scale [-- --sign-ins 10000]
 *
 * Signs in through fifty processes, each an environment of a function that takes one event at a time, against one store that is as
 * slow as DynamoDB and throttles, and puts the same into the simulation. Writes its part of docs/scale.md. The rate leaves most of two
 * processors idle, and where it may, the run goes before others on this machine: what is waited for is the store.
 */

const at = process.argv.indexOf('--sign-ins');
const signIns = at < 0 ? 10_000 : Number(process.argv[at + 1]);
/** Before what is measured, so that every process has compiled its code. */
const warmUp = 1_500;
const perSecond = 50;
/** Of each of the two functions. */
const environments = 25;
const people = 200;
const { latency } = defaults.dynamodb;

const cases = [
  { name: 'with room', writeUnits: 1_000, readUnits: 1_000 },
  { name: 'with 140 of the 150 write units a second', writeUnits: 140, readUnits: 1_000 },
] as const;

type Case = (typeof cases)[number];
type Ran = {
  refused: Record<string, number>;
  times: Float64Array;
  throttled: number;
  busiest: number;
  cpuMs: { authorize: number; token: number };
  told: Told;
};

async function run({ writeUnits, readUnits }: Case, folder: string): Promise<Ran> {
  const given = [latency.p50, latency.p99, writeUnits, readUnits].map(String);
  const store = await startProcess<{ endpoint: string; slow: string }>('scale/store.ts', given);
  let running: Environments | undefined;
  let release: (() => void) | undefined;
  try {
    const key = newWrappingKey();
    const cookies = await setUpDatabase(store.endpoint, 'RS256', key, people);
    const env = {
      ...pixyEnvironment('http://localhost', 'RS256', key),
      ...credentials,
      AWS_ENDPOINT_URL_DYNAMODB: store.slow,
    };
    running = await startEnvironments(folder, env, environments);
    release = goFirst([store.pid, ...running.pids]);
    await signInManyTimes(running, cookies, warmUp);
    await toldBy(store.slow);
    const measured = await signInManyTimes(running, cookies, signIns);
    const told = await toldBy(store.slow);
    return { ...measured, told, throttled: told.throttled };
  } finally {
    await running?.stop();
    await store.stop();
    release?.();
  }
}

const toldBy = async (endpoint: string): Promise<Told> => (await (await fetch(endpoint)).json()) as Told;

/** Needs Linux and root. Without them, the times have more of what else the machine does in them. */
function goFirst(pids: readonly number[]): () => void {
  try {
    return preferProcesses(pids);
  } catch {
    return () => {};
  }
}

async function signInManyTimes(
  running: Environments,
  cookies: readonly string[],
  count: number,
): Promise<Omit<Ran, 'told' | 'throttled'>> {
  const refused: Record<string, number> = {};
  const times: number[] = [];
  const cpu = { authorize: [] as number[], token: [] as number[] };
  const refuse = (why: string) => {
    refused[why] = (refused[why] ?? 0) + 1;
  };

  async function signIn(): Promise<void> {
    const verifier = randomBytes(32).toString('base64url');
    const cookie = cookies[randomInt(cookies.length)] ?? '';
    const authorized = await running.call('authorize', authorizeEvent(cookie, hash('sha256', verifier, 'base64url')));
    if (authorized === undefined) return refuse('no process is free');
    const code = URL.parse(authorized.location ?? '')?.searchParams.get('code');
    if (!code) return refuse('authorize: the store is unavailable');
    cpu.authorize.push(authorized.cpuMs);
    await pause(onTheWay);
    const redeemed = await running.call('token', tokenEvent({ code, verifier }));
    if (redeemed === undefined) return refuse('no process is free');
    if (redeemed.statusCode !== 200) return refuse(`token: ${redeemed.statusCode}`);
    cpu.token.push(redeemed.cpuMs);
    times.push(authorized.ms + redeemed.ms);
  }

  const start = performance.now();
  const all: Promise<void>[] = [];
  for (let started = 0; started < count; started += 1) {
    await pause(Math.max(0, start + (started / perSecond) * 1_000 - performance.now()));
    all.push(signIn());
  }
  await Promise.all(all);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    refused,
    times: Float64Array.from(times),
    busiest: running.busiest(),
    cpuMs: { authorize: mean(cpu.authorize), token: mean(cpu.token) },
  };
}

/** The same for the simulation as for the run, from which only the time to compute is taken. */
const settingsOf = ({ writeUnits, readUnits }: Case, { cpuMs }: Pick<Ran, 'cpuMs'>, late = latency): Settings => ({
  ...defaults,
  signInsPerSecond: perSecond,
  duration: signIns / perSecond,
  lambda: {
    ...defaults.lambda,
    there: environments,
    concurrency: 2 * environments,
    newInTenSeconds: 0,
    computeMs: cpuMs,
  },
  dynamodb: { writeUnits, readUnits, latency: late },
});

const folder = await mkdtemp(join(tmpdir(), 'pixy-bench-'));
try {
  await buildFunctions(folder, ['authorize', 'token']);
  const rows: string[][] = [];
  const notes: string[] = [];
  for (const one of cases) {
    const ran = await run(one, folder);
    const row = (what: string, { done, refused, throttled, busiest, p50, p95, p99 }: Row) => [
      `${one.name}, ${what}`,
      `${((done / signIns) * 100).toFixed(1)} %`,
      Object.entries(refused)
        .map(([why, count]) => `${why} ${count}`)
        .join(', ') || '–',
      String(throttled),
      String(busiest),
      [p50, p95, p99].map((ms) => ms.toFixed(0)).join(' · '),
    ];
    const { told, cpuMs } = ran;
    rows.push(
      row('run', { ...ran, ...percentiles(ran.times), done: ran.times.length }),
      row('simulated', simulate(settingsOf(one, ran))),
      row('simulated with a store as late as it was in the run', simulate(settingsOf(one, ran, told))),
    );
    const each = (value: number) => (value / signIns).toFixed(2);
    notes.push(
      `${one.name}: ${each(told.calls)} calls of the store, ${each(told.writeUnits)} write units and ${each(told.readUnits)} read units a sign-in; ${cpuMs.authorize.toFixed(1)} and ${cpuMs.token.toFixed(1)} ms of the processor in /authorize and /token; the store answered in ${told.p50.toFixed(1)} ms (p50) and ${told.p99.toFixed(1)} ms (p99)`,
    );
  }
  const head = [
    `${signIns.toLocaleString('en')} sign-ins, ${perSecond} a second`,
    'done',
    'refused',
    'calls throttled',
    'at work at once',
    'p50 · p95 · p99 ms in functions',
  ];
  const text = `Run of ${new Date().toISOString().slice(0, 10)} on ${machine()}.\n\n${table(head, rows)}\n\n${notes.map((note) => `- ${note}`).join('\n')}`;
  await writeParts('docs/scale.md', [['run', text]]);
  process.stdout.write(`${text}\n`);
} finally {
  await rm(folder, { recursive: true });
}

type Row = {
  done: number;
  refused: Readonly<Record<string, number>>;
  throttled: number;
  busiest: number;
  p50: number;
  p95: number;
  p99: number;
};
