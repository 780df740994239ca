import { median, percentiles } from '../measure.ts';
import { credentials, newWrappingKey } from '../pixy/environment.ts';
import * as own from '../pixy/set-up.ts';
import { type MeasuredProcess, startProcess } from '../server-process.ts';
import type { Version } from '../version.ts';
import { people } from './pixy.ts';
import type { Shares } from './profile.ts';
import type { Order, Parts, Ran, Ready } from './run.ts';

/*
 * Every server as a Lambda function: one event at a time, without gateways and sockets. The embedded database runs in a process of its
 * own. All servers are started first; then, round by round, each signs in and refreshes some times, while the others wait.
 */

export type FunctionRow = {
  server: 'Pixy' | 'oidc-provider' | 'openauth';
  /** An earlier version of Pixy. */
  version?: string | undefined;
  store: 'memory' | 'DynamoDB';
  algorithm: 'ES256' | 'RS256';
  flow: 'plain' | 'pushed';
};

/** Milliseconds; `signIn` and `refresh` of processor time. Megabytes, and kilobytes that a sign-in leaves on the heap. */
export type FunctionResult = FunctionRow &
  Parts & {
    signIn: number;
    first: number;
    signInTimes: { p50: number; p99: number };
    refreshTimes: { p50: number; p99: number };
    rssMb: number;
    growthKb: number;
    /** Of the processor time of sign-ins and refreshes, in Pixy's deployed functions. */
    shares: Shares | undefined;
  };

const memory = { store: 'memory', algorithm: 'ES256', flow: 'plain' } as const;
const dynamodb = { store: 'DynamoDB', algorithm: 'ES256', flow: 'plain' } as const;

/** openauth only signs with ES256, and has no pushed requests. */
const rows: readonly FunctionRow[] = [
  { server: 'Pixy', ...memory },
  { server: 'oidc-provider', ...memory },
  { server: 'openauth', ...memory },
  { server: 'Pixy', ...dynamodb },
  { server: 'oidc-provider', ...dynamodb },
  { server: 'openauth', ...dynamodb },
  { server: 'Pixy', ...dynamodb, algorithm: 'RS256' },
  { server: 'oidc-provider', ...dynamodb, algorithm: 'RS256' },
  { server: 'Pixy', ...dynamodb, flow: 'pushed' },
  { server: 'oidc-provider', ...dynamodb, flow: 'pushed' },
];

const earlier = ({ name }: Version): FunctionRow[] =>
  (['ES256', 'RS256'] as const).map((algorithm) => ({ server: 'Pixy', version: name, ...dynamodb, algorithm }));

/** Sign-ins before what is measured, in each round, and in the profile at the end. */
const counts = { warmUp: 300, round: 100, profiled: 500 };

const isProfiled = ({ server, version, store }: FunctionRow): boolean =>
  server === 'Pixy' && version === undefined && store === 'DynamoDB';

/** `folder`: of Pixy's bundles. `before`: another version of Pixy, with bundles of its own. */
export async function compareAsFunctions(
  folder: string,
  rounds: number,
  before: Version | undefined,
): Promise<FunctionResult[]> {
  const running: Running[] = [];
  try {
    for (const row of [...rows, ...(before ? earlier(before) : [])]) {
      const version = row.version === undefined ? { folder, ...own } : before;
      if (version) running.push(await start(row, version));
    }
    for (const one of running) one.warm = await order(one, { count: counts.warmUp, collects: true });
    for (let round = 0; round < rounds; round += 1) {
      process.stdout.write(`functions: round ${round + 1} of ${rounds}\n`);
      // Reverses every other round, so that no server always follows the same one.
      for (const one of round % 2 === 0 ? running : running.toReversed()) {
        one.runs.push(await order(one, { count: counts.round, collects: round === rounds - 1 }));
      }
    }
    for (const one of running.filter(({ row }) => isProfiled(row))) {
      one.profiled = await order(one, { count: counts.profiled, profiles: true });
    }
    return running.map(resultOf);
  } finally {
    for (const { stop } of running) await stop();
  }
}

type Running = {
  row: FunctionRow;
  server: MeasuredProcess<Ready>;
  stop: () => Promise<void>;
  warm?: Ran;
  profiled?: Ran;
  runs: Ran[];
};

const order = ({ server }: Running, given: Order): Promise<Ran> => server.ask<Ran>(given);

async function start(row: FunctionRow, version: Pick<Version, 'folder' | 'setUpDatabase'>): Promise<Running> {
  const database = row.store === 'DynamoDB' ? await startProcess<{ endpoint: string }>('database.ts') : undefined;
  const environment = {
    ...credentials,
    AWS_SESSION_TOKEN: 'local',
    NODE_ENV: 'production',
    ...(database && { AWS_ENDPOINT_URL_DYNAMODB: database.endpoint }),
  };
  const given = await argumentsOf(row, version, database?.endpoint);
  const server = await startProcess<Ready>('lambda/run.ts', given, environment, ['--expose-gc']);
  return {
    row,
    server,
    runs: [],
    async stop() {
      await server.stop();
      await database?.stop();
    },
  };
}

async function argumentsOf(
  { server, algorithm, flow }: FunctionRow,
  { folder, setUpDatabase }: Pick<Version, 'folder' | 'setUpDatabase'>,
  endpoint: string | undefined,
): Promise<string[]> {
  const at = endpoint === undefined ? [] : [endpoint];
  if (server === 'openauth') return [server, flow, ...at];
  if (server === 'oidc-provider') return [server, flow, algorithm, ...at];
  if (endpoint === undefined) return ['pixyInMemory', flow, algorithm];
  const key = newWrappingKey();
  const cookies = await setUpDatabase(endpoint, algorithm, key, people);
  return ['pixy', flow, folder, algorithm, key, ...[cookies].flat()];
}

function resultOf({ row, server: { first }, warm, profiled, runs }: Running): FunctionResult {
  const of = (pick: (ran: Ran) => number) => median(runs.map(pick));
  const part = (name: keyof Parts) => of(({ cost }) => cost[name] / counts.round);
  const sorted = (times: (ran: Ran) => number[]) => percentiles(runs.flatMap(times).toSorted((a, b) => a - b));
  const last = runs.at(-1);
  return {
    ...row,
    signIn: of(({ cost }) => (cost.push + cost.authorize + cost.token) / counts.round),
    push: part('push'),
    authorize: part('authorize'),
    token: part('token'),
    refresh: part('refresh'),
    first,
    signInTimes: sorted(({ signIns }) => signIns),
    refreshTimes: sorted(({ refreshes }) => refreshes),
    rssMb: (last?.rss ?? 0) / 1e6,
    growthKb: ((last?.heap ?? 0) - (warm?.heap ?? 0)) / 1e3 / counts.round / runs.length,
    shares: profiled?.shares,
  };
}
