import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Extraction from '@microsoft/api-extractor';
import { installPackages } from '../scripts/install-packages.ts';

const repository = join(import.meta.dirname, '..');

/** What is public: the report, one line for each declaration, and the model that docs/api.md is made from. */
export type PublicApi = { report: string; model: unknown };

/**
 * Writes the declarations of infra/index.ts and of what they refer to into one file, without those of libraries that only the
 * implementation uses. Throws what TypeScript or the extractor has to say.
 */
export async function makeDeclarations(file?: string): Promise<PublicApi> {
  installPackages(import.meta.dirname);
  const { Extractor, ExtractorConfig } = await import('@microsoft/api-extractor');
  const folder = mkdtempSync(join(tmpdir(), 'pixy-declarations-'));
  const written = join(import.meta.dirname, 'declarations');
  try {
    compile(written);
    const entry = join(written, 'infra', 'index.d.ts');
    for (const name of ['report', 'temp']) mkdirSync(join(folder, name));
    const config = ExtractorConfig.prepare({
      configObjectFullPath: undefined,
      packageJsonFullPath: join(repository, 'package.json'),
      configObject: {
        projectFolder: repository,
        newlineKind: 'lf',
        mainEntryPointFilePath: entry,
        compiler: { overrideTsconfig: { compilerOptions, files: [entry] } },
        apiReport: {
          enabled: true,
          reportFileName: 'pixy.api.md',
          reportFolder: join(folder, 'report'),
          reportTempFolder: join(folder, 'temp'),
        },
        docModel: { enabled: true, apiJsonFilePath: join(folder, 'pixy.api.json') },
        dtsRollup: { enabled: file !== undefined, untrimmedFilePath: file ?? '' },
        tsdocMetadata: { enabled: false },
        messages: {},
      },
    });
    const mistakes: string[] = [];
    Extractor.invoke(config, { localBuild: true, messageCallback: (message) => note(message, mistakes) });
    if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
    return {
      report: readFileSync(join(folder, 'report', 'pixy.api.md'), 'utf8'),
      model: JSON.parse(readFileSync(join(folder, 'pixy.api.json'), 'utf8')),
    };
  } finally {
    for (const made of [folder, written]) rmSync(made, { recursive: true, force: true });
  }
}

/** How the declarations are read, which is not how the sources are. */
const compilerOptions = {
  module: 'nodenext',
  target: 'es2022',
  lib: ['es2023'],
  types: ['node'],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true,
};

function compile(outDir: string): void {
  const tsc = join(repository, 'node_modules', 'typescript', 'bin', 'tsc');
  const project = join(import.meta.dirname, 'tsconfig.json');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '--project', project, '--outDir', outDir], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stdout);
}

/** Public and unnamed parts are fine: a type that only another one refers to has no name of its own, and names explain themselves. */
const fine = ['ae-missing-release-tag', 'ae-undocumented', 'ae-forgotten-export'];

function note(message: Extraction.ExtractorMessage, mistakes: string[]): void {
  message.handled = true;
  const isMistake = ['error', 'warning'].includes(message.logLevel) && !message.messageId.startsWith('console-');
  if (isMistake && !fine.includes(message.messageId)) mistakes.push(`${message.messageId}: ${message.text}`);
}
