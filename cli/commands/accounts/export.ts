import { Command } from 'commander';
import type { Account } from '../../../shared/people/account.ts';
import type { Context } from '../../context.ts';
import { examples, storeOptions } from '../../options.ts';
import { warnOfHashes, writeExport } from '../../write-export.ts';
import { allAccounts } from './list.ts';
import { findAccount, openPeople } from './open-accounts.ts';

type Options = { output?: string; withPasswordHashes?: boolean };

export const exportCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('export'))
      .description(
        'Writes accounts as a JSON list in the format that pixy accounts import reads. It never writes passwords, and writes their hashes only if you ask for them.',
      )
      .argument('[account...]', 'only these accounts')
      .option('--with-password-hashes', 'include password hashes; protect the file as you would protect the passwords')
      .option('--output <file>', 'write to a new file that only you can read, instead of standard output')
      .action((accounts: string[], options: Options) => exportAccounts(context, accounts, options)),
    'pixy accounts export > accounts.json',
    'pixy accounts export --with-password-hashes --output accounts.json --stage prod',
  );

async function exportAccounts(context: Context, names: readonly string[], options: Options): Promise<void> {
  const people = await openPeople(context);
  const named = names.length > 0 ? await Promise.all(names.map((name) => findAccount(people, name))) : undefined;
  if (options.withPasswordHashes) context.io.writeError(warnOfHashes('passwords'));
  const documents = jsonList(named ?? allAccounts(people), (account) =>
    exported(account, options.withPasswordHashes ?? false),
  );
  await writeExport(documents, options.output, context.io);
}

/** Yields a JSON list piece by piece: a table of accounts may be larger than the memory. */
async function* jsonList(
  accounts: Iterable<Account> | AsyncIterable<Account>,
  toDocument: (account: Account) => object,
): AsyncGenerator<string> {
  let before = '[\n';
  for await (const account of accounts) {
    yield before + indented(toDocument(account));
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

const indented = (document: object): string => JSON.stringify(document, null, 2).replace(/^/gm, '  ');

/** Includes the subject among the claims, so that clients recognize the person after an import. Links are not exported. */
const exported = ({ sub, username, email, claims, disabledAt, passwordHash }: Account, withHash: boolean) => ({
  ...(username !== undefined && { username }),
  ...(email !== undefined && { email }),
  ...(disabledAt !== undefined && { disabled: true }),
  claims: { ...claims, sub },
  ...(withHash && passwordHash !== undefined && { password_hash: passwordHash }),
});
