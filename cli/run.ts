import { Command, CommanderError } from 'commander';
import * as v from 'valibot';
import packageJson from '../package.json' with { type: 'json' };
import { adviceFor } from './aws-trouble.ts';
import { type Context, createContext } from './context.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';
import { examples } from './options.ts';
import { visible } from './output.ts';
import { readLastSeen } from './report/read-report.ts';

type MakeCommand = (context: Context) => Command;

/**
 * The command groups in the order of the help. A command line loads the one that it names: all of them take
 * longer than most commands.
 */
const commandGroups: Readonly<Record<string, () => Promise<MakeCommand>>> = {
  start: async () => {
    const { startCommand } = await import('../infra/local/start-command.ts');
    return () => startCommand('start', 'pixy start');
  },
  init: async () => (await import('./init/init-command.ts')).initCommand,
  clients: async () => (await import('./commands/clients.ts')).clientsCommand,
  accounts: async () => (await import('./commands/accounts.ts')).accountsCommand,
  policy: async () => (await import('./commands/policy.ts')).policyCommand,
  waiver: async () => (await import('./commands/waiver.ts')).waiverCommand,
  registration: async () => (await import('./commands/registration.ts')).registrationCommand,
  apis: async () => (await import('./commands/apis.ts')).apisCommand,
  scopes: async () => (await import('./commands/scopes.ts')).scopesCommand,
  'authorization-details': async () =>
    (await import('./commands/authorization-details.ts')).authorizationDetailsCommand,
  trust: async () => (await import('./commands/trust.ts')).trustCommand,
  keys: async () => (await import('./commands/keys.ts')).keysCommand,
  log: async () => (await import('./log/log-command.ts')).logCommand,
  report: async () => (await import('./report/report-command.ts')).reportCommand,
  pkce: async () => (await import('./commands/pkce.ts')).pkceCommand,
  verify: async () => (await import('./verify/verify-command.ts')).verifyCommand,
  evidence: async () => (await import('./evidence/evidence-command.ts')).evidenceCommand,
  login: async () => (await import('./login/login-command.ts')).loginCommand,
  token: async () => (await import('./login/token-command.ts')).tokenCommand,
  logout: async () => (await import('./login/logout-command.ts')).logoutCommand,
};

/** Returns the group that a command line names, or all of them for a help or a mistake. */
function groupsFor([name = '']: readonly string[]): Promise<MakeCommand[]> {
  const named = Object.hasOwn(commandGroups, name) ? commandGroups[name] : undefined;
  return Promise.all((named ? [named] : Object.values(commandGroups)).map((load) => load()));
}

/** Runs one command line (without `node pixy.ts`). Returns the exit code: 0, 1 failed, 2 wrong usage, 3 conflict. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const context = createContext(io, readLastSeen);
  try {
    const line = placeLast(argv);
    const groups = await groupsFor(line);
    await program(groups, context, io, (options) => context.use(options)).parseAsync(line, { from: 'user' });
    return context.exitCode();
  } catch (error) {
    return fail(error, io);
  } finally {
    await context.close();
  }
}

/** The options that say where a command works, in front of it. */
const places: Readonly<Record<string, boolean>> = {
  '--stage': true,
  '--table': true,
  '--server': true,
  '--local': false,
};

/** `pixy --stage dev clients list` is `pixy clients list --stage dev`: whoever works on one stage all day writes it first. */
function placeLast(argv: readonly string[]): string[] {
  const [first = '', second] = argv;
  const [name = '', ...value] = first.split('=');
  if (!Object.hasOwn(places, name)) return [...argv];
  const length = value.length === 0 && places[name] && second !== undefined ? 2 : 1;
  const others = placeLast(argv.slice(length));
  // What follows two hyphens is no option.
  const end = others.includes('--') ? others.indexOf('--') : others.length;
  return others.toSpliced(end, 0, ...argv.slice(0, length));
}

function program(groups: readonly MakeCommand[], context: Context, io: Io, use: (options: object) => void): Command {
  const pixy = new Command('pixy')
    .description(
      'Manages the clients, the PKCE policy, the APIs, the scopes, the types of authorization details, the trusted issuers and the signing keys of a Pixy authorization server.',
    )
    // No short form, because a key id may begin with it.
    .version(packageJson.version, '--version');
  for (const group of groups) pixy.addCommand(group(context));
  examples(
    pixy,
    'pixy clients list --local',
    'pixy policy explain my-app --method plain --stage prod',
    'pixy pkce generate',
  );
  pixy.hook('preAction', (_, command) => use(command.opts()));
  prepare(pixy, io);
  return pixy;
}

/** Routes errors and output of every command here instead of to the process. */
function prepare(command: Command, io: Io): void {
  command.exitOverride().configureOutput({
    writeOut: io.write,
    writeErr: io.writeError,
    outputError: (text, write) => write(text.replace(/\n\((.*)\)\n$/s, ' ($1)\n')),
  });
  for (const child of command.commands) prepare(child, io);
}

function fail(error: unknown, io: Io): number {
  // commander has already reported the error; its exit code 1 means an unreadable command line.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  io.writeError(`error: ${sentence(error)}\n`);
  return error instanceof Failure ? error.exitCode : 1;
}

/** Errors whose message addresses people. */
const spoken = new Set([
  'CannotStart',
  'Failure',
  'FolderInUse',
  'LedgerUnavailable',
  'UnusableFile',
  'UnusableFolder',
]);

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (spoken.has(error.name)) return visible(withAdvice(error));
  if (error.name === 'StoreUnavailable') return visible(`${serviceOf(error)} does not answer: ${causeOf(error)}`);
  const problem = v.isValiError(error)
    ? error.issues.map((issue) => `${v.getDotPath(issue) ?? 'it'}: ${issue.message}`).join('; ')
    : error.message;
  const { record } = error as Error & { record?: string };
  if (record !== undefined) {
    return visible(`The record ${record} cannot be read: ${problem}. Put it right in the Clients table.`);
  }
  if (v.isValiError(error)) return `A record in the database cannot be read: ${problem}`;
  return `Unexpected error: ${error.stack ?? error.message}`;
}

/** What AWS said is in the message as it said it, unless there is something better to say. */
function withAdvice({ message, cause }: Error): string {
  if (!(cause instanceof Error)) return message;
  const advice = adviceFor(cause);
  return advice === undefined || message.includes(advice) ? message : message.replace(cause.message, () => advice);
}

/** Names the AWS service that did not answer. */
function serviceOf(error: Error & { service?: string }): string {
  const { service = 'the database' } = error;
  return service.charAt(0).toUpperCase() + service.slice(1);
}

const causeOf = ({ cause }: Error): string =>
  cause instanceof Error ? (adviceFor(cause) ?? `${cause.name}: ${cause.message}`) : String(cause);
