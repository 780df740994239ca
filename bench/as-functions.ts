import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFunctions } from '../infra/bundling/build.ts';
import type { Cost } from './lambda/run.ts';
import { median } from './measure.ts';
import { credentials, newWrappingKey } from './pixy/environment.ts';
import { setUpDatabase } from './pixy/set-up.ts';
import { startProcess } from './server-process.ts';

/*
 * npm run bench:lambda [-- rounds]
 *
 * Every server as a Lambda function (Pixy's bundles; the others behind the adapters of their documentation), one event at a time, on
 * DynamoDB (the embedded one, in a process of its own): the processor time of a sign-in and of a refresh, as they are and with pushed
 * requests and DPoP, and of the first sign-in of a process. In turns, several rounds; the medians and their ratios to Pixy's.
 */

const rounds = Number(process.argv[2] ?? 5);
const algorithm = 'ES256';

type Row = { server: 'pixy' | 'oidc-provider' | 'openauth'; flow: 'plain' | 'pushed' };
const rows: readonly Row[] = [
  { server: 'pixy', flow: 'plain' },
  { server: 'oidc-provider', flow: 'plain' },
  { server: 'openauth', flow: 'plain' },
  { server: 'pixy', flow: 'pushed' },
  { server: 'oidc-provider', flow: 'pushed' },
];

/** Measures a row once, with a database of its own. */
async function measure({ server, flow }: Row, folder: string): Promise<Cost> {
  const { endpoint, stop } = await startProcess<{ endpoint: string }>('database.ts');
  try {
    const environment = {
      ...credentials,
      AWS_SESSION_TOKEN: 'local',
      NODE_ENV: 'production',
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    };
    const given = await argumentsOf(server, folder, endpoint);
    const measured = await startProcess<Cost>('lambda/run.ts', [server, flow, ...given], environment);
    await measured.stop();
    return measured;
  } finally {
    await stop();
  }
}

async function argumentsOf(server: Row['server'], folder: string, endpoint: string): Promise<string[]> {
  if (server === 'openauth') return [endpoint];
  if (server === 'oidc-provider') return [algorithm, endpoint];
  const key = newWrappingKey();
  const [cookie = ''] = await setUpDatabase(endpoint, algorithm, key);
  return [folder, algorithm, key, cookie];
}

/** The medians of several runs: of each part, and of a sign-in as a whole. */
function medians(runs: readonly Cost[]) {
  const of = (pick: (cost: Cost) => number) => median(runs.map(pick));
  return {
    signIn: of(({ push, authorize, token }) => push + authorize + token),
    push: of(({ push }) => push),
    authorize: of(({ authorize }) => authorize),
    token: of(({ token }) => token),
    refresh: of(({ refresh }) => refresh),
    first: of(({ first }) => first),
  };
}

const folder = await mkdtemp(join(tmpdir(), 'pixy-bench-'));
try {
  await buildFunctions(folder, ['authorize', 'token', 'par']);
  const runs = rows.map((): Cost[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, row] of rows.entries()) runs[at]?.push(await measure(row, folder));
  }
  const middle = rows.map((row, at) => ({
    ...row,
    ...medians(runs[at] ?? []),
  }));
  for (const { server, flow, signIn, push, authorize, token, refresh, first } of middle) {
    const own = middle.find((row) => row.server === 'pixy' && row.flow === flow);
    const ratio = own ? `× ${(signIn / own.signIn).toFixed(1)} and × ${(refresh / own.refresh).toFixed(1)}` : '';
    const parts = [...(flow === 'pushed' ? [push] : []), authorize, token].map((part) => part.toFixed(2)).join(' + ');
    console.log(
      `${flow.padEnd(6)}  ${server.padEnd(13)}  sign-in ${signIn.toFixed(2)} ms (${parts}), refresh ${refresh.toFixed(2)} ms, first sign-in ${first.toFixed(0)} ms  ${ratio}`,
    );
  }
  const [plain, pushed] = (['plain', 'pushed'] as const).map((flow) =>
    middle.find((row) => row.server === 'pixy' && row.flow === flow),
  );
  if (plain && pushed)
    console.log(`pushed requests and DPoP: × ${(pushed.signIn / plain.signIn).toFixed(2)} of a sign-in without`);
} finally {
  await rm(folder, { recursive: true });
}
