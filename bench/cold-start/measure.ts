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

/** Sizes and memory in bytes, times in milliseconds. */
export type ColdStarts = {
  starts: number;
  bundles: { name: string; bytes: number; gzipped: number }[];
  /** A process that does nothing. */
  baseline: { processMs: number; rss: number };
  functions: {
    name: string;
    initMs: number;
    firstCallMs: number;
    secondCallMs: number;
    processMs: number;
    rss: number;
    undici: boolean;
    builtins: string[];
  }[];
};

type Started = {
  initMs: number;
  calls: { statusCode: number; ms: number }[];
  rss: number;
  undici: boolean;
  builtins: string[];
};

/** Measures fresh processes, alternating with processes that do nothing, with the database behind TLS as in AWS. */
export async function measureColdStarts(folder: string, starts: number): Promise<ColdStarts> {
  const wrappingKey = newWrappingKey();
  const own = mkdtempSync(join(tmpdir(), 'pixy-cold-start-'));
  const pixy = await startPixy({ folder, algorithm: 'RS256', wrappingKey });
  const tls = await startTls(pixy.endpoint, own);
  try {
    const issuer = `http://localhost:${pixy.target.port}`;
    const env = {
      PATH: process.env['PATH'],
      ...pixyEnvironment(issuer, 'RS256', wrappingKey),
      ...credentials,
      AWS_ENDPOINT_URL_DYNAMODB: tls.endpoint,
      NODE_EXTRA_CA_CERTS: tls.certificate,
    };
    const browser = new Browser(pixy.target);
    const events: Record<string, () => Promise<object[]>> = {
      authorize: async () => [authorizeEvent(pixy.target.cookie ?? ''), authorizeEvent(pixy.target.cookie ?? '')],
      token: async () => [tokenEvent(await browser.authorize()), tokenEvent(await browser.authorize())],
    };
    const measured = new Map<string, { processMs: number; started: Started }[]>();
    const nothing: { processMs: number; rss: number }[] = [];
    for (let count = 0; count < starts; count += 1) {
      nothing.push(await startNothing());
      for (const [name, eventsOf] of Object.entries(events)) {
        const bundle = pathToFileURL(join(folder, name, 'index.mjs')).href;
        const { processMs, output } = await timed(
          [join(import.meta.dirname, 'one.mjs'), bundle, JSON.stringify(await eventsOf())],
          env,
        );
        const started = JSON.parse(output) as Started;
        const failed = started.calls.find(({ statusCode }) => statusCode >= 400);
        if (failed) throw new Error(`${name} answered ${failed.statusCode}`);
        measured.set(name, [...(measured.get(name) ?? []), { processMs, started }]);
      }
    }
    browser.close();
    return {
      starts,
      bundles: functionNames().map((name) => bundleSize(folder, name)),
      baseline: { processMs: median(nothing.map((one) => one.processMs)), rss: median(nothing.map((one) => one.rss)) },
      functions: [...measured].map(([name, runs]) => {
        const of = (figure: (run: (typeof runs)[number]) => number) => median(runs.map(figure));
        return {
          name,
          initMs: of(({ started }) => started.initMs),
          firstCallMs: of(({ started }) => started.calls[0]?.ms ?? 0),
          secondCallMs: of(({ started }) => started.calls[1]?.ms ?? 0),
          processMs: of(({ processMs }) => processMs),
          rss: of(({ started }) => started.rss),
          undici: runs.some(({ started }) => started.undici),
          builtins: runs[0]?.started.builtins ?? [],
        };
      }),
    };
  } finally {
    tls.close();
    await pixy.stop();
    rmSync(own, { recursive: true });
  }
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
  const certificate = join(folder, 'certificate.pem');
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
