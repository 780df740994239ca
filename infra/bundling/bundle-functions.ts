import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';

/*
 * The functions for a synthesis from the sources. They are bundled even where the CDK would leave that out: after `cdk bootstrap` or `cdk
 * destroy`, cdk.out may be deployed as it is.
 */

/** Returns the bundle of a function of functions/, what it loads later, and their source maps. */
export const functionCode = (name: string): Code => Code.fromAsset(join(bundles(), name));

let built: string | undefined;

/**
 * Returns the folder of all bundles, built at the first call. Builds in a separate process, because esbuild plugins are
 * asynchronous and constructs cannot wait.
 */
function bundles(): string {
  if (built !== undefined) return built;
  const folder = mkdtempSync(join(tmpdir(), 'pixy-bundles-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'build.ts'), folder], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error('the functions could not be bundled');
  built = folder;
  return folder;
}
