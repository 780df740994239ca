import { Command } from 'commander';
import { hashPassword } from '../../../shared/password.ts';
import type { Context } from '../../context.ts';
import { wrongUsage } from '../../failure.ts';
import { examples, storeOptions } from '../../options.ts';
import { plural } from '../../output.ts';
import { type LinkFlags, linkFlags, printLink } from './invite.ts';
import { findAccount, findAgain, mustBeThere, openPeople } from './open-accounts.ts';
import { generatedLines, hasPassword, type PasswordFlags, passwordFlags, readPassword } from './password-flags.ts';
import { describeAccount, named } from './present-account.ts';

type Flags = PasswordFlags & LinkFlags & { link?: boolean; keepSessions?: boolean };

export const setPasswordCommand = (context: Context): Command =>
  examples(
    storeOptions(linkFlags(passwordFlags(new Command('set-password'))))
      .description('Sets the password of an account and ends its sessions, or makes a link for the person to set it.')
      .argument('<account>', 'username, email address or sub')
      .option('--link', 'make a link that works once, within a day')
      .option(
        '--everything',
        'with --link: using the link also removes every passkey, linked account and authenticator app',
      )
      .option('--keep-sessions', 'keep the person signed in')
      .action((account: string, flags: Flags) => setPassword(context, account, flags)),
    'pixy accounts set-password ada --link --stage prod',
    'pixy accounts set-password ada --link --everything',
    'pixy accounts set-password ada --generate',
    'pixy accounts set-password robot --password-stdin < password.txt',
  );

async function setPassword(context: Context, name: string, flags: Flags): Promise<void> {
  if (flags.link) {
    if (hasPassword(flags) || flags.keepSessions) {
      throw wrongUsage(
        'With --link the person sets the password, so use it only with --everything, --expires and --issuer.',
      );
    }
    return printLink(context, name, 'reset', flags);
  }
  if (flags.everything) throw wrongUsage('--everything is about the link that the person uses: add --link.');
  const people = await openPeople(context);
  const account = await findAccount(people, name);
  const { password, isGenerated } = await readPassword(flags, [account.username, account.email], context);
  const hash = await hashPassword(password);
  mustBeThere(await people.accounts.setPassword(account.sub, hash, flags.keepSessions), account);
  const ended = flags.keepSessions ? 0 : await people.sessions.endAll(account.sub, context.now());
  const current = await findAgain(people, account);
  context.print({
    json: {
      ...describeAccount(current),
      ended_sessions: ended,
      ...(isGenerated && { generated_password: password }),
    },
    text: `Set the password of ${named(account)} and ended ${plural(ended, 'session')}.\n${isGenerated ? generatedLines(password) : ''}`,
  });
}
