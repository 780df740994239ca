import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import type { CatalogueEntry } from '../../shared/oauth/refusal-catalogue.ts';

/* Bundles only the refusals that a function can make. */

const catalogue = /\/shared\/oauth\/refusal-catalogue\.ts$/;
/** Names every reason there is, as a type. */
const reasons = /\/shared\/oauth\/refusal\.ts$/;
const readsAll = /Object\.\w+(<\w+>)?\(refusalCatalogue\)/;

/**
 * Reduces the catalogue to what `sources`, the other files of the bundle and of its chunks, name as a quoted string: a reason that no code
 * names, no code can give (test/infra/refusal-sentences.test.ts).
 */
export const refusalSentences = (sources: readonly string[]): Plugin => ({
  name: 'refusal-sentences',
  setup(build) {
    build.onLoad({ filter: catalogue }, async ({ path }) => {
      const others = sources.filter((file) => file.endsWith('.ts') && !catalogue.test(file) && !reasons.test(file));
      const code = await Promise.all(others.map((file) => readFile(file, 'utf8')));
      if (code.some((text) => readsAll.test(text))) return undefined;
      const named = new Set(
        code.flatMap((text) => Array.from(text.matchAll(/['"`]([a-z_]+)['"`]/g), ([, name]) => name)),
      );
      const { refusalCatalogue } = (await import(pathToFileURL(path).href)) as {
        refusalCatalogue: Record<string, CatalogueEntry>;
      };
      const said = Object.fromEntries(Object.entries(refusalCatalogue).filter(([reason]) => named.has(reason)));
      return { contents: `export const refusalCatalogue = ${JSON.stringify(said)};`, loader: 'js' };
    });
  },
});
