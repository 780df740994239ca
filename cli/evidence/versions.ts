import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };

const root = resolve(import.meta.dirname, '../..');

/** The running versions. `commit` ends in `+changes` when files differ from it, and is absent outside a checkout. */
export type Versions = { pixy: string; node: string; commit?: string };

export async function readVersions(): Promise<Versions> {
  const commit = await readCommit();
  return { pixy: packageJson.version, node: process.version, ...(commit !== undefined && { commit }) };
}

async function readCommit(): Promise<string | undefined> {
  const top = await git('rev-parse', '--show-toplevel');
  // In another repository, it would be that repository's commit.
  if (top === undefined || (await realpath(top)) !== (await realpath(root))) return undefined;
  const commit = await git('rev-parse', 'HEAD');
  const changes = await git('status', '--porcelain');
  return commit && changes ? `${commit}+changes` : commit;
}

/** Returns git's output, or undefined when git is missing or fails. */
async function git(...argv: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('git', argv, { cwd: root, timeout: 5_000 });
    return stdout.trim();
  } catch {
    return undefined;
  }
}
