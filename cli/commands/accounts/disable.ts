import { Command } from 'commander';
import type { Context } from '../../context.ts';
import { examples, storeOptions } from '../../options.ts';
import { endAccess, endedText } from './end-access.ts';
import { findAccount, findAgain, mustBeThere, openPeople } from './open-accounts.ts';
import { describeAccount, named } from './present-account.ts';

export const disableCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('disable'))
      .description(
        'Disables an account: the person cannot sign in, sessions end, and grants are revoked. Access tokens that an API checks by itself stay valid until they expire.',
      )
      .argument('<account>', 'username, email address or sub')
      .action((account: string) => disable(context, account)),
    'pixy accounts disable ada --stage prod',
  );

export const enableCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('enable'))
      .description('Lets a disabled account sign in again. Its ended sessions and revoked grants do not come back.')
      .argument('<account>', 'username, email address or sub')
      .action((account: string) => enable(context, account)),
    'pixy accounts enable ada',
  );

async function disable(context: Context, name: string): Promise<void> {
  const people = await openPeople(context);
  const account = await findAccount(people, name);
  mustBeThere(await people.accounts.disable(account.sub, context.now()), account);
  const ended = await endAccess(people, account, context.now());
  const disabled = await findAgain(people, account);
  context.print({
    json: { ...describeAccount(disabled), ended_sessions: ended.sessions, revoked_grants: ended.grants },
    text: `${account.disabledAt === undefined ? 'Disabled' : 'Already disabled:'} ${named(account)}.\n${endedText(ended)}`,
  });
}

async function enable(context: Context, name: string): Promise<void> {
  const people = await openPeople(context);
  const account = await findAccount(people, name);
  mustBeThere(await people.accounts.enable(account.sub), account);
  context.print({
    json: describeAccount(await findAgain(people, account)),
    text: `${account.disabledAt === undefined ? 'Already enabled:' : 'Enabled'} ${named(account)}.\n`,
  });
}
