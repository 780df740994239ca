import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/*
 * npm run docs:recipes
 *
 * Writes the examples into the pages of docs/clients: a code block after `<!-- examples/clients/… -->` is that file.
 */

const folder = new URL('../docs/clients/', import.meta.url);
const root = new URL('../', import.meta.url);

/** The names of the pages. */
export const recipePages = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.md'));

export const readPage = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

/** Returns a page with the examples as they are now. Throws when it names a file that is not there. */
export const withExamples = (page: string): string =>
  page.replaceAll(
    /<!-- (examples\/clients\/\S+) -->\n\n```(\w+)\n[\s\S]*?\n```\n/g,
    (_, file: string, language: string) => {
      const code = readFileSync(new URL(file, root), 'utf8').trimEnd();
      return `<!-- ${file} -->\n\n\`\`\`${language}\n${code}\n\`\`\`\n`;
    },
  );

if (import.meta.main) {
  for (const name of recipePages()) writeFileSync(new URL(name, folder), withExamples(readPage(name)));
}
