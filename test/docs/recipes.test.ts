import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readPage, recipePages, withExamples } from '../../scripts/recipes-doc.ts';

const pages = recipePages().filter((name) => name !== 'README.md');
const index = readPage('README.md');

test.each(pages)('%s shows its example as it is, or the list says that it was not run', (name) => {
  const page = readPage(name);
  const row = index.split('\n').find((line) => line.includes(`](${name})`));
  expect(page).toBe(withExamples(page));
  expect(`${page}${row}`).toMatch(/<!-- examples\/clients\/|not run here/);
});

test.each(pages)(
  '%s is in the list of recipes, and says how to register, what a refusal looks like, and what to know',
  (name) => {
    expect(index).toContain(`](${name})`);
    const titles = [...readPage(name).matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual(['Register it', 'The app', 'When it is refused', 'Good to know']);
  },
);

test('every example has a page', () => {
  const shown = pages.map(readPage).join('');
  const folders = readdirSync('examples/clients', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) expect(shown).toContain(`<!-- examples/clients/${name}/`);
});
