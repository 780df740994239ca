import { Command } from 'commander';
import type { Context } from '../../context.ts';
import { examples, storeOptions } from '../../options.ts';
import { findAccount, openPeople } from './open-accounts.ts';
import { accountText, describeAccount } from './present-account.ts';

export const showCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('show'))
      .description(
        'Shows an account: its names, its claims, and how its password is stored. It never shows the password or its hash.',
      )
      .argument('<account>', 'username, email address or sub')
      .action((account: string) => show(context, account)),
    'pixy accounts show ada',
    'pixy accounts show ada@example.com --stage prod --json',
  );

async function show(context: Context, name: string): Promise<void> {
  const account = await findAccount(await openPeople(context), name);
  context.print({ json: describeAccount(account), text: accountText(account, context.now()) });
}
