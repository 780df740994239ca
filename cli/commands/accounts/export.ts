import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { Account } from '../../../shared/people/account.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { examples, storeOptions } from '../../options.ts';
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
  const accounts: Account[] = [];
  if (names.length > 0) accounts.push(...(await Promise.all(names.map((name) => findAccount(people, name)))));
  else for await (const account of allAccounts(people)) accounts.push(account);
  const documents = accounts.map((account) => exported(account, options.withPasswordHashes ?? false));
  const text = `${JSON.stringify(documents, null, 2)}\n`;
  const { output } = options;
  if (output === undefined) return context.io.write(text);
  await writeFile(output, text, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'already exists' : `cannot be written (${error.code ?? 'unknown error'})`;
    throw new Failure(`${output} ${why}.`);
  });
}

/** Includes the subject among the claims, so that clients recognize the person after an import. Links are not exported. */
const exported = ({ sub, username, email, claims, disabledAt, passwordHash }: Account, withHash: boolean) => ({
  ...(username !== undefined && { username }),
  ...(email !== undefined && { email }),
  ...(disabledAt !== undefined && { disabled: true }),
  claims: { ...claims, sub },
  ...(withHash && passwordHash !== undefined && { password_hash: passwordHash }),
});
