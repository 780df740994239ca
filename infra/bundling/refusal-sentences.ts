import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import type { CatalogueEntry } from '../../shared/oauth/refusal-catalogue.ts';

/* Bundles only the sentences about refusals that a function can make. */

const catalogue = /\/shared\/oauth\/refusal-catalogue\.ts$/;
/** Names every reason there is, as a type. */
const reasons = /\/shared\/oauth\/refusal\.ts$/;
const readsAll = /Object\.\w+(<\w+>)?\(refusalCatalogue\)/;

/**
 * Reduces the catalogue to what `sources`, the other files of the bundle, name as a quoted string. The other entries keep their error and
 * status, so that no reason is without an answer.
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
      const entries = Object.entries(refusalCatalogue);
      const said = entries.filter(([reason]) => named.has(reason));
      const unsaid = Object.groupBy(
        entries.filter(([reason]) => !named.has(reason)),
        ([, { error, status }]) => JSON.stringify([error, status]),
      );
      const groups = Object.entries(unsaid).map(
        ([answer, group = []]) => `[${answer}, '${group.map(([reason]) => reason).join(' ')}']`,
      );
      const contents = `export const refusalCatalogue = { ${withoutSentences}([${groups.join(', ')}]), ...${JSON.stringify(Object.fromEntries(said))} };`;
      return { contents, loader: 'js' };
    });
  },
});

/** Makes entries without sentences, which are most of those in most bundles: their reasons in one text for each error and status. */
const withoutSentences = `...((groups) => Object.fromEntries(groups.flatMap(([[error, status], reasons]) =>
  reasons.split(' ').map((reason) => [reason, { error, ...(status !== null && { status }), means: '', fix: '' }]))))`;
