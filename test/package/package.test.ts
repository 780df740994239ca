import { globSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { currentApi, writtenApi } from '../../package/api-docs.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { packPixy, run, unpack } from '../support/packed.ts';
import { docsExamples, packagesOfExamples } from './docs-examples.ts';

/* The package as `npm pack` makes it, in an app outside the repository that has only the peers besides. */

const { folder, archive, remove } = packPixy();
afterAll(remove);
const app = join(folder, 'app');
const installed = unpack(archive, app);
for (const peer of ['aws-cdk-lib', 'constructs']) {
  symlinkSync(resolve('node_modules', peer), join(app, 'node_modules', peer));
}

const files = globSync('**/*', { cwd: installed }).filter((file) => statSync(join(installed, file)).isFile());
const read = (file: string): string => readFileSync(join(installed, file), 'latin1');
const functions = globSync('dist/functions/*.zip', { cwd: installed });
const entriesOf = (file: string) =>
  Object.entries(unzipSync(readFileSync(join(installed, file)))).map(
    ([name, bytes]) => [name, strFromU8(bytes)] as const,
  );

describe('the package has', () => {
  test('what people need, and no source, test or setting of ours', () => {
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json']));
    const kinds = new Set(files.map((file) => file.replace(/[^/]+$/, '')));
    const own = [...kinds].filter((kind) => !kind.startsWith('dist/cli/prebuilds/'));
    expect(own.sort()).toEqual(['', 'cli/', 'dist/', 'dist/cli/', 'dist/cli/templates/', 'dist/functions/', 'docs/']);
    expect(files.filter((file) => /\.test\.|\.ts$/.test(file)).sort()).toEqual(['dist/index.d.ts']);
  });

  test('no dependency, and the CDK as an optional peer', () => {
    const {
      dependencies,
      optionalDependencies,
      peerDependencies,
      private: isPrivate,
    } = JSON.parse(read('package.json'));
    expect({ dependencies, optionalDependencies }).toEqual({});
    expect(Object.keys(peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    expect(isPrivate).toBe(true);
  });

  test('every function, with maps that name files of the repository', () => {
    expect(functions.map((file) => file.replace(/^.*\/|\.zip$/g, '')).sort()).toEqual(
      globSync('functions/*/index.ts')
        .map((file) => file.replace(/^functions\/|\/index\.ts$/g, ''))
        .sort(),
    );
    const maps = functions.flatMap(entriesOf).filter(([name]) => name.endsWith('.map'));
    const sources = maps.flatMap(([, text]) => (JSON.parse(text) as { sources: string[] }).sources);
    expect(sources.length).toBeGreaterThan(1_000);
    expect(
      sources.filter(
        // A module of Node's has no file.
        (source) =>
          !/^\.\.\/\.\.\/\.\.\/((functions|shared|infra|node_modules)\/|package\.json$)|^builtin:node:[a-z/_]+$/.test(
            source,
          ),
      ),
    ).toEqual([]);
  });

  test('no path of this machine, no key and no credentials', () => {
    const texts = [
      ...files.filter((file) => !/\.(zip|node)$/.test(file)).map(read),
      ...functions.flatMap((file) => entriesOf(file).map(([, text]) => text)),
    ];
    const leaks = [
      process.cwd(),
      homedir() === '/root' ? '/root/' : homedir(),
      '-----BEGIN PRIVATE KEY-----\n',
      'AKIA',
    ];
    for (const leak of leaks) expect(texts.filter((text) => text.includes(leak))).toEqual([]);
  });

  test('the licences of what is bundled', () => {
    const licences = read('dist/THIRD-PARTY-LICENSES.txt');
    for (const name of ['jose', 'commander', 'dynalite', 'classic-level', '@aws-sdk/client-dynamodb']) {
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.`, 'm'));
    }
  });
});

describe('an app without a bundler and a compiler', () => {
  const stack = `
    const app = new App({ outdir: 'cdk.out' });
    new AuthorizationServer(new Stack(app, 'SignIn'), 'Auth', { stage: 'example' });
    try { new AuthorizationServer(new Stack(app, 'Wrong'), 'Auth', { stage: 'a/b' }); } catch (error) {
      console.log(error instanceof WrongSetting, error.message);
    }
    app.synth();`;
  const sentence = 'true stage must be a name of up to 40 letters, digits and hyphens such as staging, but is "a/b".\n';

  test.each([
    [
      'with ES modules',
      'app.mjs',
      `import { App, Stack } from 'aws-cdk-lib'; import { AuthorizationServer, WrongSetting } from 'pixy';`,
    ],
    [
      'in CommonJS',
      'app.cjs',
      `const { App, Stack } = require('aws-cdk-lib'); const { AuthorizationServer, WrongSetting } = require('pixy');`,
    ],
  ])('%s synthesizes', (_, file, imports) => {
    writeFileSync(join(app, file), `${imports}${stack}`);
    expect(run(process.execPath, [file], app, { CDK_VALIDATION: 'false' })).toBe(sentence);
    expect(JSON.parse(readFileSync(join(app, 'cdk.out', 'SignIn.template.json'), 'utf8'))).toHaveProperty('Resources');
    expect(globSync('asset.*.zip', { cwd: join(app, 'cdk.out') }).length).toBeGreaterThan(15);
  });
});

test('the TypeScript of the documents compiles with its declarations', () => {
  const examples = Object.entries(docsExamples());
  expect(examples.length).toBeGreaterThan(20);
  const sources = join(app, 'examples');
  mkdirSync(sources);
  for (const [name, code] of examples) writeFileSync(join(sources, name), code);
  for (const name of [...packagesOfExamples, '@types']) {
    symlinkSync(resolve('node_modules', name), join(app, 'node_modules', name));
  }
  const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', '--types', 'node'];
  const files = examples.map(([name]) => join(sources, name));
  expect(run(resolve('node_modules', '.bin', 'tsc'), [...options, ...files], app)).toBe('');
});

test('an app with an older CDK is told which one to install', () => {
  const older = join(folder, 'older');
  const library = join(unpack(archive, older), '..', 'aws-cdk-lib');
  mkdirSync(library);
  writeFileSync(join(library, 'package.json'), JSON.stringify({ name: 'aws-cdk-lib', version: '2.275.9' }));
  writeFileSync(join(library, 'index.js'), '');
  const needed = packageJson.peerDependencies['aws-cdk-lib'].slice(1);
  expect(() => run(process.execPath, ['-e', "require('pixy')"], older)).toThrow(
    `WrongSetting: Pixy needs aws-cdk-lib ${needed} or newer, and this app has 2.275.9: install aws-cdk-lib@2, and aws-cdk@2 with it.`,
  );
});

describe('npx pixy', () => {
  const pixy = (...argv: string[]) => run(process.execPath, [join(installed, 'cli', 'pixy.cjs'), ...argv], app);

  test('runs without the sources', () => {
    expect(pixy('--version')).toBe(`${packageJson.version}\n`);
    expect(pixy('start', '--help')).toContain('pixy start --port 3001');
  });

  test('opens the embedded database of its own', () => {
    mkdirSync(join(app, 'data'));
    expect(pixy('clients', 'list', '--local', 'data')).toContain('There are no clients');
  });

  test('init: writes an app that synthesizes', () => {
    const out = pixy('init', '.');
    expect(out).toContain('Wrote .github/workflows/deploy.yml.');
    // Through which it says which Node it needs.
    const [, ...command] = JSON.parse(readFileSync(join(app, 'cdk.json'), 'utf8')).app.split(' ');
    expect(command).toContain('pixy/require-node.cjs');
    run(process.execPath, command, app, { CDK_VALIDATION: 'false', CDK_OUTDIR: join(app, 'written') });
    expect(globSync('*.template.json', { cwd: join(app, 'written') }).sort()).toEqual([
      'Pixy-dev-Api.template.json',
      'Pixy-dev-Tables.template.json',
    ]);
  });
});

test('docs/api.md and package/pixy.api.md are those of the code (npm run docs:api)', async () => {
  expect(writtenApi()).toEqual(await currentApi());
});
