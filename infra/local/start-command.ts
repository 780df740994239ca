import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { StoreUnavailable } from '../../shared/aws/dynamodb.ts';
import { issuerProblem, UnusableConfiguration } from '../../shared/config.ts';
import { keysRememberedLocally } from '../../shared/keys/key-ring.ts';
import { prefixProblem } from '../../shared/oauth/path-aliases.ts';
import { NameOfAnother } from '../../shared/people/name-store.ts';
import { UnusableFolder } from './data-folder.ts';
import { demoAccount, demoAdminClient, demoConfidentialClient, demoPublicClient } from './demo/demo-data.ts';
import { FolderInUse } from './embedded-dynamodb.ts';
import { UnusableFile } from './entries-file.ts';
import { explainPort, parsePort } from './port.ts';
import { type LocalServer, startServer } from './server.ts';
import { settingsIn } from './settings.ts';

const url = (text: string): string => {
  if (!/^https?:/.test(text) || !URL.canParse(text)) throw new InvalidArgumentError('It is not an http or https URL.');
  return text;
};

const issuer = (text: string): string => {
  const problem = issuerProblem(text);
  if (problem !== undefined) throw new InvalidArgumentError(`It ${problem}.`);
  return text;
};

const onOrOff = (text: string): boolean => {
  if (/^(on|true|yes|1)$/i.test(text)) return true;
  if (/^(off|false|no|0|)$/i.test(text)) return false;
  throw new InvalidArgumentError('It is neither on nor off.');
};

/** Adds to the prefixes so far; the environment has them in one text, separated by commas. */
const prefixes = (text: string, before: readonly string[] = []): string[] => {
  const all = [...before, ...text.split(',').map((prefix) => prefix.trim())];
  const problem = prefixProblem(all);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return all;
};

const folder = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('It is empty.');
  return text;
};

const command = new Command('npm start --')
  .description('Runs Pixy on this machine: the same functions that are deployed, with an embedded database.')
  .addOption(new Option('--port <port>', 'port on localhost').env('PORT').argParser(parsePort).default(3_000))
  .addOption(
    new Option('--issuer <url>', 'where people reach it, such as https://sign-in.example.com behind a proxy with TLS')
      .env('PIXY_ISSUER')
      .argParser(issuer),
  )
  .addOption(
    new Option('--data <dir>', 'folder that survives restarts, or "memory"')
      .env('PIXY_DATA')
      .argParser(folder)
      .default('.pixy'),
  )
  .addOption(new Option('--clients <file>', 'JSON array of clients, instead of the demo clients').env('PIXY_CLIENTS'))
  .addOption(
    new Option('--accounts <file>', 'JSON array of accounts, instead of the demo account').env('PIXY_ACCOUNTS'),
  )
  .addOption(new Option('--apis <file>', 'JSON array of APIs').env('PIXY_APIS'))
  .addOption(
    new Option('--scopes <file>', 'JSON array of scope values and the claims that they bring').env('PIXY_SCOPES'),
  )
  .addOption(
    new Option('--upstreams <file>', 'JSON array of upstream providers that people may sign in with').env(
      'PIXY_UPSTREAMS',
    ),
  )
  .addOption(
    new Option('--hooks <file>', 'module that exports authenticate, migrateAccount, claims or sendMessage').env(
      'PIXY_HOOKS',
    ),
  )
  .addOption(
    new Option('--dynamodb <url>', 'DynamoDB-compatible endpoint, instead of the embedded one')
      .env('AWS_ENDPOINT_URL_DYNAMODB')
      .argParser(url),
  )
  .addOption(
    new Option('--path-aliases [on|off]', 'answer at the paths of other authorization servers as well')
      .env('PIXY_PATH_ALIASES')
      .preset('on')
      .argParser(onOrOff),
  )
  .addOption(
    new Option('--path-alias-prefix <path>', 'answer at the paths of OneWelcome below /tenant as well (repeatable)')
      .env('PIXY_PATH_ALIAS_PREFIX')
      .argParser(prefixes),
  )
  .option('--quiet', 'print no line for each decision; the audit log has them')
  .addHelpText(
    'after',
    `
Other settings come from the environment, by the names in shared/config.ts:
  $ PIXY_SIGNING_ALGORITHMS="RS256 ES256" PIXY_PASSWORDS=off npm start`,
  )
  .parse();

