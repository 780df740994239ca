import { Command } from 'commander';
import { inWords } from '../../../shared/mistake.ts';
import { type Account, checkAccountDescription } from '../../../shared/people/account.ts';
import type { Context } from '../../context.ts';
import { conflict, Failure, wrongUsage } from '../../failure.ts';
import { examples, storeOptions, wholeNumber } from '../../options.ts';
import { type AccountFlags, accountFlags, claimsOf } from './account-flags.ts';
import { findAccount, openPeople } from './open-accounts.ts';
import { accountText, describeAccount, named } from './present-account.ts';

type Flags = Omit<AccountFlags, 'email'> & { username?: string | false; email?: string | false; ifVersion?: number };

export const setCommand = (context: Context): Command =>
  examples(
    storeOptions(accountFlags(new Command('set')))
      .description(
        'Changes names and claims of an account. Anything you do not specify stays unchanged. A name that is given up becomes available again.',
      )
      .argument('<account>', 'username, email address or sub')
      .option('--username <name>', 'the new username')
      .option('--no-username', 'remove the username')
      .option('--no-email', 'remove the email address')
      .option('--if-version <n>', 'fail if it has changed since this version', wholeNumber)
      .action((account: string, flags: Flags) => set(context, account, flags)),
    'pixy accounts set ada --email ada@example.org --claim email_verified=true',
    'pixy accounts set ada --claim nickname= --claim family_name=King',
  );

async function set(context: Context, name: string, flags: Flags): Promise<void> {
  const username = typeof flags.username === 'string' ? flags.username : flags.username === false ? null : undefined;
  const email = typeof flags.email === 'string' ? flags.email : flags.email === false ? null : undefined;
  if (username === undefined && email === undefined && !flags.claim) {
    throw wrongUsage('Say what to change; run pixy accounts set --help for the options.');
  }
  const { accounts } = await openPeople(context);
  const seen = await findAccount({ accounts }, name);
  if (flags.ifVersion !== undefined && flags.ifVersion !== seen.version) throw changedMeanwhile(seen);
  const claims = changedClaims(seen, email, flags.claim);
  const next = described(seen, { username, email, claims });
  const changed = await accounts.change(seen, next, context.now());
  if (!changed.ok) {
    const { refusal } = changed;
    throw refusal.reason === 'name_taken'
      ? new Failure(`There is already an account ${refusal.name}.`)
      : changedMeanwhile((await accounts.findBySubject(seen.sub)) ?? seen);
  }
  context.print({
    json: describeAccount(changed.value),
    text: `Changed ${named(changed.value)}.\n${accountText(changed.value, context.now())}`,
  });
}

/** The claim `email` follows the address; its verification does not. */
function changedClaims(seen: Account, email: string | null | undefined, flags: string[] | undefined) {
  const given = claimsOf(flags);
  if ('sub' in given) throw wrongUsage('The sub of an account never changes.');
  const { email: _, email_verified: __, ...others } = seen.claims;
  const kept = email === undefined ? seen.claims : others;
  const all = { ...kept, ...(typeof email === 'string' && { email }), ...given };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

/** Checks the account as a whole, and the names that are new as such. */
function described(
  seen: Account,
  change: { username: string | null | undefined; email: string | null | undefined; claims: Record<string, unknown> },
) {
  const pick = (given: string | null | undefined, before: string | undefined) =>
    given === undefined ? before : (given ?? undefined);
  const whole = { username: pick(change.username, seen.username), email: pick(change.email, seen.email) };
  const parsed = checkAccountDescription({ ...whole, claims: change.claims }, seen);
  if (!parsed.ok) throw new Failure(`The account: ${inWords(parsed.refusal)}.`);
  const { username = null, email = null, claims } = parsed.value;
  return { username, email, claims };
}

const changedMeanwhile = (account: Account): Failure =>
  conflict(
    `${named(account)} was changed by somebody else and is now at version ${account.version}. Nothing was written: look at it again and repeat the change.`,
  );
