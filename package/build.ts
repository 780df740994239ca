import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { zipSync } from 'fflate';
import { buildFunctions } from '../infra/bundling/build.ts';
import { playgroundFiles } from '../infra/bundling/playground-files.ts';
import { makeDeclarations } from './declarations.ts';
import { licensesOf } from './licenses.ts';

/*
 * npm run build
 *
 * Makes dist/, which is what people install (ADR 12):
 *
 *   index.js, index.d.ts   the constructs and their types, for `import … from 'pixy'`
 *   functions/*.zip        every function as it is deployed
 *   cli/                   the pixy command, the local run included
 */

const repository = join(import.meta.dirname, '..');
const dist = join(repository, 'dist');

const common = {
  absWorkingDir: repository,
  bundle: true,
  platform: 'node',
  charset: 'utf8',
  logLevel: 'warning',
  legalComments: 'none',
} satisfies BuildOptions;

/** Has the constructs take the functions from the package instead of bundling them. */
const builtFunctions: Plugin = {
  name: 'built-functions',
  setup(build) {
    build.onResolve({ filter: /\/bundle-functions\.ts$/ }, () => ({
      path: join(repository, 'infra', 'bundling', 'built-functions.ts'),
    }));
  },
};

/**
 * CommonJS, as the CDK is: apps of either kind then share one copy, and the CDK loads only what is used of it, which it does not where
 * modules import it.
 */
async function buildConstructs(): Promise<void> {
  await build({
    ...common,
    entryPoints: { index: 'infra/index.ts' },
    outdir: dist,
    format: 'cjs',
    target: 'node22',
    external: ['aws-cdk-lib', 'constructs'],
    define: { 'import.meta.dirname': '__dirname' },
    plugins: [builtFunctions],
  });
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);
}

/** dynalite requires its operations by a name that it puts together, and without the ending by which a bundler finds the files. */
const operationsOfDynalite: Plugin = {
  name: 'operations-of-dynalite',
  setup(build) {
    build.onLoad({ filter: /\/node_modules\/dynalite\/index\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll("/' + action)", "/' + action + '.js')"),
      loader: 'js',
    }));
  },
};

async function buildCommand(): Promise<Metafile> {
  const { metafile } = await build({
    ...common,
    entryPoints: { pixy: 'cli/pixy.ts' },
    outdir: join(dist, 'cli'),
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    target: 'node24',
    splitting: true,
    minify: true,
    mainFields: ['module', 'main'],
    plugins: [operationsOfDynalite, playgroundFiles],
    // What CommonJS modules expect to be there.
    banner: {
      js: "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url),__dirname=import.meta.dirname;",
    },
    metafile: true,
  });
  cpSync(join(repository, 'cli', 'init', 'templates'), join(dist, 'cli', 'templates'), { recursive: true });
  // The compiled part of the embedded database is looked for here, for the platforms that Node 24 itself is released for.
  for (const platform of ['darwin-x64+arm64', 'linux-arm64', 'linux-x64', 'win32-x64']) {
    const where = join('prebuilds', platform);
    cpSync(join(repository, 'node_modules', 'classic-level', where), join(dist, 'cli', where), { recursive: true });
  }
  return metafile;
}

/** One archive for each function: a third of the size, and the CDK uploads it as it is. */
async function packFunctions(): Promise<Metafile[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pixy-functions-'));
  try {
    const built = await buildFunctions(folder);
    mkdirSync(join(dist, 'functions'), { recursive: true });
    for (const name of built.keys()) {
      writeFileSync(join(dist, 'functions', `${name}.zip`), archive(join(folder, name)));
    }
    return [...built.values()];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same bytes whenever and wherever it is made: the CDK decides by them whether a function has to be deployed. */
function archive(folder: string): Uint8Array {
  const files = readdirSync(folder).toSorted();
  const entries = files.map((file) => [file, readFileSync(join(folder, file))] as const);
  // fflate reads the local time out of it, and archives know no time before 1980.
  const mtime = new Date(1980, 0, 1, 12);
  const readableByAll = 0o100644 << 16;
  return zipSync(Object.fromEntries(entries), { level: 9, mtime, os: 3, attrs: readableByAll >>> 0 });
}

rmSync(dist, { recursive: true, force: true });
const [functions, command] = await Promise.all([packFunctions(), buildCommand(), buildConstructs()]);
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licensesOf([...functions, command]));
await makeDeclarations(join(dist, 'index.d.ts'));
