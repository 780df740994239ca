import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readPage, recipePages, withExamples } from '../../scripts/recipes-doc.ts';

const pages = recipePages().filter((name) => name !== 'README.md');
const index = readPage('README.md');

test.each(pages)('%s shows its example as it is', (name) => {
  const page = readPage(name);
  expect(page).toContain('<!-- examples/clients/');
  expect(page).toBe(withExamples(page));
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
  for (const folder of readdirSync('examples/clients')) expect(shown).toContain(`<!-- examples/clients/${folder}/`);
});
