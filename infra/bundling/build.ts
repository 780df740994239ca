import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { builtins } from './builtins.ts';
import { pageTexts } from './page-texts.ts';
import { playgroundFiles } from './playground-files.ts';
import { refusalSentences } from './refusal-sentences.ts';

/*
 * node infra/bundling/build.ts <folder> [function …]
 *
 * Bundles the named functions of functions/, or all of them: <folder>/<function>/index.mjs, the chunks that it loads later, and
 * their source maps.
 */

const repository = join(import.meta.dirname, '..', '..');
const sdk = (name: string) => join(repository, 'infra', 'bundling', 'sdk', `${name}.ts`);

/** The parts of the SDK that the functions use; docs/performance.md says why. */
export const slimSdk = {
  '@aws-sdk/client-dynamodb': sdk('client-dynamodb'),
  '@aws-sdk/lib-dynamodb': sdk('lib-dynamodb'),
  '@aws-sdk/client-kms': sdk('client-kms'),
  '@aws-sdk/client-ssm': sdk('client-ssm'),
  '@aws-sdk/client-lambda': sdk('client-lambda'),
  '@aws-sdk/client-sesv2': sdk('client-sesv2'),
  '@aws-sdk/client-cloudwatch-logs': sdk('client-cloudwatch-logs'),
};

/**
 * Modules that a function loads when it first needs them. Each is a file of its own beside `index.mjs`, whole in itself, so that the
 * bundle neither grows by it nor shares a file with it. Classes are therefore not the same in both: an error is told by its name.
 */
const chunks = {
  'admit-details': 'shared/apis/admit-details.ts',
  'authorize-pages': 'functions/authorize/pages.ts',
  'client-assertion': 'shared/clients/client-assertion.ts',
  door: 'functions/homes/door.ts',
  'held-everywhere': 'functions/homes/held-everywhere.ts',
  'send-to-region': 'functions/homes/send.ts',
  'renew-at-first': 'functions/homes/renew-at-first.ts',
  'document-reader': 'shared/clients/document-reader.ts',
  'fetch-jwks': 'shared/clients/fetch-jwks.ts',
  'hook-answers': 'shared/hooks/answers.ts',
  'id-token-hint': 'shared/tokens/id-token-hint.ts',
  'invoke-function': 'shared/hooks/invoke-function-store.ts',
  'parse-details': 'shared/oauth/parse-details.ts',
  'public-jwk': 'shared/keys/public-jwk.ts',
  'pushed-requests': 'functions/pushed-requests.ts',
  'request-objects': 'functions/request-objects.ts',
  'verify-proof': 'shared/proof/verify-proof.ts',
  'device-code': 'functions/token/device-code/compose.ts',
  'jwt-bearer': 'functions/token/jwt-bearer/compose.ts',
  'token-exchange': 'functions/token/token-exchange/compose.ts',
  'stored-password': 'shared/foreign-hashes/stored-password.ts',
  'signed-introspection': 'functions/introspect/signed/compose.ts',
};
const chunkOf = (source: string): string | undefined =>
  Object.entries(chunks).find(([, path]) => source === join(repository, path))?.[0];

/** Leaves the import of a chunk to when it is needed. */
const loadedLater: Plugin = {
  name: 'loaded-later',
  setup(build) {
    build.onResolve({ filter: /\.ts$/ }, ({ kind, path, resolveDir }) => {
      const name = kind === 'dynamic-import' ? chunkOf(join(resolveDir, path)) : undefined;
      return name === undefined ? undefined : { path: `./${name}.mjs`, external: true };
    });
  },
};

/**
 * Where the bundles are as far as their source maps know: always the same place, whatever folder they are written to, so that every
 * machine makes the same bytes, which name no folder of it.
 */
const bundled = join(repository, 'dist', 'functions');

const options = {
  absWorkingDir: repository,
  outdir: bundled,
  write: false,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  mainFields: ['module', 'main'],
  charset: 'utf8',
  // All of Node 24's. Otherwise esbuild writes an expression with a newer name as a call, which stays in and is made though nothing uses it.
  supported: { 'regexp-unicode-property-escapes': true },
  logLevel: 'warning',
  alias: slimSdk,
} satisfies BuildOptions;

/** Lists the folders of functions/ that have an entry file. */
export const functionNames = (): string[] =>
  readdirSync(join(repository, 'functions')).filter((name) => existsSync(entryOf(name)));

const entryOf = (name: string): string => join(repository, 'functions', name, 'index.ts');

/** Writes the bundles below `folder`. Returns, per function, what its bundle contains and how much of it. */
export async function buildFunctions(folder: string, names = functionNames()): Promise<Map<string, Metafile>> {
  // Builds once to find out which files are in which bundle, and again without the texts and sentences that none of them uses.
  const found = await build({
    ...options,
    entryPoints: names.map((name) => ({ in: entryOf(name), out: join(name, 'index') })),
    metafile: true,
  });
  const inputs = Object.entries(found.metafile.outputs).map(
    ([output, { inputs }]) => [output, Object.keys(inputs)] as const,
  );
  const built = await Promise.all(
    names.map(async (name) => {
      const [, sources = []] = inputs.find(([output]) => output.endsWith(`/${name}/index.mjs`)) ?? [];
      const paths = sources.map((source) => join(repository, source));
      const { metafile, outputFiles } = await build({
        ...options,
        entryPoints: {
          [join(name, 'index')]: entryOf(name),
          ...Object.fromEntries(
            paths.flatMap((source) => {
              const chunk = chunkOf(source);
              return chunk === undefined ? [] : [[join(name, chunk), source]];
            }),
          ),
        },
        inject: [join(repository, 'infra', 'bundling', 'stack-traces.ts')],
        minify: true,
        legalComments: 'none',
        sourcemap: true,
        sourcesContent: false,
        metafile: true,
        plugins: [loadedLater, builtins, pageTexts(paths), playgroundFiles, refusalSentences(paths)],
      });
      for (const { path, contents } of outputFiles) await write(join(folder, relative(bundled, path)), contents);
      return [name, metafile] as const;
    }),
  );
  return new Map(built);
}

async function write(file: string, contents: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, contents);
}

if (import.meta.main) {
  const [folder, ...names] = process.argv.slice(2);
  if (folder === undefined) throw new Error('Name the folder that the bundles go to.');
  await buildFunctions(folder, names.length > 0 ? names : undefined);
}
