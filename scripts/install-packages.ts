import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join, relative } from 'node:path';

/*
 * node scripts/install-packages.ts FOLDER...
 *
 * Packages that only one task needs are named in a package.json of their own, in the folder of that task, and installed
 * there when it first runs. So `npm ci` brings what everybody needs, and no more.
 */

/** Installs what the lockfile of `folder` names, unless that is done. Throws what npm says when it cannot. */
export function installPackages(folder: string): void {
  // npm writes its own record of what it installed last of all.
  const installed = modified(join(folder, 'node_modules', '.package-lock.json'));
  if (installed > 0 && installed >= modified(join(folder, 'package-lock.json'))) return;
  const name = relative(process.cwd(), folder);
  console.log(`Installing the packages of ${name}, once.`);
  const { status, stderr } = spawnSync('npm ci', { cwd: folder, shell: true, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The packages of ${name} could not be installed.\n${stderr}`);
}

/** Milliseconds since 1970; 0 where there is no such file. */
const modified = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (import.meta.main) for (const folder of process.argv.slice(2)) installPackages(folder);
