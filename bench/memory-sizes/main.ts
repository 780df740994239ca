import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { buildFunctions } from '../../infra/bundling/build.ts';
import { type Aim, tableOfAims } from '../aims.ts';
import { Browser } from '../load/flows.ts';
import { median } from '../measure.ts';
import { credentials, newWrappingKey, pixyEnvironment } from '../pixy/environment.ts';
import { authorizeEvent, tokenEvent } from '../pixy/events.ts';
import { startPixy } from '../pixy/start.ts';
import { machine } from '../results.ts';
import { table, writeAims, writeParts } from '../write-results.ts';
import { limitMemory, limitProcessor, preferProcesses } from './limits.ts';

/*
 * npm run bench:memory
 *
 * Measures the functions of a sign-in with the memory and the share of a processor that Lambda gives to each memory size, and what is
 * resident after a thousand sign-ins. Needs Linux and root for the limits. Writes its part of docs/performance.md.
 */

const sizes = [128, 256, 512, 1_024, 1_769];
const rounds = 3;
const signIns = 1_000;
/** The last of them are timed in each round: by then caches are full and the code is compiled. */
const timed = 200;
const aims = { residentMb: 75, slower: 1.3 };

type Name = 'authorize' | 'token';
/** `waits`: how often a call had to wait for the next share of the processor. */
type Measured = { times: number[]; waits: number; residentMb: number };

