import { execFileSync, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

/* The version before, from the history of the repository, with the libraries of today. */

export const versionBefore = '850adc9';

const git = (...parameters: string[]): Buffer =>
  execFileSync('git', parameters, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1e8 });

/** Why its sources cannot be had here, or undefined when they can. */
export function whyNotBefore(): string | undefined {
  try {
    git('cat-file', '-e', `${versionBefore}^{commit}`);
    return undefined;
  } catch {
    return `commit ${versionBefore} is not here: git fetch --unshallow`;
  }
}

/** What the server of before is told. */
type Options = { dynamodb: string; now: number; environment: Record<string, string> };

/** What a command line came to. */
type Ran = { exitCode: number; output: string; errors: string };

/**
 * Runs beside its sources, in a process of its own, where Node strips their types. Says in lines of JSON where the server is, each audit
 * line, and what came of each command line and of each search in a store that it reads.
 */
const starter = `
  import { createInterface } from 'node:readline';
  const [folder, options] = process.argv.slice(1);
  const { now, ...given } = JSON.parse(options);
  const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
  const { startServer } = await import(folder + '/infra/local/server.ts');
  const { run } = await import(folder + '/cli/run.ts');
  const server = await startServer({ port: 0, data: 'memory', ...given, now: () => now, writeLine: (line) => say({ line }) });
  say({ address: server.issuer });
  for await (const line of createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    if (asked.file) {
      const { openDatabase } = await import(folder + '/shared/aws/dynamodb.ts');
      const store = (await import(folder + asked.file))[asked.store](openDatabase(), asked.table);
      say({ found: await store.find(...asked.parameters) });
      continue;
    }
    const ran = { output: '', errors: '' };
    const exitCode = await run(asked.argv, {
      write: (text) => { ran.output += text; },
      writeError: (text) => { ran.errors += text; },
      readInput: async () => '',
      env: {},
      now: () => now,
    });
    say({ ran: { exitCode, ...ran } });
  }
  await server.close();
  process.exit();
`;

/** Unpacks its sources where they find the libraries. Remove them afterwards. */
export function unpackBefore() {
  const folder = mkdtempSync(join(tmpdir(), 'pixy-before-'));
  const archive = git('archive', versionBefore, 'cli', 'functions', 'infra', 'shared', 'package.json');
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return {
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true }),
    /** All of its code. */
    sources: (): string =>
      globSync('{cli,functions,shared}/**/*.ts', { cwd: folder })
        .map((file) => readFileSync(join(folder, file), 'utf8'))
        .join('\n'),
    start: (options: Options) => startBefore(folder, options),
  };
}

/** Starts its server on a database that has tables already. */
async function startBefore(folder: string, options: Options) {
  const parameters = ['--input-type=module', '--eval', starter, folder, JSON.stringify(options)];
  const child = spawn(process.execPath, parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  const problems = text(child.stderr);
  const auditLines: string[] = [];
  const answers = new EventEmitter();
  createInterface({ input: child.stdout })
    .on('line', (line) => {
      const said = JSON.parse(line) as { line?: string; address?: string; ran?: Ran };
      if (said.line === undefined) answers.emit('answer', said);
      else auditLines.push(said.line);
    })
    .once('close', () => answers.emit('answer', {}));
  const [{ address }] = (await once(answers, 'answer')) as [{ address?: string }];
  if (address === undefined) throw new Error(`version ${versionBefore} does not start: ${await problems}`);

  async function ask<Answer>(question: object): Promise<Answer> {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const [answer] = (await once(answers, 'answer')) as [Answer];
    return answer;
  }

  return {
    port: Number(new URL(address).port),
    auditLines,
    /** Runs its `pixy … --json` on tables. Returns what it wrote. */
    async pixy(tables: Readonly<Record<string, string>>, ...parameters: string[]): Promise<unknown> {
      const named = Object.entries(tables).flatMap(([table, name]) => ['--table', `${table}=${name}`]);
      const { ran } = await ask<{ ran?: Ran }>({ argv: [...parameters, ...named, '--json'] });
      if (ran?.exitCode !== 0) throw new Error(`pixy ${parameters.join(' ')}: ${ran?.errors ?? (await problems)}`);
      return JSON.parse(ran.output);
    },
    /** What the store in one of its files finds in a table. */
    async find(file: string, store: string, table: string, ...parameters: readonly unknown[]): Promise<unknown> {
      return (await ask<{ found?: unknown }>({ file, store, table, parameters })).found;
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
