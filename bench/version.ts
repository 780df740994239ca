import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Building from '../infra/bundling/build.ts';
import type * as SettingUp from './pixy/set-up.ts';

/*
 * Another version of Pixy, to be measured beside this one: unpacked into a folder and built by its own scripts, with the packages of
 * this checkout, so that what differs is our code alone.
 */

export type Version = {
  /** The commit. */
  name: string;
  /** Of its bundles. */
  folder: string;
  /** What its stack sets for every function. */
  nodeOptions: string;
  /** Versions of before there was a limit of grants make one person only, and return their cookie alone. */
  setUpDatabase: (...given: Parameters<typeof SettingUp.setUpDatabase>) => Promise<string | string[]>;
};

/** Returns undefined where the commit is not there, as in a shallow clone. */
export async function openVersion(name: string, folder: string): Promise<Version | undefined> {
  const repository = join(import.meta.dirname, '..');
  const archive = spawnSync('git', ['archive', name], { cwd: repository, maxBuffer: 200e6 });
  if (archive.status !== 0) {
    process.stdout.write(`${name} is not in this clone: nothing is compared with it\n`);
    return undefined;
  }
  const tree = join(folder, name);
  mkdirSync(tree);
  const unpacked = spawnSync('tar', ['x', '-C', tree], { input: archive.stdout });
  if (unpacked.status !== 0) throw new Error(`${name} could not be unpacked: ${unpacked.stderr.toString()}`);
  const packages = join(repository, 'node_modules');
  if (existsSync(packages)) symlinkSync(packages, join(tree, 'node_modules'));
  const from = <Module>(file: string) => import(pathToFileURL(join(tree, file)).href) as Promise<Module>;
  const { buildFunctions } = await from<typeof Building>('infra/bundling/build.ts');
  const { setUpDatabase } = await from<typeof SettingUp>('bench/pixy/set-up.ts');
  const bundles = join(tree, 'bundles');
  await buildFunctions(bundles, ['authorize', 'token']);
  return { name, folder: bundles, nodeOptions: '--enable-source-maps', setUpDatabase };
}
