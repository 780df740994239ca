import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plugin } from 'vitest/config';
import { buildFunctions } from '../../infra/bundling/build.ts';

/*
 * The functions are bundled once for all files, before the first of them: bundling takes as long as a dozen syntheses, and each
 * worker would do it again. bundles.test.ts has them bundled by the app as it is.
 */

const variable = 'PIXY_TEST_BUNDLES';

/** The folder of all bundles. Shared by the files: change nothing in it. */
export function bundlesOfRun(): string {
  const folder = process.env[variable];
  if (folder === undefined) throw new Error('The global setup of the project infra has not run.');
  return folder;
}

/** A plugin that gives the constructs the bundles of this run, as the package gives them its own. */
export const bundledOnce: Plugin = {
  name: 'bundled-once',
  enforce: 'pre',
  resolveId: (name) =>
    name.endsWith('/bundling/bundle-functions.ts') ? join(import.meta.dirname, 'bundled-functions.ts') : undefined,
};

/** The global setup: returns what removes the bundles again. */
export default async function bundleOnce(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'pixy-bundles-'));
  process.env[variable] = folder;
  await buildFunctions(folder);
  return () => rm(folder, { recursive: true, force: true });
}
