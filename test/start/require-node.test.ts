import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { transform } from 'esbuild';
import { describe, expect, test } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };
import packageJson from '../../package.json' with { type: 'json' };

type Run = { code: number | null; output: string; errors: string };

function node(args: string[], executable = process.execPath): Run {
  const { status, stdout, stderr } = spawnSync(executable, args, { encoding: 'utf8' });
  return { code: status, output: stdout, errors: stderr };
}

/** The guard as it stands in front of something, in a Node that says it is another version. */
function underVersion(version: string): Run {
  const versions = JSON.stringify({ ...process.versions, node: version });
  const pretend = `Object.defineProperty(process, 'versions', { value: ${versions} })`;
  return node(['--eval', `${pretend}; require('./require-node.cjs'); console.log('goes on')`]);
}

/** The Nodes of this machine on the PATH that are older than what Pixy needs, with their versions. */
function oldNodes(): [executable: string, version: string][] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const found = folders.map((folder) => join(folder, name)).filter((file) => existsSync(file));
  return [...new Set(found.map((file) => realpathSync(file)))]
    .map((file): [string, string] => [file, node(['--print', 'process.versions.node'], file).output.trim()])
    .filter(([, version]) => Number.parseInt(version, 10) < 24);
}

const oneSentence = /^Pixy needs [^\n]+ install Node 24 from https:\/\/nodejs\.org[^\n]+\.\n$/;

describe('O4: a Node that cannot run Pixy is told in one sentence, with exit code 1', () => {
  test.each(['14.21.3', '18.20.8', '20.20.2', '22.23.5', '23.11.1', '24.0.0', '24.6.0'])('%s is too old', (version) => {
    const { code, output, errors } = underVersion(version);
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(oneSentence);
    expect(errors).toContain(`Node 24.7 or newer, and ${process.execPath} is Node ${version}:`);
  });

  test.each(['24.7.0', '24.10.0', '25.0.0', '26.1.0', '100.0.0'])('%s is new enough', (version) => {
    expect(underVersion(version)).toEqual({ code: 0, output: 'goes on\n', errors: '' });
  });

  test('each old Node of this machine says it itself, and shows no stack', ({ skip }) => {
    const old = oldNodes();
    skip(old.length === 0, 'no Node on the PATH is older than 24');
    for (const [executable, version] of old) {
      for (const args of [
        ['-r', './require-node.cjs', 'infra/local/start.ts'],
        ['cli/pixy.cjs', 'clients', 'list'],
      ]) {
        const { code, output, errors } = node(args, executable);
        expect({ code, output }).toEqual({ code: 1, output: '' });
        expect(errors).toMatch(oneSentence);
        expect(errors).toContain(`is Node ${version}:`);
      }
    }
  });

  test('one that does not strip types is told to', () => {
    // The spelling that all versions know.
    const { code, output, errors } = node(['--no-experimental-strip-types', 'cli/pixy.cjs', '--version']);
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(/^Pixy needs a Node that runs TypeScript, [^\n]+--no-strip-types[^\n]+\.\n$/);
  });

  test.each(['require-node.cjs', 'cli/pixy.cjs', 'package/prepare.cjs'])(
    '%s is in the syntax of Node 14',
    async (file) => {
      const source = readFileSync(file, 'utf8');
      const [old, current] = await Promise.all(
        ['node14', 'esnext'].map((target) => transform(source, { target, format: 'cjs' })),
      );
      expect(old?.code).toBe(current?.code);
    },
  );
});

describe('O4: the guard stands in front of', () => {
  const { prepare, ...scripts } = packageJson.scripts;

  // npm ci runs it in any Node, and it has nothing to do then.
  test('npm run prepare, once it builds', () => {
    expect(prepare).toBe('node package/prepare.cjs');
    expect(readFileSync('package/prepare.cjs', 'utf8')).toContain("['-r', './require-node.cjs', 'package/build.ts']");
  });

  test.each(Object.entries(scripts))('npm run %s', (_, command) => {
    expect(command).toMatch(/^node (-r \.\/require-node\.cjs [\w/-]+\.ts|require-node\.cjs &&)( |$)/);
  });

  test('cdk, and the pixy command', () => {
    expect(cdk.app).toBe('node -r ./require-node.cjs infra/app.ts');
    expect(packageJson.bin).toEqual({ pixy: 'cli/pixy.cjs' });
    expect(node(['cli/pixy.cjs', '--version'])).toEqual({ code: 0, output: `${packageJson.version}\n`, errors: '' });
  });
});
