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
      const entries = Object.entries(refusalCatalogue).map(
        ([reason, entry]) => `${reason}: ${named.has(reason) ? JSON.stringify(entry) : withoutSentences(entry)}`,
      );
      return { contents: `${unsaid}export const refusalCatalogue = { ${entries.join(', ')} };`, loader: 'js' };
    });
  },
});

/** Makes an entry without sentences: most entries of most bundles, so that each takes as little room as possible. */
const unsaid = "const unsaid = (error, status) => ({ error, status, means: '', fix: '' });\n";

const withoutSentences = ({ error, status }: CatalogueEntry): string =>
  `unsaid(${[error, ...(status === undefined ? [] : [status])].map((value) => JSON.stringify(value)).join(', ')})`;
