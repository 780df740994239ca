import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { whyNot } from '../recipes/languages.ts';
import { freePort } from '../recipes/run-example.ts';
import { installDynoxide, installPython } from './prepare.ts';

/*
 * The tests of the stores on other engines than the embedded one. docs/storage.md has a table of how they differ, and of what DynamoDB
 * documents.
 */

const repository = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'pixy-engines-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Those that make their tables in the engine that is given. */
const files = globSync('test/store/*.test.ts', { cwd: repository }).filter((file) =>
  readFileSync(join(repository, file), 'utf8').includes('freshTables('),
);

/** What needs an engine on which of several conditional writes at once one wins. moto looks first and writes afterwards. */
const needsAtomicity = [
  'two who write at once of ten at the same version exactly one wins, and the log has exactly that change',
  'spending a code H4: of 20 concurrent redemptions exactly one wins, in every round',
  'spending a code H4: concurrent redemptions mint at most once, and the replays among them revoke the grant',
  'two who claim a username at once get the same subject',
  'a consent of several at once keeps what each allows, in one write each',
  'H32: parallel guesses at one account are all counted',
  'PA7: of 20 completions at once exactly one wins, and the grant is that of its code',
  'a refresh token H8: of 20 parallel refreshes all get the same successor, in every round',
  'a refresh token that was replaced RG3: 10 parallel uses at each of 3 generations, in any order, make one lineage',
  'the epoch of a client with a person counts every one of several at once',
];

const engines = [
  {
    name: 'dynoxide',
    missing: whyNot('Rust'),
    install: installDynoxide,
    parametersOf: (port: number) => ['serve', '--port', `${port}`, '--log', 'quiet'],
    excluded: [],
  },
  {
    name: 'moto',
    missing: whyNot('Python'),
    install: async () => join(await installPython('stand-in'), 'moto_server'),
    parametersOf: (port: number) => ['-H', '127.0.0.1', '-p', `${port}`],
    excluded: needsAtomicity,
  },
];

/** Starts an engine until the test ends. Returns its endpoint. */
async function start(program: string, parametersOf: (port: number) => string[]): Promise<string> {
  const port = await freePort();
  const child = spawn(program, parametersOf(port), { stdio: 'ignore' });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await untilItAnswers(endpoint, child);
  return endpoint;
}

async function untilItAnswers(endpoint: string, child: ChildProcess): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
  try {
    while (child.exitCode === null) {
      const answer = await client.send(new ListTablesCommand({})).catch(() => undefined);
      if (answer) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the engine ended with ${child.exitCode} before it listened`);
  } finally {
    client.destroy();
  }
}

type Report = { testResults: { message: string; assertionResults: { fullName: string; status: string }[] }[] };

/** Runs the tests of the stores on an engine. Returns what became of each, and what was said of files that did not run. */
async function runStoreTests(name: string, endpoint: string) {
  const report = join(folder, `${name}.json`);
  const vitest = join(repository, 'node_modules', 'vitest', 'vitest.mjs');
  const parameters = ['run', '--project', 'database', '--reporter=json', `--outputFile=${report}`, ...files];
  await new Promise((resolve) =>
    execFile(
      process.execPath,
      [vitest, ...parameters],
      { cwd: repository, env: { ...process.env, AWS_ENDPOINT_URL_DYNAMODB: endpoint }, maxBuffer: 1e8 },
      // Its status tells that something failed; the report says what.
      resolve,
    ),
  );
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  return {
    problems: testResults.map(({ message }) => message).filter((message) => message !== ''),
    tests: new Map(
      testResults.flatMap(({ assertionResults }) =>
        assertionResults.map(({ fullName, status }) => [fullName, status] as const),
      ),
    ),
  };
}

describe.each(engines)('the tests of the stores on $name', ({ name, missing, install, parametersOf, excluded }) => {
  it.skipIf(missing !== undefined)('pass, all but those that it is known not to be made for', async () => {
    const { tests, problems } = await runStoreTests(name, await start(await install(), parametersOf));
    expect(problems).toEqual([]);
    expect(tests.size).toBeGreaterThan(150);
    expect([...tests.keys()]).toEqual(expect.arrayContaining(excluded));
    const failed = [...tests].filter(([test, status]) => status !== 'passed' && !excluded.includes(test));
    expect(failed).toEqual([]);
  });
});
