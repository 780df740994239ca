import { type ChildProcess, fork } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import type { Done, Job } from './load/run.ts';
import { type MeasuredProcess, messageOf } from './server-process.ts';

/** One measured stretch of load. Times in milliseconds, memory in megabytes. */
export type Measured = {
  perSecond: number;
  cpuMs: number;
  authorize: { p50: number; p99: number };
  token: { p50: number; p99: number };
  rssMb: number;
};

/** Starts the load generator in a separate process. */
export function startLoad() {
  const child: ChildProcess = fork(join(import.meta.dirname, 'load', 'run.ts'), {
    env: { ...process.env, NODE_OPTIONS: '' },
  });

  async function run(job: Job, server?: Pick<MeasuredProcess<object>, 'usage'>) {
    child.send(job);
    check(await messageOf(child));
    const before = await server?.usage();
    child.send('go');
    const done = check(await messageOf(child)) as Done;
    const after = await server?.usage();
    return { done, cpuMs: (after?.cpuMs ?? 0) - (before?.cpuMs ?? 0), rss: after?.rss ?? 0 };
  }

  return {
    async measure(job: Job, server: Pick<MeasuredProcess<object>, 'usage'>): Promise<Measured> {
      const { done, cpuMs, rss } = await run(job, server);
      return {
        perSecond: done.count / done.seconds,
        cpuMs: cpuMs / done.count,
        authorize: percentiles(done.authorize),
        token: percentiles(done.token),
        rssMb: rss / 1_000_000,
      };
    },
    /** Runs `count` flows one after another, to count rather than time them. */
    async count(
      job: Omit<Job, 'connections' | 'milliseconds'> & { count: number },
      prepared?: () => void,
    ): Promise<number> {
      child.send({ ...job, connections: 1, milliseconds: 30_000 });
      check(await messageOf(child));
      prepared?.();
      child.send('go');
      return (check(await messageOf(child)) as Done).count;
    },
    stop: () => child.disconnect(),
  };
}

function check(message: unknown): unknown {
  if (typeof message === 'object' && message !== null && 'error' in message) throw new Error(String(message.error));
  return message;
}

export const percentiles = (sorted: readonly number[]) => ({ p50: at(sorted, 0.5), p99: at(sorted, 0.99) });

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

export const median = (values: readonly number[]): number =>
  at(
    values.toSorted((a, b) => a - b),
    0.5,
  );

/** Returns the median of every figure. */
export function medianOf(rounds: readonly Measured[]): Measured {
  const of = (figure: (one: Measured) => number) => median(rounds.map(figure));
  return {
    perSecond: of((one) => one.perSecond),
    cpuMs: of((one) => one.cpuMs),
    authorize: { p50: of((one) => one.authorize.p50), p99: of((one) => one.authorize.p99) },
    token: { p50: of((one) => one.token.p50), p99: of((one) => one.token.p99) },
    rssMb: of((one) => one.rssMb),
  };
}

/** Returns the processor milliseconds of one signature, for comparing machines. */
export function signatureCost(algorithm: 'RS256' | 'ES256'): number {
  const { privateKey } =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const input = Buffer.alloc(400, 'a');
  const signMany = (count: number) => {
    for (let index = 0; index < count; index += 1) sign('sha256', input, privateKey);
  };
  signMany(50);
  const count = algorithm === 'RS256' ? 400 : 2_000;
  const before = process.cpuUsage();
  signMany(count);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / count;
}
