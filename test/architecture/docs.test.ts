import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorsDocument } from '../../scripts/errors-doc.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const documents = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md')];
const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);

test('docs/errors.md is the one that the catalogue makes (npm run docs:errors)', () => {
  expect(read('docs/errors.md')).toBe(errorsDocument());
});

test('the README has both commands in its first 15 lines', () => {
  const top = read('README.md').split('\n').slice(0, 15).join('\n');
  expect(top).toContain('npm ci && npm start');
  expect(top).toContain('npm ci && npm test');
});

test('docs/dependencies.md has every package once, with a reason', () => {
  const installed = ['.', 'check', 'package', 'scripts/node', 'test/browser', 'test/postman', 'test/aws'].flatMap(
    (folder) => {
      const { dependencies, optionalDependencies, devDependencies } = JSON.parse(
        read(`${folder}/package.json`),
      ) as Packages;
      return Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies });
    },
  );
  const rows = read('docs/dependencies.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const named = rows.flatMap(([, packages = '']) => packages.split(', ').map((name) => name.replaceAll('`', '')));
  const inOrder = (names: string[]) => names.toSorted((one, other) => one.localeCompare(other));
  expect(inOrder(named)).toEqual(inOrder(installed));
  expect(rows.filter(([, , reason = '']) => reason.length < 10)).toEqual([]);
});

type Packages = Record<'dependencies' | 'optionalDependencies' | 'devDependencies', Record<string, string>>;

test('docs/storage.md has every kind of item that a function may touch', () => {
  const granted = globSync('infra/permissions/*.ts').map(read).join('\n');
  const kinds = new Set(
    [...granted.matchAll(/ofItems\(([^)]*)\)/g)].flatMap(([, keys = '']) => keys.match(/(?<=')[a-z-]+/g)),
  );
  expect(kinds.size).toBeGreaterThan(10);
  const page = read('docs/storage.md');
  expect([...kinds].filter((kind) => !new RegExp(`\\| \`${kind}(#|\` /)`).test(page))).toEqual([]);
});

/** The text of a page without its blocks of code. */
const proseOf = (file: string) => read(file).replaceAll(/^```[\s\S]*?^```$/gm, '');

/** The anchors of a page's headings, as GitHub makes them. */
const headingsOf = (file: string): string[] =>
  [...proseOf(file).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(documents)('%s', (file) => {
  test('links to files and headings that exist', () => {
    const links = [...proseOf(file).matchAll(/\]\(([^)#:]*)(?:#([^)]*))?\)/g)].map(([, path = '', heading]) => ({
      target: path === '' ? file : join(dirname(file), path),
      heading,
    }));
    const dead = links.filter(
      ({ target, heading }) => !existsSync(target) || (heading !== undefined && !headingsOf(target).includes(heading)),
    );
    expect(dead).toEqual([]);
  });

  test('names npm scripts that exist', () => {
    const named = [...read(file).matchAll(/npm run ([a-z:-]+)/g)].map(([, name]) => name ?? '');
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });

  test('names source files that exist', () => {
    const named = [
      ...read(file).matchAll(/`((?:shared|functions|infra|cli|test|scripts|bench)\/[A-Za-z0-9_./-]+\.ts)`/g),
    ];
    expect(named.map(([, path]) => path ?? '').filter((path) => !existsSync(path))).toEqual([]);
  });
});
