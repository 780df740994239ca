import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync, type OutputFile } from 'esbuild';

const repository = join(import.meta.dirname, '..', '..');
const functions = join(repository, 'functions');

/** The bundle of a function of functions/, by its entry file, and its source map. */
export const bundledCode = (entry: string): Code =>
  Code.fromAsset(dirname(entry), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Only asked for when there is no local way.
      image: DockerImage.fromRegistry('node:24'),
      local: {
        tryBundle(folder) {
          for (const { path, contents } of bundles().get(basename(dirname(entry))) ?? []) {
            writeFileSync(join(folder, basename(path)), contents);
          }
          return true;
        },
      },
    },
  });

let built: Map<string, OutputFile[]> | undefined;

/** All functions at once, so that what they share is read once. The paths in source maps do not depend on where the output goes. */
function bundles(): Map<string, OutputFile[]> {
  built ??= Map.groupBy(buildAll(), ({ path }) => basename(dirname(path)));
  return built;
}

function buildAll(): OutputFile[] {
  const names = readdirSync(functions).filter((name) => existsSync(join(functions, name, 'index.ts')));
  const { outputFiles } = buildSync({
    absWorkingDir: repository,
    entryPoints: names.map((name) => ({ in: join(functions, name, 'index.ts'), out: join(name, 'index') })),
    outdir: join(repository, 'cdk.out'),
    outExtension: { '.js': '.mjs' },
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    // The SDK comes with the bundle: the one that was tested, not the one that the runtime happens to have; it also starts faster.
    alias: {
      '@aws-sdk/credential-provider-node': join(repository, 'infra', 'bundling', 'lambda-credentials.ts'),
    },
  });
  return outputFiles;
}
