import { type ChildProcess, exec, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

/** A folder of examples/clients, run as its page in docs/clients says. Both commands are for the shell and run in the folder. */
export type Example = {
  folder: string;
  install?: string;
  start: string;
  /** Beside `PORT`: `ISSUER`, `CLIENT_ID` and, for confidential clients, `CLIENT_SECRET`. */
  env: Record<string, string>;
  port: number;
};

type Running = {
  /** What it has printed so far. */
  output: () => string;
  hasEnded: () => boolean;
};

/** A port of the loopback interface that nobody uses at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Installs and starts an example, and waits until it answers; ended after the test. Throws with its output when it ends before. */
export async function startExample(example: Example): Promise<void> {
  const program = await run(example);
  while (!(await answers(example.port))) {
    if (program.hasEnded()) throw new Error(`${example.start} ended before it listened:\n${program.output()}`);
    await pause();
  }
}

/** Installs and runs a command-line tool, opens the first address that it prints, and returns all that it has printed when it ends. */
export async function runTool(
  example: Example,
  open: (address: string, output: () => string) => Promise<unknown>,
): Promise<string> {
  const program = await run(example);
  const address = (): string | undefined => /https?:\/\/\S+(?=\s)/.exec(program.output())?.[0];
  while (address() === undefined) {
    if (program.hasEnded())
      throw new Error(`${example.start} ended before it printed an address:\n${program.output()}`);
    await pause();
  }
  await open(address() ?? '', program.output);
  while (!program.hasEnded()) await pause();
  return program.output();
}

async function run({ folder, install, start, env, port }: Example): Promise<Running> {
  const options = { cwd: folder, env: { ...process.env, ...env, PORT: String(port) } };
  if (install !== undefined) await promisify(exec)(install, { ...options, maxBuffer: 1e8 });
  const child = spawn(start, { ...options, shell: true, detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  let hasEnded = false;
  child.once('close', () => {
    hasEnded = true;
  });
  child.once('error', (error) => {
    hasEnded = true;
    output += error.message;
  });
  onTestFinished(() => end(child));
  return { output: () => output, hasEnded: () => hasEnded };
}

export const pause = (milliseconds = 200): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function answers(port: number): Promise<boolean> {
  try {
    await fetch(`http://localhost:${port}/`, { redirect: 'manual' });
    return true;
  } catch {
    return false;
  }
}

/** Ends a program with those that it started. */
function end(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    // It ended meanwhile.
  }
}
