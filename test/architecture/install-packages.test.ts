import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPackages } from '../../scripts/install-packages.ts';

let folder: string;
let installed: string;

const write = (file: string, content: object) => writeFile(join(folder, file), JSON.stringify(content));

/** A folder with one package, which comes from beside it and not from a registry. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixy-packages-'));
  installed = join(folder, 'node_modules', 'one', 'package.json');
  const dependencies = { one: 'file:one' };
  await mkdir(join(folder, 'one'));
  await write('one/package.json', { name: 'one', version: '1.0.0' });
  await write('package.json', { dependencies });
  await write('package-lock.json', {
    lockfileVersion: 3,
    packages: { '': { dependencies }, one: { version: '1.0.0' }, 'node_modules/one': { resolved: 'one', link: true } },
  });
});

afterAll(() => rm(folder, { recursive: true }));

test('the packages of a folder are installed once, and again when its lockfile is newer', async () => {
  installPackages(folder);
  expect(existsSync(installed)).toBe(true);
  await rm(join(folder, 'node_modules', 'one'), { recursive: true });
  installPackages(folder);
  expect(existsSync(installed)).toBe(false);
  const later = new Date(Date.now() + 60_000);
  await utimes(join(folder, 'package-lock.json'), later, later);
  installPackages(folder);
  expect(existsSync(installed)).toBe(true);
});

test('a folder that npm cannot install is named', async () => {
  await write('package.json', { dependencies: { one: 'file:one', another: 'file:another' } });
  expect(() => installPackages(folder)).toThrow(/^The packages of \S+ could not be installed/);
});
