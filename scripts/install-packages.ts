import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

/*
 * node scripts/install-packages.ts FOLDER...
 *
 * Packages that only one task needs are named in a package.json of their own, in the folder of that task, and installed
 * there when it first runs. So `npm ci` brings what everybody needs, and no more.
 */

/** Installs what the lockfile of `folder` names, unless that is done. Throws what npm says when it cannot. */
export function installPackages(folder: string): void {
  if (isInstalled(folder)) return;
  const release = waitForTurn(resolve(folder));
  try {
    if (!isInstalled(folder)) install(folder);
  } finally {
    release();
  }
}

function isInstalled(folder: string): boolean {
  // npm writes its own record of what it installed last of all.
  const installed = modified(join(folder, 'node_modules', '.package-lock.json'));
  return installed > 0 && installed >= modified(join(folder, 'package-lock.json'));
}

function install(folder: string): void {
  const name = relative(process.cwd(), folder);
  console.log(`Installing the packages of ${name}, once.`);
  const { status, stderr } = spawnSync('npm ci', { cwd: folder, shell: true, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The packages of ${name} could not be installed.\n${stderr}`);
}

/** Test files run at the same time, and npm cannot install into one folder twice at once. Returns what ends the turn. */
function waitForTurn(folder: string): () => void {
  const lock = join(tmpdir(), `pixy-install-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`);
  const longest = 600_000;
  for (;;) {
    try {
      mkdirSync(lock);
      return () => rmdirSync(lock);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    // Whoever died in the middle of it left the lock behind.
    if (modified(lock) > 0 && Date.now() - modified(lock) > longest) rmSync(lock, { recursive: true, force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

/** Milliseconds since 1970; 0 where there is no such file. */
const modified = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (import.meta.main) for (const folder of process.argv.slice(2)) installPackages(folder);
