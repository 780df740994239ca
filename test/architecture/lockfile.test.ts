import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

type Entry = { integrity?: string; resolved?: string; inBundle?: boolean; link?: boolean; hasInstallScript?: boolean };

/** The examples of docs/clients are apps of their own, with exact versions and no lockfile. */
const apart = ['**/node_modules', '**/cdk.out', 'dist', 'examples/cdk-app', 'examples/clients', 'examples/mcp-server'];
const find = (name: string) => globSync(`**/${name}`, { exclude: apart }).toSorted();
const read = (file: string) => readFileSync(file, 'utf8');

/** The packages of a lockfile by where they are installed, without the folder's own and those that are folders of it. */
const packagesOf = (file: string) => {
  const { packages } = JSON.parse(read(file)) as { packages: Record<string, Entry> };
  return Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && !link);
};

const lockfiles = find('package-lock.json');

const { workspaces, allowScripts } = packageJson as { workspaces: string[]; allowScripts: Record<string, boolean> };
const settings = read('.npmrc').split('\n');

test('npm writes no registry into a lockfile', () => {
  expect(settings).toContain('omit-lockfile-registry-resolved=true');
});

/** Nothing but `npm pack` needs scripts, so only the root may run them, and there none of a package. */
test('npm runs no script of a package', () => {
  const withScript = packagesOf('package-lock.json').filter(([, { hasInstallScript }]) => hasInstallScript);
  expect(withScript.map(([path]) => path.replace('node_modules/', '')).sort()).toEqual(
    Object.keys(allowScripts).sort(),
  );
  expect(new Set(Object.values(allowScripts))).toEqual(new Set([false]));
});

test('beside every package.json is a lockfile, or it is in the one of the root', () => {
  expect(lockfiles).toContain('package-lock.json');
  const folders = find('package.json').map(dirname);
  expect(lockfiles.map(dirname)).toEqual(folders.filter((folder) => !workspaces.includes(folder)));
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
    const own = read(join(dirname(file), '.npmrc')).split('\n');
    expect(own.filter((line) => line !== 'ignore-scripts=true' && !line.startsWith('# No package needs'))).toEqual(
      settings,
    );
    expect(own.includes('ignore-scripts=true')).toBe(dirname(file) !== '.');
  });

  test('is of a package.json that names exact versions', () => {
    const { dependencies, optionalDependencies, devDependencies } = JSON.parse(
      read(join(dirname(file), 'package.json')),
    ) as Record<string, Record<string, string>>;
    const versions = Object.entries({ ...dependencies, ...optionalDependencies, ...devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});
