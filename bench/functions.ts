import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Building from '../infra/bundling/build.ts';
import { median } from './measure.ts';
import type * as Environment from './pixy/environment.ts';
import type { SignInCost } from './pixy/one-at-a-time.ts';
import type * as SettingUp from './pixy/set-up.ts';
import { startProcess } from './server-process.ts';

/*
 * npm run bench:functions [-- OTHER_TREE]
 *
 * Measures the processor time of a sign-in and of a refresh as Lambda runs them: the bundles, an event in and a result out as JSON,
 * one at a time, with the embedded database in another process. With the checkout of another version, measures both in turns and
 * prints how they compare.
 */

const rounds = 5;
/** Nobody has so many grants that a limit ends some. Versions of before there was one have one person only. */
const people = 20;
const other = process.argv[2] === undefined ? [] : [resolve(process.argv[2])];
const trees = [...other, resolve(import.meta.dirname, '..')];
const algorithms = ['RS256', 'ES256'] as const;

const from = <Module>(tree: string, file: string) => import(pathToFileURL(join(tree, file)).href) as Promise<Module>;

/** Measures one tree once, with a database of its own. */
async function measure(tree: string, folder: string, algorithm: Environment.Algorithm): Promise<SignInCost> {
  const { newWrappingKey, credentials } = await from<typeof Environment>(tree, 'bench/pixy/environment.ts');
  const { setUpDatabase } = await from<typeof SettingUp>(tree, 'bench/pixy/set-up.ts');
  const key = newWrappingKey();
  const database = await startProcess<{ endpoint: string }>('database.ts');
  try {
    const cookies = await setUpDatabase(database.endpoint, algorithm, key, people);
    const environment = { ...credentials, AWS_ENDPOINT_URL_DYNAMODB: database.endpoint };
    const measured = await startProcess<SignInCost>(
      'pixy/one-at-a-time.ts',
      [folder, algorithm, key, ...[cookies].flat()],
      environment,
    );
    await measured.stop();
    return measured;
  } finally {
    await database.stop();
  }
}

const folders = new Map<string, string>();
try {
  for (const tree of trees) {
    const folder = await mkdtemp(join(tmpdir(), 'pixy-bench-'));
    folders.set(tree, folder);
    const { buildFunctions } = await from<typeof Building>(tree, 'infra/bundling/build.ts');
    await buildFunctions(folder, ['authorize', 'token']);
  }
  for (const algorithm of algorithms) {
    const runs = new Map<string, SignInCost[]>(trees.map((tree) => [tree, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [tree, folder] of folders) runs.get(tree)?.push(await measure(tree, folder, algorithm));
    }
    const middle = [...runs].map(([tree, costs]) => ({
      tree,
      signIn: median(costs.map(({ authorize, token }) => authorize + token)),
      refresh: median(costs.map(({ refresh }) => refresh)),
    }));
    for (const { tree, signIn, refresh } of middle) {
      console.log(`${algorithm}  sign-in ${signIn.toFixed(2)} ms, refresh ${refresh.toFixed(2)} ms  ${tree}`);
    }
    const [before, after] = middle;
    if (!before || !after) continue;
    const ratio = (of: 'signIn' | 'refresh') => (after[of] / before[of]).toFixed(2);
    console.log(`${algorithm}  sign-in × ${ratio('signIn')}, refresh × ${ratio('refresh')}`);
  }
} finally {
  for (const folder of folders.values()) await rm(folder, { recursive: true });
}
