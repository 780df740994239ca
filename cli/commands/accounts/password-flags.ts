import type { Command } from 'commander';
import { generatePassword, passwordProblems } from '../../../shared/people/account-password.ts';
import { admitPassword } from '../../../shared/people/admit-password.ts';
import type { Context } from '../../context.ts';
import { Failure, wrongUsage } from '../../failure.ts';

export type PasswordFlags = { password?: boolean; passwordStdin?: boolean; generate?: boolean };

/** Adds the password flags. A password is never an argument, because command lines end up in the history and the process list. */
export const passwordFlags = (command: Command): Command =>
  command
    .option('--password', 'prompt for the password, without showing what you type')
    .option('--password-stdin', 'read the password from standard input')
    .option('--generate', 'generate a password and show it once');

export const hasPassword = ({ password, passwordStdin, generate }: PasswordFlags): boolean =>
  Boolean(password || passwordStdin || generate);

/** Returns the password that the flags lead to, which must not be one of `names`. `isGenerated`: it has to be shown. */
export async function readPassword(
  flags: PasswordFlags,
  names: readonly (string | undefined)[],
  { io }: Context,
): Promise<{ password: string; isGenerated: boolean }> {
  if ([flags.password, flags.passwordStdin, flags.generate].filter(Boolean).length > 1) {
    throw wrongUsage('Use only one of --password, --password-stdin and --generate.');
  }
  if (flags.generate) return { password: generatePassword(), isGenerated: true };
  // A single line break at the end comes from the terminal or the file. Everything else belongs to the password.
  const typed = flags.passwordStdin ? (await io.readInput()).replace(/\r?\n$/, '') : await ask(io);
  const admitted = admitPassword(typed, names);
  if (!admitted.ok) throw new Failure(`The password ${passwordProblems[admitted.refusal]}.`);
  return { password: admitted.value, isGenerated: false };
}

async function ask(io: Context['io']): Promise<string> {
  if (!io.askSecret)
    throw wrongUsage('There is no terminal to ask for the password: use --password-stdin or --generate.');
  try {
    const typed = await io.askSecret('Password: ');
    if (typed !== (await io.askSecret('Again: '))) throw new Failure('The two passwords are not the same.');
    return typed;
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw new Failure('Nothing was changed.');
    throw error;
  }
}

/** Returns the lines that show a generated password. */
export const generatedLines = (password: string): string =>
  `\n  password: ${password}\n  Save it now: only its hash is stored, and it is never shown again.\n`;
