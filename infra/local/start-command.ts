import { Command, InvalidArgumentError, Option } from 'commander';
import { issuerProblem } from '../../shared/config.ts';
import { prefixProblem } from '../../shared/oauth/path-aliases.ts';
import { parsePort } from './port.ts';

export type StartOptions = {
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

/** `npm start --` in a checkout, `start` of the pixy command where the package is installed. What it runs is loaded when it does. */
export const startCommand = (name: string, command = name): Command =>
  new Command(name)
    .description('Runs Pixy on this machine: the same functions that are deployed, with an embedded database.')
    .addHelpText(
      'after',
      `\nExamples:\n  $ ${command} --port 3001\n  $ ${command} --data memory --clients clients.json`,
    )
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
  $ PIXY_SIGNING_ALGORITHMS="RS256 ES256" PIXY_PASSWORDS=off ${name === 'start' ? 'npx pixy start' : 'npm start'}`,
    )
    .action(async (options: StartOptions) => (await import('./run-server.ts')).runServer(options));
