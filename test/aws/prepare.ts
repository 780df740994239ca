import { exec } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installPackages } from '../../scripts/install-packages.ts';
import { whyNot } from '../recipes/languages.ts';

/* What the tests need beside the packages of the repository, installed in this folder when they first run. */

const folder = import.meta.dirname;
const emulatorModule = 'github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie';
/** It has no versions that Go's tools know. */
const emulatorVersion = 'v0.0.0-20261030222936-bef5c4ba774d';

/** Built without what it has besides a server, and without optimization: the build takes longer than the tests. */
const dynoxide =
  'dynoxide-rs --version 3.2.0 --locked --debug --no-default-features --features native-sqlite,http-server,cli';

const environmentOf = (name: string): string => join(folder, '.venv', name);

/** Why there is no stand-in for AWS on this machine, or undefined when there is one. */
export const whyNoStandIn = (): string | undefined =>
  needsLinux() ?? whyNot('Python') ?? whyNot('Go') ?? whyNot('CMake');

/** The emulator is a program for Linux. */
const needsLinux = (): string | undefined => (process.platform === 'linux' ? undefined : 'this is not Linux');

/** Installs a list of Python packages in an environment of its own. Returns the folder with the programs. */
export async function installPython(list: 'stand-in' | 'templates'): Promise<string> {
  const environment = environmentOf(list);
  const wanted = readFileSync(join(folder, `requirements-${list}.txt`), 'utf8');
  const record = join(environment, 'installed.txt');
  if (!existsSync(record) || readFileSync(record, 'utf8') !== wanted) {
    await run(`python3 -m venv --clear ${environment}`);
    await run(`${environment}/bin/pip install --quiet --requirement requirements-${list}.txt`);
    writeFileSync(record, wanted);
  }
  return join(environment, 'bin');
}

/** Builds dynoxide, an engine with the protocol of DynamoDB. Returns the program. */
export async function installDynoxide(): Promise<string> {
  const root = environmentOf('dynoxide');
  const record = join(root, 'installed.txt');
  if (!existsSync(record) || readFileSync(record, 'utf8') !== dynoxide) {
    const target = mkdtempSync(join(tmpdir(), 'pixy-dynoxide-'));
    await run(
      `CARGO_PROFILE_DEV_DEBUG=0 cargo install ${dynoxide} --quiet --force --root ${root} --target-dir ${target}`,
    ).finally(() => rmSync(target, { recursive: true, force: true }));
    writeFileSync(record, dynoxide);
  }
  return join(root, 'bin', 'dynoxide');
}

/** Builds Lambda's runtime interface emulator. Returns the program. */
async function installEmulator(): Promise<string> {
  const programs = join(environmentOf('emulator'), emulatorVersion);
  const program = join(programs, 'aws-lambda-rie');
  if (!existsSync(program)) await run(`GOBIN=${programs} go install ${emulatorModule}@${emulatorVersion}`);
  return program;
}

/** The runtime interface client has a part in C++, which npm does not build, as it runs no install script. */
async function buildRuntime(): Promise<string> {
  const runtime = join(folder, 'node_modules', 'aws-lambda-ric');
  if (!existsSync(join(runtime, 'rapid-client.node'))) await run('npm rebuild aws-lambda-ric --ignore-scripts=false');
  return runtime;
}

/** Installs everything that a stand-in needs. */
export async function prepareStandIn(): Promise<{ python: string; emulator: string; runtime: string }> {
  installPackages(folder);
  const [programs, emulator, runtime] = await Promise.all([
    installPython('stand-in'),
    installEmulator(),
    buildRuntime(),
  ]);
  return { python: join(programs, 'python'), emulator, runtime };
}

const run = (command: string) => promisify(exec)(command, { cwd: folder, maxBuffer: 1e8 });
