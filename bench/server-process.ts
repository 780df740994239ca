import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/* Processes to measure, and what they report about themselves. */

type Usage = { cpuMs: number; rss: number };

async function usage(): Promise<Usage> {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1_000, rss: process.memoryUsage.rss() };
}

/** Runs in the measured process: reports that it is ready, and then answers each message, with how much it has used if not otherwise. */
export function answerTheParent(ready: object, answer: (message: never) => Promise<object> = usage): void {
  process.on('message', async (message) => {
    process.send?.(await answer(message as never));
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(ready);
}

export type MeasuredProcess<Ready> = Ready & {
  pid: number;
  usage: () => Promise<Usage>;
  ask: <Answer>(message: unknown) => Promise<Answer>;
  stop: () => Promise<void>;
};

/** Starts a module of this folder and discards its standard output. */
export async function startProcess<Ready extends object>(
  module: string,
  args: string[] = [],
  env: NodeJS.ProcessEnv = {},
  execArgv: string[] = [],
): Promise<MeasuredProcess<Ready>> {
  const child = fork(join(import.meta.dirname, module), args, {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    execArgv,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = (await messageOf(child)) as Ready;
  async function ask<Answer>(message: unknown): Promise<Answer> {
    child.send(message as string);
    return (await messageOf(child)) as Answer;
  }
  return {
    ...ready,
    pid: child.pid ?? 0,
    usage: () => ask<Usage>('usage'),
    ask,
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
