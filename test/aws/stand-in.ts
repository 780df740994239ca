import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { prepareStandIn } from './prepare.ts';

/* AWS on this machine: moto in a process of its own, in which stand-in/ puts what Pixy's templates need and moto lacks. */

const repository = join(import.meta.dirname, '..', '..');
const account = '123456789012';

export type StandIn = {
  /** For clients of the SDK. */
  clients: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  /**
   * Runs the CDK's command with this account, and returns what it printed and the status that it ended with. Names among the parameters
   * that end in `.out` are folders of this account's own.
   */
  cdk: (...parameters: string[]) => Promise<{ output: string; status: number }>;
  /** Runs commands of the shell, among them `aws`, with this account. Rejects with what they printed when one of them fails. */
  shell: (commands: string) => Promise<void>;
  /** Replaces what every function gets beside what it is deployed with. */
  breakFunctions: (environment: Record<string, string>) => Promise<void>;
  /** Has every function live that many seconds later than it is. */
  liveLater: (seconds: number) => Promise<void>;
  /** The calls of services that the functions have made so far. */
  calls: () => Promise<Call[]>;
  stop: () => Promise<void>;
};

export type Call = { caller: string; target: string; input: Record<string, unknown> };

/** Starts an empty account. */
export async function startStandIn(): Promise<StandIn> {
  const { python, emulator, runtime } = await prepareStandIn();
  const folder = mkdtempSync(join(tmpdir(), 'pixy-aws-'));
  const { certificate, key } = makeCertificate(folder);
  const functions = {
    node: process.execPath,
    emulator,
    runtime,
    packages: join(repository, 'node_modules'),
    certificate,
    certificateKey: key,
    environment: join(folder, 'environment.json'),
    calls: join(folder, 'calls.jsonl'),
  };
  const breakFunctions = (environment: Record<string, string>) =>
    writeFile(functions.environment, JSON.stringify(environment));
  await breakFunctions({});
  const child = spawn(python, [join(import.meta.dirname, 'stand-in', 'server.py')], {
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONWARNINGS: 'ignore',
      STAND_IN_FUNCTIONS: JSON.stringify(functions),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const port = await listeningPort(child);
  const endpoint = `http://localhost:${port}`;
  const region = 'eu-central-1';
  return {
    clients: { endpoint, region, credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' } },
    breakFunctions,
    liveLater: (seconds) =>
      breakFunctions({
        NODE_OPTIONS: `--enable-source-maps --require=${join(import.meta.dirname, 'stand-in', 'later.cjs')}`,
        STAND_IN_LATER: `${seconds}`,
        // The emulator lives now, and tells by when a call has to be answered.
        AWS_LAMBDA_FUNCTION_TIMEOUT: `${60 + seconds}`,
      }),
    calls: async () =>
      (await readFile(functions.calls, 'utf8'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Call),
    cdk: (...parameters) => runCdk(parameters, { endpoint, region, home: folder }),
    shell: (commands) => runShell(commands, { endpoint, region, home: folder, programs: dirname(python) }),
    async stop() {
      child.stdin.end();
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

async function listeningPort(child: ReturnType<typeof spawn>): Promise<number> {
  if (child.stdout === null) throw new Error('nothing to read from');
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) return (JSON.parse(line) as { port: number }).port;
  }
  throw new Error('the stand-in ended before it listened');
}

/** For the address that custom resources answer to. */
function makeCertificate(folder: string): { certificate: string; key: string } {
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  // Functions read it as a user of their own.
  execFileSync('chmod', ['755', folder]);
  return { certificate, key };
}

type Account = { endpoint: string; region: string; home: string };

const environmentOf = ({ endpoint, region, home }: Account) => ({
  PATH: process.env['PATH'],
  HOME: home,
  CI: 'true',
  NO_COLOR: '1',
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: 'testing',
  AWS_SECRET_ACCESS_KEY: 'testing',
  AWS_EC2_METADATA_DISABLED: 'true',
});

async function runShell(commands: string, { programs, ...at }: Account & { programs: string }): Promise<void> {
  const PATH = `${programs}:${process.env['PATH']}`;
  await promisify(execFile)('bash', ['-e', '-c', commands], { env: { ...environmentOf(at), PATH } });
}

function runCdk(parameters: string[], at: Account) {
  const env = environmentOf(at);
  const inFolder = parameters.map((one) => (one.endsWith('.out') ? join(at.home, one) : one));
  const command = [join(repository, 'node_modules', 'aws-cdk', 'bin', 'cdk'), ...inFolder];
  return new Promise<{ output: string; status: number }>((resolve) => {
    const options = { cwd: repository, env, maxBuffer: 1e8 };
    const child = execFile(process.execPath, command, options, (_error, stdout, stderr) =>
      resolve({ output: `${stdout}${stderr}`, status: child.exitCode ?? 1 }),
    );
  });
}

/** The parameters of `cdk bootstrap` for the account. */
export const environmentName = ({ clients }: StandIn): string => `aws://${account}/${clients.region}`;
