import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Functions of the tests that leave it to `afterAll` to close what they start, themselves or through each other. */
function closingFunctions(): string[] {
  const declared = globSync('test/**/*.ts', { exclude: ['**/*.test.ts', '**/node_modules/**'] })
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split(/^export /m)
        .slice(1),
    )
    .flatMap((text) => {
      const name = /^(?:async )?(?:function|const) (\w+)/.exec(text)?.[1];
      return name === undefined ? [] : [{ name, text }];
    });
  const found = new Set(declared.filter(({ text }) => /\bafterAll\b/.test(text)).map(({ name }) => name));
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const { name, text } of declared) if (calls(text, found)) found.add(name);
  }
  return [...found];
}

const calls = (text: string, names: Iterable<string>): boolean =>
  new RegExp(`\\b(?:${[...names].join('|')})\\((?!onTestFinished)`).test(text);

/** A hook or a test: its first line, and all lines that are further in or close a bracket. */
const block = /^( *)(?:before(?:All|Each)|test|it)(?:\.\w+)*\(.*(?:\n(?:\1[ )\]}].*)?$)*/gm;

/** There, vitest forgets an `afterAll` without a word: servers go on, folders stay, and the next file finds their environment. */
test('what closes itself after the last test of a file is started outside of its tests and hooks', () => {
  const closing = closingFunctions();
  expect(closing).toContain('startTestServer');
  const files = globSync('test/**/*.test.ts', { exclude: ['test/architecture/**', '**/node_modules/**'] });
  const wrong = files.flatMap((file) =>
    Array.from(readFileSync(file, 'utf8').matchAll(block), ([text]) => text)
      .filter((text) => calls(text, closing))
      .map((text) => `${file}: ${text.split('\n')[0]}`),
  );
  expect(wrong).toEqual([]);
});
