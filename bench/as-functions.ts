import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFunctions } from '../infra/bundling/build.ts';
import { installPackages } from '../scripts/install-packages.ts';
import { functionTable, shareTable } from './function-table.ts';
import { compareAsFunctions } from './lambda/compare.ts';
import { comparedWith } from './results.ts';
import { openVersion } from './version.ts';

/*
 * npm run bench:lambda [-- rounds [commit]]
 *
 * The part of `npm run bench` that measures every server as a Lambda function, and an earlier version of Pixy. Writes nothing.
 */

installPackages(import.meta.dirname);

const folder = await mkdtemp(join(tmpdir(), 'pixy-bench-'));
try {
  await buildFunctions(folder, ['authorize', 'token', 'par']);
  const results = await compareAsFunctions(
    folder,
    Number(process.argv[2] ?? 10),
    await openVersion(process.argv[3] ?? comparedWith, folder),
  );
  process.stdout.write(`${functionTable(results)}\n\n${shareTable(results)}\n`);
} finally {
  await rm(folder, { recursive: true });
}
