import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { type Landing, originOf, readResponse } from './landing.ts';
import type { Answer, Transport } from './transport.ts';
import { redirectTarget, type UserAgent, type Watch } from './user-agent.ts';

export type CodeCommandOptions = {
  transport: Transport;
  watch: Watch;
  /** For the shell. */
  command: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds. @default 60000 */
  timeout?: number;
};

/**
 * Stands for a person's browser with a command, for sign-ins that need scripts or a second factor. The command finds the
 * authorization request in `PIXY_AUTHORIZATION_URL` and prints the URL that the browser was redirected to as its last line.
 * Without a redirect, it prints nothing or exits with a code other than 0. Requests that the server refuses right away never
 * reach it.
 */
export function commandUserAgent(options: CodeCommandOptions): UserAgent {
  const { transport, watch, timeout = 60_000 } = options;
  let origin: string | undefined;
  let runs = 0;
  return {
    async visit(url, expected) {
      origin ??= originOf(url);
      const answer: Answer = await transport.send(url, { headers: { accept: 'text/html,*/*;q=0.8' } });
      watch(answer);
      const to = redirectTarget(answer, url);
      const atOnce = to === undefined ? undefined : readResponse(to, expected);
      if (atOnce) return atOnce;
      if (to === undefined && answer.status >= 400) return { kind: 'page', status: answer.status };

      runs += 1;
      const printed = await run({ ...options, timeout }, url);
      if (typeof printed === 'object') return printed;
      const response = readResponse(printed, expected);
      if (response) return response;
      return originOf(printed) === origin ? { kind: 'page', status: 200 } : { kind: 'elsewhere' };
    },
    settle: () => {},
    signIns: () => runs,
    redirectAfterSignIn: () => undefined,
  };
}

/** Returns the last line that the command prints, or where it ended without one. */
async function run(
  { command, env, timeout }: Required<Pick<CodeCommandOptions, 'command' | 'env' | 'timeout'>>,
  url: string,
): Promise<string | Landing> {
  const child = spawn(command, {
    shell: true,
    // A group of its own: what the shell started ends with it.
    detached: hasProcessGroups,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...env, PIXY_AUTHORIZATION_URL: url },
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    endGroup(child);
  }, timeout);
  const passOn = (signal: NodeJS.Signals) => {
    endGroup(child);
    process.kill(process.pid, signal);
  };
  for (const signal of endingSignals) process.once(signal, passOn);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  try {
    const [printed, exitCode] = await Promise.all([text(child.stdout), ended]);
    if (isLate) return { kind: 'stuck', because: `--code-command took longer than ${timeout / 1_000} s` };
    const lines = printed.split(/\r?\n/).filter((line) => line.trim() !== '');
    const last = exitCode === 0 ? lines.at(-1)?.trim() : undefined;
    return last ?? { kind: 'page', status: 200 };
  } catch {
    return { kind: 'stuck', because: '--code-command cannot be run' };
  } finally {
    clearTimeout(timer);
    for (const signal of endingSignals) process.off(signal, passOn);
  }
}

const hasProcessGroups = process.platform !== 'win32';
const endingSignals = ['SIGINT', 'SIGTERM'] as const;

/** Ends a process and all that it started. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (hasProcessGroups) process.kill(-child.pid);
    else child.kill();
  } catch {
    // It ended meanwhile.
  }
}
