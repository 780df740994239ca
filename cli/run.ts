import { Command, CommanderError } from 'commander';
import * as v from 'valibot';
import packageJson from '../package.json' with { type: 'json' };
import { accountsCommand } from './commands/accounts.ts';
import { apisCommand } from './commands/apis.ts';
import { authorizationDetailsCommand } from './commands/authorization-details.ts';
import { clientsCommand } from './commands/clients.ts';
import { keysCommand } from './commands/keys.ts';
import { pkceCommand } from './commands/pkce.ts';
import { policyCommand } from './commands/policy.ts';
import { registrationCommand } from './commands/registration.ts';
import { scopesCommand } from './commands/scopes.ts';
import { trustCommand } from './commands/trust.ts';
import { waiverCommand } from './commands/waiver.ts';
import { type Context, createContext } from './context.ts';
import { evidenceCommand } from './evidence/evidence-command.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';
import { logCommand } from './log/log-command.ts';
import { loginCommand } from './login/login-command.ts';
import { logoutCommand } from './login/logout-command.ts';
import { tokenCommand } from './login/token-command.ts';
import { examples } from './options.ts';
import { visible } from './output.ts';
import { readLastSeen } from './report/read-report.ts';
import { reportCommand } from './report/report-command.ts';
import { verifyCommand } from './verify/verify-command.ts';

/** The command groups in the order of the help. */
const commandGroups: readonly ((context: Context) => Command)[] = [
  clientsCommand,
  accountsCommand,
  policyCommand,
  waiverCommand,
  registrationCommand,
  apisCommand,
  scopesCommand,
  authorizationDetailsCommand,
  trustCommand,
  keysCommand,
  logCommand,
  reportCommand,
  pkceCommand,
  verifyCommand,
  evidenceCommand,
  loginCommand,
  tokenCommand,
  logoutCommand,
];

/** Runs one command line (without `node pixy.ts`). Returns the exit code: 0, 1 failed, 2 wrong usage, 3 conflict. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const context = createContext(io, readLastSeen);
  try {
    await program(context, io, (options) => context.use(options)).parseAsync([...argv], { from: 'user' });
    return context.exitCode();
  } catch (error) {
    return fail(error, io);
  } finally {
    await context.close();
  }
}

function program(context: Context, io: Io, use: (options: object) => void): Command {
  const pixy = new Command('pixy')
    .description(
      'Manages the clients, the PKCE policy, the APIs, the scopes, the types of authorization details, the trusted issuers and the signing keys of a Pixy authorization server.',
    )
    // No short form, because a key id may begin with it.
    .version(packageJson.version, '--version');
  for (const group of commandGroups) pixy.addCommand(group(context));
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
const spoken = new Set(['Failure', 'FolderInUse', 'LedgerUnavailable', 'UnusableFile', 'UnusableFolder']);

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (spoken.has(error.name)) return visible(error.message);
  if (error.name === 'StoreUnavailable') return visible(`${serviceOf(error)} does not answer: ${causeOf(error)}`);
  if (v.isValiError(error)) {
    return `A record in the database cannot be read: ${error.issues.map((issue) => `${v.getDotPath(issue) ?? 'it'}: ${issue.message}`).join('; ')}`;
  }
  return `Unexpected error: ${error.stack ?? error.message}`;
}

/** Names the AWS service that did not answer. */
function serviceOf(error: Error & { service?: string }): string {
  const { service = 'the database' } = error;
  return service.charAt(0).toUpperCase() + service.slice(1);
}

const causeOf = ({ cause }: Error): string =>
  cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