type Options = {
  port: number;
  issuer?: string;
  data: string;
  clients?: string;
  accounts?: string;
  apis?: string;
  scopes?: string;
  upstreams?: string;
  hooks?: string;
  dynamodb?: string;
  pathAliases?: boolean;
  pathAliasPrefix?: string[];
  quiet?: true;
};
const options = command.opts<Options>();

/** Errors whose message addresses people. */
const spoken = [UnusableConfiguration, UnusableFile, UnusableFolder, FolderInUse, NameOfAnother];

try {
  const server = await startServer({
    port: options.port,
    issuer: options.issuer,
    data: options.data,
    clientsFile: options.clients,
    accountsFile: options.accounts,
    apisFile: options.apis,
    scopesFile: options.scopes,
    upstreamsFile: options.upstreams,
    hooksFile: options.hooks,
    dynamodb: options.dynamodb,
    pathAliases: options.pathAliases,
    pathAliasPrefixes: options.pathAliasPrefix,
    tell: options.quiet ? () => {} : (line) => void process.stdout.write(`  ${line}\n`),
    environment: {
      PIXY_KEYS_REMEMBERED: String(keysRememberedLocally),
      PIXY_JWT_BEARER: 'on',
      PIXY_METADATA_DOCUMENTS: 'any',
      PIXY_TOKEN_EXCHANGE: 'on',
      PIXY_SIGNED_INTROSPECTION: 'on',
      PIXY_PAIRWISE_SUBJECTS: 'on',
      PIXY_OPERATORS: JSON.stringify({ claim: 'groups', read: ['operators'], write: ['operators'] }),
      PIXY_MAIL: 'local',
      PIXY_MAIL_CODES: 'on',
      PIXY_REMOVAL_GRACE: String(14 * 86_400),
      PIXY_PROFILE_FIELDS: 'email name locale',
      PIXY_CLIENT_REGISTRATION: 'open',
      ...settingsIn(process.env),
    },
  });
  process.stdout.write(greeting(server));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(server));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}

async function stop(server: LocalServer): Promise<void> {
  await server.close();
  process.exit(0);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (spoken.some((kind) => error instanceof kind)) return error.message;
  if (error instanceof StoreUnavailable) return `${options.dynamodb} does not answer: ${String(error.cause)}`;
  return explainPort(error, options.port) ?? error.stack ?? error.message;
}

/** Today's file; there is one per day (UTC). */
function auditFileOf(data: string): string {
  return join(data, 'audit', `${new Date().toISOString().slice(0, 10)}.jsonl`);
}

function greeting({ issuer, address, demo, notes }: LocalServer): string {
  const lines = [
    '',
    `  Pixy is running at ${issuer}`,
    '',
    ...(issuer === address ? [] : [`  Listening   ${address}, which is for your proxy`]),
    `  Discovery   ${issuer}/.well-known/openid-configuration`,
    `  JWKS        ${issuer}/jwks`,
    `  Mailbox     ${issuer}/demo/mail`,
    ...(demo.clients ? [`  Playground  ${issuer}/demo`] : []),
    `  Data        ${options.dynamodb ?? options.data}`,
    ...(options.data === 'memory' ? [] : [`  Audit log   ${auditFileOf(options.data)}`]),
  ];
  if (demo.clients) {
    const { client_id: confidential, client_secret: secret } = demoConfidentialClient;
    lines.push(`  Clients     ${demoPublicClient.client_id} (public, S256)`);
    lines.push(`              ${confidential} (confidential, none), secret ${secret}`);
    lines.push(`              ${demoAdminClient.client_id} (management API), secret ${demoAdminClient.client_secret}`);
  }
  if (demo.account) lines.push(`  Account     ${demoAccount.username}, password ${demoAccount.password}`);
  if (demo.clients) lines.push('', `  Try a whole sign-in in the browser: ${issuer}/demo?start`);
  if (notes.length > 0) lines.push('', ...notes.map((note) => `  ${note}.`));
  return `${lines.join('\n')}\n\n`;
}
