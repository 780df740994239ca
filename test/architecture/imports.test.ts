import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/**
 * Which way imports run: a folder imports only from itself and from folders before it. The same line stands in the README.
 */
const order = [
  'shared/pkce',
  'shared/oauth',
  'shared/audit',
  'shared/http',
  'shared/aws',
  'shared/keys',
  'shared/proof',
  'shared/foreign-hashes',
  'shared/clients',
  'shared/apis',
  'shared/people',
  'shared/upstream',
  'shared/hooks',
  'shared/mail',
  'shared/grants',
  'shared/tokens',
  'shared/reports',
  'shared/pages',
  'functions',
  'infra',
  'cli',
];

/** Small files at the root of shared that every folder may use; config reads the names that keys define. */
const roots = [
  'shared/result.ts',
  'shared/outage.ts',
  'shared/csv.ts',
  'shared/random-bytes.ts',
  'shared/secret.ts',
  'shared/cached.ts',
  'shared/counted-address.ts',
  'shared/password.ts',
  'shared/time.ts',
  'shared/number.ts',
  'shared/mistake.ts',
  'shared/unseen.ts',
  'shared/home.ts',
  'shared/homes.ts',
  'shared/config.ts',
];

const filesIn = (folders: string): string[] =>
  globSync(`{${folders}}/**/*.ts`, { exclude: ['**/node_modules/**', '**/*.d.ts'] });

const sources = filesIn('shared,functions,infra,cli');

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:^|\s)(?:import|export)\s[^'"]*?from\s+'([^']+)'/g)].map(
    ([, from]) => from ?? '',
  );

const folderOf = (file: string): string | undefined =>
  order.find((folder) => file === folder || file.startsWith(`${folder}/`));

const localTargets = (file: string): string[] =>
  importsOf(file)
    .filter((from) => from.startsWith('.'))
    .map((from) => normalize(join(dirname(file), from)));

const localImports = sources.flatMap((file) => localTargets(file).map((target) => ({ file, target })));

test('finds the imports it is meant to check', () => {
  expect(sources.length).toBeGreaterThan(50);
  expect(localImports.length).toBeGreaterThan(200);
});

test('every source file is in a folder of the order, or one of the few at the root of shared', () => {
  expect(sources.filter((file) => folderOf(file) === undefined && !roots.includes(file))).toEqual([]);
});

test('a folder imports only from itself and from folders before it', () => {
  const wrong = localImports.filter(({ file, target }) => {
    const [from, to] = [folderOf(file), folderOf(target)];
    return from !== undefined && to !== undefined && order.indexOf(to) > order.indexOf(from);
  });
  expect(wrong).toEqual([]);
});

/** The first way that leads from a file back to itself, if there is one. Imports of types count. */
function findCircle(files: readonly string[], targetsOf: (file: string) => readonly string[]): string[] | undefined {
  const done = new Set<string>();
  const follow = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of targetsOf(file)) {
      const circle = follow(target, [...path, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of files) {
    const circle = follow(file, []);
    if (circle) return circle;
  }
  return undefined;
}

test('no import leads back to where it came from, types included', () => {
  const everything = filesIn('shared,functions,infra,cli,test,bench,scripts,examples');
  const targets = new Map(everything.map((file) => [file, localTargets(file)]));
  expect(findCircle(everything, (file) => targets.get(file) ?? [])).toBeUndefined();
});

test('the search for circles finds one', () => {
  const targets: Record<string, string[]> = { a: ['b'], b: ['c', 'd'], c: [], d: ['b'] };
  expect(findCircle(Object.keys(targets), (file) => targets[file] ?? [])).toEqual(['b', 'd', 'b']);
});

test('shared/pkce imports nothing of ours but two small files at the root of shared', () => {
  const foreign = localImports.filter(
    ({ file, target }) =>
      file.startsWith('shared/pkce/') &&
      !target.startsWith('shared/pkce/') &&
      !['shared/result.ts', 'shared/time.ts'].includes(target),
  );
  expect(foreign).toEqual([]);
});

test('only stores, custodians of keys and composition roots of the product talk to AWS', () => {
  const allowed = /^(shared\/aws\/|shared\/keys\/kms-|functions\/runtime\.ts|infra\/|cli\/)|-store\.ts$/;
  const talking = sources.filter((file) => importsOf(file).some((from) => from.startsWith('@aws-sdk/')));
  expect(talking.filter((file) => !allowed.test(file))).toEqual([]);
});

test('the clock and randomness of the pure folders come from outside', () => {
  const pure = sources.filter((file) => /^shared\/(pkce|oauth|apis)\//.test(file));
  const impure = pure.filter((file) =>
    /Date\.now|new Date\(\)|Math\.random|randomBytes/.test(readFileSync(file, 'utf8')),
  );
  expect(impure.filter((file) => !file.endsWith('-store.ts'))).toEqual([]);
});

test('no file holds a leftover of its making', () => {
  const leftovers = sources.filter((file) => /\b(TODO|FIXME|XXX)\b|\.only\(/.test(readFileSync(file, 'utf8')));
  expect(leftovers).toEqual([]);
});
