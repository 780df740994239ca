import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';

/* Bundles only the texts of the pages that a function shows, in every language. */

const folderOfTexts = /\/shared\/pages\/texts\/[^/]+\.ts$/;
const isTexts = (path: string): boolean => folderOfTexts.test(path) && basename(path) !== 'languages.ts';

/** Reduces the text files to what `sources`, the other files of the bundle, refer to. */
export const pageTexts = (sources: readonly string[]): Plugin => ({
  name: 'page-texts',
  setup(build) {
    build.onLoad({ filter: folderOfTexts }, async ({ path }) => {
      if (!isTexts(path)) return undefined;
      const isNamed = namedIn(await Promise.all(sources.filter(isCode).map((file) => readFile(file, 'utf8'))));
      const [[name, texts] = []] = Object.entries(await import(pathToFileURL(path).href));
      const kept = Object.fromEntries(Object.entries(texts as Texts).filter(([key]) => isNamed(key)));
      return { contents: `export const ${name} = ${JSON.stringify(kept)};`, loader: 'js' };
    });
  },
});

type Texts = Readonly<Record<string, string>>;

const isCode = (file: string): boolean => file.endsWith('.ts') && !isTexts(file);

/**
 * Finds the keys that the code refers to: as a quoted string, without `.one` or `.other` where a number decides, or by the
 * beginning of a template like `scope.${name}`.
 */
function namedIn(files: readonly string[]): (key: string) => boolean {
  const keys = new Set<string>();
  const beginnings = new Set<string>();
  for (const code of files) {
    for (const [, key = ''] of code.matchAll(/['"`]([a-zA-Z]+(?:\.\w+)+)['"`]/g)) keys.add(key);
    for (const [, beginning = ''] of code.matchAll(/`([a-zA-Z]+\.[\w.]*)\$\{/g)) beginnings.add(beginning);
  }
  return (key) =>
    keys.has(key) ||
    keys.has(key.replace(/\.(one|other)$/, '')) ||
    [...beginnings].some((text) => key.startsWith(text));
}