const folder = await mkdtemp(join(tmpdir(), 'pixy-bench-'));
const { aws } = JSON.parse(await readFile(join(import.meta.dirname, '..', 'prices.json'), 'utf8')) as {
  aws: { lambdaGbSecondArm: number };
};
try {
  await buildFunctions(folder, ['authorize', 'token']);
  const measured = new Map(sizes.map((megabytes) => [megabytes, [] as Record<Name, Measured>[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const megabytes of sizes) {
      process.stdout.write(`round ${round + 1} of ${rounds}, ${megabytes} MB\n`);
      measured.get(megabytes)?.push(await measureSize(megabytes));
    }
  }
  const { text, aims } = report(measured);
  await writeParts('docs/performance.md', [['memory-sizes', text]]);
  await writeAims('memory-sizes', aims);
  process.stdout.write(`${text}\n\n${tableOfAims(aims)}\n`);
} finally {
  await rm(folder, { recursive: true });
}

async function measureSize(megabytes: number): Promise<Record<Name, Measured>> {
  const wrappingKey = newWrappingKey();
  const pixy = await startPixy({ folder, algorithm: 'RS256', wrappingKey });
  const browser = new Browser(pixy.target);
  const release = preferProcesses([pixy.databasePid]);
  try {
    const issuer = `http://localhost:${pixy.target.port}`;
    const env = {
      ...pixyEnvironment(issuer, 'RS256', wrappingKey),
      ...credentials,
      AWS_ENDPOINT_URL_DYNAMODB: pixy.endpoint,
    };
    return {
      authorize: await measure('authorize', megabytes, env, async () => authorizeEvent(pixy.target.cookie ?? '')),
      token: await measure('token', megabytes, env, async () => tokenEvent(await browser.authorize())),
    };
  } finally {
    browser.close();
    await pixy.stop();
    release();
  }
}

/**
 * Runs one instance with the memory of its size. Its share of a processor begins with the timed calls, which are in milliseconds: Lambda
 * gives a full processor to the start, and the calls in between only have to happen.
 */
async function measure(
  name: Name,
  megabytes: number,
  env: Record<string, string>,
  nextEvent: () => Promise<object>,
): Promise<Measured> {
  const bundle = pathToFileURL(join(folder, name, 'index.mjs')).href;
  const memory = limitMemory(megabytes);
  const child = spawn(
    '/bin/sh',
    [...memory.enter, process.execPath, join(import.meta.dirname, 'function.mjs'), bundle],
    {
      env: {
        PATH: process.env['PATH'],
        ...env,
        NODE_OPTIONS: '--enable-source-maps',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(megabytes),
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  let processor: ReturnType<typeof limitProcessor> | undefined;
  try {
    await messageOf(child);
    for (let call = 0; call < signIns - timed; call += 1) await timeOf(child, await nextEvent());
    processor = limitProcessor(child.pid ?? 0, Math.min(1, megabytes / 1_769));
    const times: number[] = [];
    for (let call = 0; call < timed; call += 1) {
      const event = await nextEvent();
      // Keeps an instance from carrying unused share over to the next call.
      await pause(40);
      times.push(await timeOf(child, event));
    }
    child.send('memory');
    return { times, waits: processor.waits(), residentMb: ((await messageOf(child)) as number) / 2 ** 20 };
  } finally {
    if (child.exitCode === null) {
      child.kill();
      await once(child, 'exit');
    }
    processor?.remove();
    memory.remove();
  }
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

function report(measured: ReadonlyMap<number, readonly Record<Name, Measured>[]>): { text: string; aims: Aim[] } {
  const of = (megabytes: number, pick: (one: Record<Name, Measured>) => number) =>
    median((measured.get(megabytes) ?? []).map(pick));
  const figures = sizes.map((megabytes) => {
    const at = (name: Name, part: number) => of(megabytes, (one) => percentile(one[name].times, part));
    const billed = of(megabytes, ({ authorize, token }) => (billedMs(authorize) + billedMs(token)) / timed);
    return {
      megabytes,
      p50: { authorize: at('authorize', 0.5), token: at('token', 0.5) },
      p99: { authorize: at('authorize', 0.99), token: at('token', 0.99) },
      waits: of(megabytes, ({ authorize, token }) => authorize.waits + token.waits),
      residentMb: {
        authorize: of(megabytes, ({ authorize }) => authorize.residentMb),
        token: of(megabytes, ({ token }) => token.residentMb),
      },
      dollars: (megabytes / 1_024) * (billed / 1_000) * 1_000_000 * aws.lambdaGbSecondArm,
    };
  });
  const rows = figures.map(({ megabytes, p50, p99, waits, residentMb, dollars }) => [
    String(megabytes),
    `${Math.round(Math.min(1, megabytes / 1_769) * 100)} %`,
    ...(['authorize', 'token'] as const).map((name) => `${p50[name].toFixed(1)} · ${p99[name].toFixed(1)}`),
    `${((waits / (2 * timed)) * 100).toFixed(1)} %`,
    `${residentMb.authorize.toFixed(0)} and ${residentMb.token.toFixed(0)}`,
    dollars.toFixed(2),
  ]);
  const head = [
    'MB',
    'processor',
    '/authorize p50 · p99 ms',
    '/token p50 · p99 ms',
    'calls that waited for their share',
    `resident MB after ${signIns.toLocaleString('en')} sign-ins`,
    'Lambda time, $ a million sign-ins',
  ];
  const find = (megabytes: number) => figures.find((one) => one.megabytes === megabytes);
  const [small, half, usual] = [find(128), find(256), find(512)];
  const resident = Math.max(small?.residentMb.authorize ?? 0, small?.residentMb.token ?? 0);
  const slower = (['authorize', 'token'] as const).map((name) => (half?.p99[name] ?? 0) / (usual?.p99[name] ?? 1));
  return {
    text: `Run of ${new Date().toISOString().slice(0, 10)} on ${machine()}; medians of ${rounds} rounds, ${timed} calls of each, one after the other, RS256.\n\n${table(head, rows)}`,
    aims: [
      {
        aim: `resident at 128 MB after ${signIns.toLocaleString('en')} sign-ins ≤ ${aims.residentMb} MB`,
        reached: `${resident.toFixed(0)} MB`,
        met: resident <= aims.residentMb,
      },
      {
        aim: `p99 at 256 MB ≤ ${aims.slower} × that at 512 MB`,
        reached: slower.map((ratio) => `${ratio.toFixed(2)} ×`).join(' and '),
        met: Math.max(...slower) <= aims.slower,
      },
    ],
  };
}

function billedMs({ times }: Measured): number {
  return times.reduce((sum, ms) => sum + Math.ceil(ms), 0);
}

function percentile(times: readonly number[], part: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
