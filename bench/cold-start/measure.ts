import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { functionNames } from '../../infra/bundling/build.ts';
import { Browser } from '../load/flows.ts';
import { median } from '../measure.ts';
import { credentials, newWrappingKey, pixyEnvironment } from '../pixy/environment.ts';
import { authorizeEvent, tokenEvent } from '../pixy/events.ts';
import { startPixy } from '../pixy/start.ts';
import type { Version } from '../version.ts';

/** Sizes and memory in bytes, times in milliseconds. */
export type ColdStarts = {
  starts: number;
  bundles: { name: string; bytes: number; gzipped: number }[];
  /** A process that does nothing. */
  baseline: { processMs: number; rss: number };
  functions: ColdStart[];
};

/** `version`: an earlier one. `cpu`: of the processor. */
export type ColdStart = {
  name: string;
  version?: string | undefined;
  initMs: number;
  firstCallMs: number;
  secondCallMs: number;
  cpu: { initMs: number; firstCallMs: number };
  processMs: number;
  rss: number;
  undici: boolean;
  builtins: string[];
};

type Started = {
  initMs: number;
  initCpuMs: number;
  calls: { statusCode: number; ms: number; cpuMs: number }[];
  rss: number;
  undici: boolean;
  builtins: string[];
};

type Run = { processMs: number; started: Started };

/** A function to start, again and again. */
type Starting = { name: string; version?: string | undefined; start: () => Promise<Run>; runs: Run[] };

/**
 * Measures fresh processes in turns, with the database behind TLS as in AWS: some that do nothing, the functions of `folder`, and those
 * of the version before.
 */
export async function measureColdStarts(
  folder: string,
  starts: number,
  before: Version | undefined,
): Promise<ColdStarts> {
  const own = mkdtempSync(join(tmpdir(), 'pixy-cold-start-'));
  const opened = [await open({ folder }, own), ...(before ? [await open(before, own)] : [])];
  try {
    const functions = opened.flatMap(({ functions }) => functions);
    const nothing: { processMs: number; rss: number }[] = [];
    for (let count = 0; count < starts; count += 1) {
      nothing.push(await startNothing());
      // Reverses every other time, so that no function always follows the same one.
      for (const one of count % 2 === 0 ? functions : functions.toReversed()) one.runs.push(await one.start());
    }
    return {
      starts,
      bundles: functionNames().map((name) => bundleSize(folder, name)),
      baseline: { processMs: median(nothing.map((one) => one.processMs)), rss: median(nothing.map((one) => one.rss)) },
      functions: functions.map(({ name, version, runs }) => {
        const of = (figure: (run: Run) => number) => median(runs.map(figure));
        return {
          name,
          version,
          initMs: of(({ started }) => started.initMs),
          firstCallMs: of(({ started }) => started.calls[0]?.ms ?? 0),
          secondCallMs: of(({ started }) => started.calls[1]?.ms ?? 0),
          cpu: {
            initMs: of(({ started }) => started.initCpuMs),
            firstCallMs: of(({ started }) => started.calls[0]?.cpuMs ?? 0),
          },
          processMs: of(({ processMs }) => processMs),
          rss: of(({ started }) => started.rss),
          undici: runs.some(({ started }) => started.undici),
          builtins: runs[0]?.started.builtins ?? [],
        };
      }),
    };
  } finally {
    for (const one of opened) await one.close();
    rmSync(own, { recursive: true });
  }
}

type OpenedVersion = Partial<Version> & Pick<Version, 'folder'>;

/** A version with a database of its own, and its functions. */
async function open({ name: version, folder, nodeOptions, setUpDatabase }: OpenedVersion, own: string) {
  const wrappingKey = newWrappingKey();
  const pixy = await startPixy({
    folder,
    algorithm: 'RS256',
    wrappingKey,
    ...(setUpDatabase && { setUp: setUpDatabase }),
  });
  const tls = await startTls(pixy.endpoint, own);
  const env = {
    PATH: process.env['PATH'],
    ...pixyEnvironment(`http://localhost:${pixy.target.port}`, 'RS256', wrappingKey),
    ...credentials,
    AWS_ENDPOINT_URL_DYNAMODB: tls.endpoint,
    NODE_EXTRA_CA_CERTS: tls.certificate,
    ...(nodeOptions && { NODE_OPTIONS: nodeOptions }),
  };
  const events: Record<string, () => Promise<object[]>> = {
    authorize: async () => [authorizeEvent(pixy.target.cookie ?? ''), authorizeEvent(pixy.target.cookie ?? '')],
    async token() {
      // One for each start: between two of them, the gateway closes what is idle.
      const browser = new Browser(pixy.target);
      const codes = [await browser.authorize(), await browser.authorize()];
      browser.close();
      return codes.map(tokenEvent);
    },
  };
  const functions = Object.entries(events).map(([name, eventsOf]): Starting => {
    const bundle = pathToFileURL(join(folder, name, 'index.mjs')).href;
    return {
      name,
      version,
      runs: [],
      async start() {
        const args = [join(import.meta.dirname, 'one.mjs'), bundle, JSON.stringify(await eventsOf())];
        const { processMs, output } = await timed(args, env);
        const started = JSON.parse(output) as Started;
        const failed = started.calls.find(({ statusCode }) => statusCode >= 400);
        if (failed) throw new Error(`${name} answered ${failed.statusCode}`);
        return { processMs, started };
      },
    };
  });
  return {
    functions,
    async close() {
      tls.close();
      await pixy.stop();
    },
  };
}

function bundleSize(folder: string, name: string) {
  const file = join(folder, name, 'index.mjs');
  return { name, bytes: statSync(file).size, gzipped: gzipSync(readFileSync(file)).length };
}

async function timed(args: string[], env: NodeJS.ProcessEnv): Promise<{ processMs: number; output: string }> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(output);
  return { processMs: performance.now() - start, output };
}

/** Runs `node -e 0`, and once more for its memory. */
async function startNothing(): Promise<{ processMs: number; rss: number }> {
  const { processMs } = await timed(['-e', '0'], {});
  const { output } = await timed(['-e', 'process.stderr.write(String(process.memoryUsage.rss()))'], {});
  return { processMs, rss: Number(output) };
}

/** Puts TLS in front of a plain endpoint, with a self-signed certificate. */
async function startTls(plain: string, folder: string) {
  // In a variable, because this folder's packages are missing where the rest of the project is compiled.
  const library = 'selfsigned';
  const { default: selfsigned } = (await import(library)) as { default: SelfSigned };
  const made = await selfsigned.generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const certificate = join(mkdtempSync(join(folder, 'tls-')), 'certificate.pem');
  writeFileSync(certificate, made.cert);
  const server = createServer({ key: made.private, cert: made.cert }, (incoming, response) => {
    const { method, headers } = incoming;
    const forwarded = request(plain, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    incoming.pipe(forwarded);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    endpoint: `https://localhost:${(server.address() as AddressInfo).port}`,
    certificate,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

type SelfSigned = { generate(attributes: object[], options: object): Promise<{ cert: string; private: string }> };
