import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../server-process.ts';

/** What a function answered, and the milliseconds and the processor time that it took. */
type Answered = { statusCode: number; location?: string; body?: string; ms: number; cpuMs: number };

type Name = 'authorize' | 'token';

/** Processes that are environments of the two functions of a sign-in. */
export type Environments = {
  pids: readonly number[];
  /** Has the one that has waited longest handle an event. Undefined when none is free. */
  call(name: Name, event: object): Promise<Answered | undefined>;
  /** The most that worked at the same time since the last time that somebody asked. */
  busiest(): number;
  stop(): Promise<void>;
};

/** Starts `count` processes of each function, a few at a time, from the bundles in `folder`. */
export async function startEnvironments(
  folder: string,
  env: Record<string, string>,
  count: number,
): Promise<Environments> {
  const idle: Record<Name, ChildProcess[]> = { authorize: [], token: [] };
  const all: ChildProcess[] = [];
  let working = 0;
  let busiest = 0;

  async function stop(): Promise<void> {
    for (const child of all) {
      if (child.connected) child.disconnect();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  }

  try {
    for (const name of ['authorize', 'token'] as const) {
      const bundle = pathToFileURL(join(folder, name, 'index.mjs')).href;
      for (let started = 0; started < count; started += 1) {
        const child = fork(join(import.meta.dirname, 'environment.mjs'), [bundle], {
          env: { PATH: process.env['PATH'], ...env },
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        });
        all.push(child);
        await messageOf(child);
        idle[name].push(child);
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    pids: all.map(({ pid = 0 }) => pid),
    async call(name, event) {
      const child = idle[name].shift();
      if (child === undefined) return undefined;
      working += 1;
      busiest = Math.max(busiest, working);
      child.send(event);
      const answered = (await messageOf(child)) as Answered;
      working -= 1;
      idle[name].push(child);
      return answered;
    },
    busiest() {
      const most = busiest;
      busiest = working;
      return most;
    },
    stop,
  };
}
