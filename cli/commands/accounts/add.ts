import { Command } from 'commander';
import { inWords } from '../../../shared/mistake.ts';
import { hashPassword } from '../../../shared/password.ts';
import { checkAccountDescription } from '../../../shared/people/account.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { examples, storeOptions } from '../../options.ts';
import { type AccountFlags, accountFlags, claimsOf } from './account-flags.ts';
import { openPeople } from './open-accounts.ts';
import { generatedLines, hasPassword, type PasswordFlags, passwordFlags, readPassword } from './password-flags.ts';
import { accountText, describeAccount, named } from './present-account.ts';

type Flags = AccountFlags & PasswordFlags & { sub?: string };

export const addCommand = (context: Context): Command =>
  examples(
    storeOptions(passwordFlags(accountFlags(new Command('add'))))
      .description(
        'Adds an account. If you give no password, the person sets one with a link from pixy accounts invite.',
      )
      .argument('[username]')
      .option('--sub <sub>', 'the identifier by which clients know the person (default: random)')
      .action((username: string | undefined, flags: Flags) => add(context, username, flags)),
    'pixy accounts add ada --email ada@example.com --claim name="Ada Lovelace" --generate',
    'pixy accounts add --email grace@example.com',
    'pixy accounts add robot --password-stdin < password.txt',
  );

async function add(context: Context, username: string | undefined, flags: Flags): Promise<void> {
  const claims = { ...claimsOf(flags.claim), ...(flags.sub !== undefined && { sub: flags.sub }) };
  const present = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null));
  const parsed = checkAccountDescription({ username, email: flags.email, claims: present });
  if (!parsed.ok) throw new Failure(`The account: ${inWords(parsed.refusal)}.`);
  const { value: account } = parsed;
  const made = hasPassword(flags) ? await readPassword(flags, [account.username, account.email], context) : undefined;
  const { accounts } = await openPeople(context);
  const added = await accounts.add(
    { ...account, passwordHash: made && (await hashPassword(made.password)) },
    context.now(),
  );
  if (!added.ok) {
    const { refusal } = added;
    if (refusal.reason === 'subject_of_client') {
      throw new Failure(`The account: claims.sub is the client_id of a client, ${refusal.sub}.`);
    }
    throw new Failure(
      refusal.reason === 'subject_taken'
        ? `There is already an account with the sub ${refusal.sub}.`
        : `There is already an account ${refusal.name}.`,
    );
  }
  const generated = made?.isGenerated ? made.password : undefined;
  context.print({
    json: { ...describeAccount(added.value), ...(generated !== undefined && { generated_password: generated }) },
    text: `Added ${named(added.value)}.\n${accountText(added.value, context.now())}${generated === undefined ? '' : generatedLines(generated)}`,
  });
}
