import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { buildFunctions } from '../../infra/bundling/build.ts';
import { Browser } from '../load/flows.ts';
import { credentials, newWrappingKey, pixyEnvironment } from '../pixy/environment.ts';
import { authorizeEvent, tokenEvent } from '../pixy/events.ts';
import { startPixy } from '../pixy/start.ts';
import { machine } from '../results.ts';
import { table, writeParts } from '../write-results.ts';
import { limitProcessor } from './limit-processor.ts';

/*
 * npm run bench:memory
 *
 * Measures the functions of a sign-in with the share of a processor that Lambda gives to each memory size. Needs Linux and root
 * for the limit. Writes its table into docs/performance.md.
 */

const sizes = [128, 256, 512, 1_024, 1_769];
const calls = 100;
/** Calls before the measured ones, to fill caches and compile the code. */
const first = 40;

const folder = await mkdtemp(join(tmpdir(), 'pixy-bench-'));
const { aws } = JSON.parse(await readFile(join(import.meta.dirname, '..', 'prices.json'), 'utf8')) as {
  aws: { lambdaGbSecondArm: number };
};
try {
  await buildFunctions(folder, ['authorize', 'token']);
  const rows: string[][] = [];
  for (const megabytes of sizes) rows.push(await rowOf(megabytes));
  const head = [
    'MB',
    'processor',
    '/authorize p50 · p99 ms',
    '/token p50 · p99 ms',
    'Lambda time, $ a million sign-ins',
  ];
  const text = `Run of ${new Date().toISOString().slice(0, 10)} on ${machine()}; ${calls} calls of each, one after the other, RS256.\n\n${table(head, rows)}`;
  await writeParts('performance.md', [['memory-sizes', text]]);
  process.stdout.write(`${text}\n`);
} finally {
  await rm(folder, { recursive: true });
}

async function rowOf(megabytes: number): Promise<string[]> {
  const share = Math.min(1, megabytes / 1_769);
  const wrappingKey = newWrappingKey();
  const pixy = await startPixy({ folder, algorithm: 'RS256', wrappingKey });
  const browser = new Browser(pixy.target);
  try {
    const issuer = `http://localhost:${pixy.target.port}`;
    const env = {
      ...pixyEnvironment(issuer, 'RS256', wrappingKey),
      ...credentials,
      AWS_ENDPOINT_URL_DYNAMODB: pixy.endpoint,
    };
    const authorize = await timesOf('authorize', share, env, async () => authorizeEvent(pixy.target.cookie ?? ''));
    const token = await timesOf('token', share, env, async () => tokenEvent(await browser.authorize()));
    const billed = [...authorize, ...token].reduce((sum, ms) => sum + Math.ceil(ms), 0) / calls;
    const dollars = (megabytes / 1_024) * (billed / 1_000) * 1_000_000 * aws.lambdaGbSecondArm;
    return [String(megabytes), `${Math.round(share * 100)} %`, told(authorize), told(token), dollars.toFixed(2)];
  } finally {
    browser.close();
    await pixy.stop();
  }
}

/**
 * Returns how long the calls of one instance took, in milliseconds. The start is not limited, because Lambda gives it a full
 * processor.
 */
async function timesOf(
  name: string,
  share: number,
  env: Record<string, string>,
  nextEvent: () => Promise<object>,
): Promise<number[]> {
  const bundle = pathToFileURL(join(folder, name, 'index.mjs')).href;
  const child = fork(join(import.meta.dirname, 'function.mjs'), [bundle], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const times: number[] = [];
  let release: (() => void) | undefined;
  try {
    await messageOf(child);
    for (let call = 0; call < first; call += 1) await timeOf(child, await nextEvent());
    release = limitProcessor(child.pid ?? 0, share);
    for (let call = 0; call < calls; call += 1) {
      const event = await nextEvent();
      // Keeps an instance from carrying unused share over to the next call.
      await pause(40);
      times.push(await timeOf(child, event));
    }
  } finally {
    if (child.exitCode === null) {
      child.kill();
      await once(child, 'exit');
    }
    release?.();
  }
  return times;
}

async function timeOf(child: ChildProcess, event: object): Promise<number> {
  child.send(event);
  const { statusCode, ms } = (await messageOf(child)) as { statusCode: number; ms: number };
  if (statusCode >= 400) throw new Error(`a function answered ${statusCode}`);
  return ms;
}

/** Returns the next message. Rejects when the function ends instead. */
function messageOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('a function ended'));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message);
    });
  });
}

function told(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return `${at(0.5).toFixed(1)} · ${at(0.99).toFixed(1)}`;
}
