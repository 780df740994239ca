import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import { run } from '../../cli/run.ts';
import { type LocalServer, startServer } from '../../infra/local/server.ts';

/** What a command line came to. `json` parses what it wrote. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
export type Ran = { exitCode: number; output: string; errors: string; json: () => any };
/** Noon of 22 November 2026. */
export const noon = Date.parse('2026-11-22T12:00:00Z') / 1_000;
export const day = 86_400;

const ran = (exitCode: number, output: string, errors: string): Ran => ({
  exitCode,
  output,
  errors,
  json: () => JSON.parse(output),
});

export type RunOptions = { now?: number; input?: string; env?: Record<string, string> };

/** Runs a command line in this process, with a clock that stands still. */
export async function pixy(
  argv: readonly string[],
  { now = noon, input = '', env = {} }: RunOptions = {},
): Promise<Ran> {
  let output = '';
  let errors = '';
  const exitCode = await run(argv, {
    write: (text) => {
      output += text;
    },
    writeError: (text) => {
      errors += text;
    },
    readInput: async () => input,
    env,
    now: () => now,
  });
  return ran(exitCode, output, errors);
}

const entry = resolve('cli/pixy.ts');

/** Runs the command as a person does, in a process of its own. */
export function spawnPixy(
  argv: readonly string[],
  { cwd, env = {}, input = '' }: { cwd?: string; env?: Record<string, string>; input?: string } = {},
): Promise<Ran> {
  return new Promise((done) => {
    const { AWS_ENDPOINT_URL_DYNAMODB: _, ...inherited } = process.env;
    const child = execFile(
      process.execPath,
      [entry, ...argv],
      { cwd, env: { ...inherited, ...env } },
      (error, output, errors) => done(ran(error === null ? 0 : Number(error.code), output, errors)),
    );
    child.stdin?.end(input);
  });
}

/** An empty folder, gone after the tests of the file; a test that makes one for itself passes `onTestFinished`. */
export async function emptyFolder(after: (remove: () => Promise<void>) => void = afterAll): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pixy-cli-'));
  after(() => rm(folder, { recursive: true }));
  return folder;
}

/** A server on a data folder, and the command line on the same folder. The clock moves when a test moves it. */
export type Workbench = {
  folder: string;
  server: LocalServer;
  clock: { now: number };
  /** Runs a command at the time of the clock, with `--local` for the folder. */
  pixy: (...argv: string[]) => Promise<Ran>;
};

/** Closed after the last test of the file. To be called at the top of a file: a hook that a hook asks for never runs. */
export async function startWorkbench(): Promise<Workbench> {
  const folder = await emptyFolder();
  const clock = { now: noon };
  const server = await startServer({ port: 0, data: folder, now: () => clock.now, writeLine: () => {} });
  afterAll(() => server.close());
  return { folder, server, clock, pixy: (...argv) => pixy([...argv, '--local', folder], { now: clock.now }) };
}

const sample = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** What /authorize says to a request: `signed-in pages` come next, or the error it redirects with. */
export async function authorize(
  { server }: Workbench,
  clientId: string,
  redirectUri: string,
  pkce: Record<string, string> = { code_challenge: sample, code_challenge_method: 'S256' },
): Promise<string> {
  const query = new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: redirectUri, ...pkce });
  const response = await fetch(`${server.issuer}/authorize?${query.toString()}`, { redirect: 'manual' });
  const location = response.headers.get('location');
  if (location === null) return `page ${response.status}`;
  const { pathname, searchParams } = new URL(location, server.issuer);
  return searchParams.get('error_uri')?.split('#')[1] ?? pathname;
}
