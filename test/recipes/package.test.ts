import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, globSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { packPixy, run } from '../support/packed.ts';
import { freePort } from './run-example.ts';

/* The package in an empty folder, with what npm installs, by the commands of examples/cdk-app and docs/deploy.md. */

const { folder, archive, remove } = packPixy();
afterAll(remove);

/** A folder with the package and its peers, as `npm install` makes it. */
function newApp(name: string, ...packages: string[]): string {
  const app = join(folder, name);
  mkdirSync(app);
  run('npm', ['init', '-y'], app);
  run(
    'npm',
    ['install', '--no-audit', '--no-fund', archive, 'aws-cdk-lib@2.276.0', 'constructs@10.8.1', ...packages],
    app,
  );
  return app;
}

describe('the example app', () => {
  test.each(['7.0.2', '5.9.3'])('compiles with TypeScript %s, checks the declarations, and synthesizes', (version) => {
    const app = newApp(`typescript-${version}`, `typescript@${version}`, '@types/node@24', 'aws-cdk@2.1148.1');
    for (const file of ['app.ts', 'tsconfig.json', 'cdk.json']) cpSync(join('examples/cdk-app', file), join(app, file));
    run('npx', ['tsc'], app);
    run('npx', ['cdk', 'synth', '--quiet'], app);
    expect(globSync('cdk.out/*.template.json', { cwd: app })).toEqual(['cdk.out/SignIn.template.json']);
  });
});

test('a folder of pixy init', async () => {
  const app = newApp('written', 'aws-cdk@2.1148.1');
  run('npx', ['pixy', 'init'], app);
  run('npx', ['cdk', 'synth', '--quiet', '-c', 'stage=prod'], app);
  expect(globSync('cdk.out/*.template.json', { cwd: app }).sort()).toEqual([
    'cdk.out/Pixy-prod-Api.template.json',
    'cdk.out/Pixy-prod-Tables.template.json',
  ]);

  const bytes = globSync('node_modules/**/*', { cwd: app, exclude: ['**/{aws-cdk,aws-cdk-lib,constructs,@aws-cdk}'] })
    .map((file) => statSync(join(app, file)))
    .filter((entry) => entry.isFile())
    .reduce((sum, { size }) => sum + size, 0);
  expect(bytes).toBeLessThan(15_000_000);

  const port = await freePort();
  const server = spawn('npx', ['pixy', 'start', '--port', String(port), '--quiet'], { cwd: app, detached: true });
  onTestFinished(() => void process.kill(-(server.pid ?? 0), 'SIGTERM'));
  await once(server.stdout, 'data');
  const demo = ['--client-id', 'demo-app', '--redirect-uri', 'http://127.0.0.1/callback', '--username', 'demo'];
  const verdict = run('npx', ['pixy', 'verify', `http://localhost:${port}`, ...demo], app, {
    PIXY_VERIFY_PASSWORD: 'pixie-dust',
  });
  expect(verdict).toContain(' 0 failed');
});

describe('D2: without an archive', () => {
  const newFolder = (name: string, source: string): string => {
    const app = join(folder, name);
    mkdirSync(app);
    run('npm', ['init', '-y'], app);
    run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', source], app);
    return app;
  };
  const version = `${packageJson.version}\n`;

  test('npm install git+… builds the last commit, and the app gets what was built alone', ({ skip }) => {
    if (!existsSync('.git')) skip('this is not a clone');
    const clone = join(folder, 'clone');
    run('git', ['clone', '--quiet', '--depth', '1', `file://${process.cwd()}`, clone], folder);
    const installed = join(newFolder('from-git', `git+file://${clone}`), 'node_modules', 'pixy');
    expect(globSync('dist/functions/*.zip', { cwd: installed }).length).toBeGreaterThan(15);
    expect(existsSync(join(installed, 'shared'))).toBe(false);
    expect(run('npx', ['pixy', '--version'], join(folder, 'from-git'))).toBe(version);
  });

  test('npm install of a folder links the checkout and builds it', () => {
    const { mtimeMs: before } = statSync('dist/index.js');
    const app = newFolder('from-folder', process.cwd());
    expect(statSync('dist/index.js').mtimeMs).toBeGreaterThan(before);
    writeFileSync(
      join(app, 'app.mjs'),
      `import { AuthorizationServer } from 'pixy'; console.log(AuthorizationServer.name);`,
    );
    expect(run('node', ['app.mjs'], app)).toBe('AuthorizationServer\n');
    expect(run('npx', ['pixy', '--version'], app)).toBe(version);
  });
});

test('an app that leaves out the types is told what a wrong setting is', () => {
  const app = newApp('without-types');
  writeFileSync(
    join(app, 'app.cjs'),
    `const { App, Stack } = require('aws-cdk-lib');
     const { AuthorizationServer } = require('pixy');
     try { new AuthorizationServer(new Stack(new App(), 'S'), 'A', { domain: { domainName: 'a.example.com' } }); }
     catch (error) { console.log(error.name, error.message); }`,
  );
  expect(run('node', ['app.cjs'], app)).toBe(
    'WrongSetting domain needs a certificate: add domain.certificate, the ACM certificate of that name.\n',
  );
});
