import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build as bundle, type Plugin } from 'esbuild';

/*
 * Bundles the files of the playground as texts. Its modules become one, since a browser asks for each of them, and each request starts a
 * function.
 */

export const playgroundFiles: Plugin = {
  name: 'playground-files',
  setup(build) {
    build.onLoad({ filter: /\/shared\/pages\/playground\/files\.ts$/ }, async ({ path }) => {
      const folder = dirname(path);
      const texts = readdirSync(folder)
        .filter((name) => /\.(html|css)$/.test(name))
        .map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
      const files = { ...Object.fromEntries(texts), 'main.js': await bundleModules(folder) };
      return { contents: `export const playgroundFiles = ${JSON.stringify(files)};`, loader: 'js' };
    });
  },
};

async function bundleModules(folder: string): Promise<string> {
  const { outputFiles } = await bundle({
    entryPoints: [join(folder, 'main.js')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    logLevel: 'warning',
    // People who look at the source see it as it is written.
    minify: false,
  });
  return outputFiles[0]?.text ?? '';
}
