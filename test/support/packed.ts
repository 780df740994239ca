import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Packs Pixy as `npm pack` does, and returns the path of the archive in a folder outside the repository. */
export function packPixy(): { folder: string; archive: string; remove: () => void } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pixy-packed-')));
  run('npm', ['pack', '--pack-destination', folder], process.cwd());
  const [name = ''] = readdirSync(folder);
  return { folder, archive: join(folder, name), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Unpacks the archive where an app in `app` finds it, as npm does. */
export function unpack(archive: string, app: string): string {
  const installed = join(app, 'node_modules', 'pixy');
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', archive, '-C', installed, '--strip-components', '1'], app);
  return installed;
}

/** Runs a program to its end and returns what it printed. Throws what it said when it failed. */
export function run(program: string, argv: readonly string[], cwd: string, env: Record<string, string> = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, argv, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')}: ${error?.message ?? ''}${stdout}${stderr}`);
  return stdout;
}
