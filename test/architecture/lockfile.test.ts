import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

type Entry = { integrity?: string; resolved?: string; inBundle?: boolean };

/** The examples of docs/clients are apps of their own, with exact versions and no lockfile. */
const apart = ['**/node_modules', '**/cdk.out', 'examples/clients', 'examples/mcp-server'];
const find = (name: string) => globSync(`**/${name}`, { exclude: apart }).toSorted();
const read = (file: string) => readFileSync(file, 'utf8');

/** The packages of a lockfile by where they are installed, without the folder's own. */
const packagesOf = (file: string) => {
  const { packages } = JSON.parse(read(file)) as { packages: Record<string, Entry> };
  return Object.entries(packages).filter(([path]) => path !== '');
};

const lockfiles = find('package-lock.json');

test('npm writes no registry into a lockfile and runs no script of a package', () => {
  const settings = read('.npmrc').split('\n');
  expect(settings).toEqual(expect.arrayContaining(['omit-lockfile-registry-resolved=true', 'ignore-scripts=true']));
});

test('beside every package.json is a lockfile', () => {
  expect(lockfiles).toContain('package-lock.json');
  expect(lockfiles.map(dirname)).toEqual(find('package.json').map(dirname));
});

describe.each(lockfiles)('%s', (file) => {
  /** npm installs what has none unchecked, and never adds one later. Bundled packages are in the archive of the one that has them. */
  test('has the hash of every package', () => {
    const unchecked = packagesOf(file).filter(
      ([, { integrity, inBundle }]) => !inBundle && !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''),
    );
    expect(unchecked.map(([path]) => path)).toEqual([]);
  });

  test('names no registry', () => {
    const addressed = packagesOf(file).filter(([, { resolved }]) => resolved !== undefined);
    expect(addressed.map(([path, { resolved }]) => `${path}: ${resolved}`)).toEqual([]);
  });

  test('is written and installed with the settings of the root', () => {
    expect(read(join(dirname(file), '.npmrc'))).toBe(read('.npmrc'));
  });

  test('is of a package.json that names exact versions', () => {
    const { dependencies, optionalDependencies, devDependencies } = JSON.parse(
      read(join(dirname(file), 'package.json')),
    ) as Record<string, Record<string, string>>;
    const versions = Object.entries({ ...dependencies, ...optionalDependencies, ...devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});
