import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/*
 * npm run bench [-- --only servers --only cost]
 *
 * Writes every table of docs/performance.md, docs/cost.md and docs/scale.md, and the aims with met or missed: one script after the other,
 * each of which also runs alone. What cannot be measured here (memory sizes need Linux and root) is said at the end, and keeps the figures
 * that it has.
 */

const steps: Readonly<Record<string, readonly string[]>> = {
  servers: ['compare.ts'],
  cost: ['cost.ts', '--write'],
  memory: ['memory-sizes/main.ts'],
  scale: ['scale/main.ts'],
  tests: ['tests.ts'],
};

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true, default: Object.keys(steps) } } });
const unknown = values.only.filter((name) => !Object.hasOwn(steps, name));
if (unknown.length > 0) throw new Error(`there is no step ${unknown.join(', ')}: ${Object.keys(steps).join(', ')}`);

const failed = values.only.filter((name) => {
  const [script = '', ...argv] = steps[name] ?? [];
  process.stdout.write(`\n${name}\n`);
  return spawnSync(process.execPath, [join(import.meta.dirname, script), ...argv], { stdio: 'inherit' }).status !== 0;
});
if (failed.length > 0) {
  process.stdout.write(`\nnot measured: ${failed.join(', ')}\n`);
  process.exitCode = 1;
}
