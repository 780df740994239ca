import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/* Processes to measure, and what they report about themselves. */

type Usage = { cpuMs: number; rss: number };

/** Runs in the measured process: reports that it is ready, and then on request how much it has used. */
export function answerTheParent(ready: object): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMs: (user + system) / 1_000, rss: process.memoryUsage.rss() } satisfies Usage);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(ready);
}

export type MeasuredProcess<Ready> = Ready & { pid: number; usage: () => Promise<Usage>; stop: () => Promise<void> };

/** Starts a module of this folder and discards its standard output. */
export async function startProcess<Ready extends object>(
  module: string,
  args: string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<MeasuredProcess<Ready>> {
  const child = fork(join(import.meta.dirname, module), args, {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = (await messageOf(child)) as Ready;
  return {
    ...ready,
    pid: child.pid ?? 0,
    async usage() {
      child.send('usage');
      return (await messageOf(child)) as Usage;
    },
    async stop() {
      child.disconnect();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** Returns the next message of a child. Rejects when it ends instead. */
export async function messageOf(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', { signal: ended.signal }).then(([message]) => message as unknown),
      once(child, 'exit', { signal: ended.signal }).then(([code]) => {
        throw new Error(`a measured process ended with ${code}: ${child.spawnargs.slice(1).join(' ')}`);
      }),
    ]);
  } finally {
    ended.abort();
  }
}
