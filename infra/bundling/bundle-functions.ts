import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';

/** Returns the bundle of a function of functions/ and its source map, given its entry file. */
export const bundledCode = (entry: string): Code =>
  Code.fromAsset(dirname(entry), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Used only if local bundling fails.
      image: DockerImage.fromRegistry('node:24'),
      local: {
        tryBundle(folder) {
          cpSync(join(bundles(), basename(dirname(entry))), folder, { recursive: true });
          return true;
        },
      },
    },
  });

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
