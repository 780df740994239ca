import { Command } from 'commander';
import { removeBelongings } from '../../../functions/remove-accounts/remove-everything.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { examples, storeOptions } from '../../options.ts';
import { endAccess, endedText } from './end-access.ts';
import { findAccount, mustBeThere, openPeople } from './open-accounts.ts';
import { named } from './present-account.ts';

export const removeCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('remove'))
      .description(
        'Removes an account permanently, with its sessions, grants, consents, passkeys, second factor, links and names. Its sub is not used again unless you assign it.',
      )
      .argument('<account>', 'username, email address or sub')
      .option('--yes', 'confirm; without it, nothing is removed')
      .action((account: string, options: { yes?: boolean }) => remove(context, account, options.yes ?? false)),
    'pixy accounts remove ada --yes',
  );

async function remove(context: Context, name: string, isMeant: boolean): Promise<void> {
  const people = await openPeople(context);
  const account = await findAccount(people, name);
  if (!isMeant) {
    throw new Failure(`This cannot be undone. Add --yes to remove ${named(account)}, or disable it instead.`);
  }
  // Disables the account first, so that nobody signs in while the rest is removed.
  mustBeThere(await people.accounts.disable(account.sub, context.now()), account);
  const ended = await endAccess(people, account, context.now());
  await removeBelongings(account.sub, people.database, people.table('people'));
  await people.accounts.remove(account);
  context.print({
    json: { sub: account.sub, removed: true, ended_sessions: ended.sessions, revoked_grants: ended.grants },
    text: `Removed ${named(account)}.\n${endedText(ended)}`,
  });
}
