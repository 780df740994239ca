import { type Account, displayName, signInNames } from '../../../../shared/people/account.ts';
import type { ImportedAccount, RefusedAccount } from '../../../../shared/people/account-import.ts';
import { number, plural, table } from '../../../output.ts';
import { passwordScheme } from '../present-account.ts';
import type { Compared } from './read-accounts.ts';

/** What an import found. Of very many accounts and refusals it keeps the first ones, and counts all. */
export type Summary = {
  accounts: ImportedAccount[];
  refused: RefusedAccount[];
  toAdd: number;
  /** Of every account that could be read, in the order of the file, whether it is to be added. */
  isNew: boolean[];
  same: number;
  refusedEntries: number;
};

/** As many as somebody may want to read. */
const mostListed = 1_000;

export const emptySummary = (): Summary => ({
  accounts: [],
  refused: [],
  toAdd: 0,
  isNew: [],
  same: 0,
  refusedEntries: 0,
});

/** Adds what was compared to a summary. */
export function summarize(summary: Summary, { accounts, refused, same, isNew }: Compared): void {
  summary.accounts.push(...accounts.slice(0, Math.max(0, mostListed - summary.accounts.length)));
  summary.refused.push(...refused.slice(0, Math.max(0, mostListed - summary.refused.length)));
  summary.toAdd += accounts.length;
  for (const each of isNew) summary.isNew.push(each);
  summary.same += same;
  summary.refusedEntries += new Set(refused.map(({ entry }) => entry)).size;
}

/** The import as JSON. */
export const importJson = (summary: Summary, isWritten: boolean) => ({
  written: isWritten,
  to_add: summary.toAdd,
  unchanged: summary.same,
  accounts: summary.accounts.map(({ entry, account }) => ({
    entry,
    ...names(account),
    password: schemeOf(account),
    authenticator_app: account.totp !== undefined,
  })),
  refused: summary.refused,
});

/** The import as text. `added`: how many were written, undefined when nothing was. */
export function importText(
  summary: Summary,
  added: number | undefined,
  { dryRun, claimColumn = [] }: { dryRun?: boolean; claimColumn?: string[] },
): string {
  const { accounts, refused, toAdd, same, refusedEntries } = summary;
  const unchanged = same === 0 ? '' : `, ${number(same)} there already and unchanged`;
  const head =
    added === undefined
      ? `${plural(toAdd, 'account')} to add${unchanged}, ${number(refusedEntries)} that cannot be imported. Nothing was written${dryRun ? ': this is a dry run' : ''}.`
      : `Added ${plural(added, 'account')}, skipped ${number(refusedEntries)}${unchanged}.`;
  const rows = accounts.map(({ account }) => [
    signInNames(account)[0] ?? displayName({ ...account, sub: '' }),
    account.email ?? '',
    schemeOf(account) ?? 'none',
    [account.totp && 'authenticator app', account.disabled && 'disabled'].filter(Boolean).join(', '),
  ]);
  const refusals = refused.map(({ entry, member, problem }) => [entry, `${member} ${problem}`]);
  return [
    `${head}\n`,
    ...(claimColumn.length > 0 ? [`Columns that become claims: ${claimColumn.join(', ')}.\n`] : []),
    ...(rows.length > 0
      ? [table(['account', 'email', 'password', ''], rows) + more(toAdd - rows.length, 'account')]
      : []),
    ...(refusals.length > 0 ? [table(['refused', 'because'], refusals)] : []),
  ].join('\n');
}

const more = (count: number, noun: string): string => (count > 0 ? `and ${plural(count, noun)} more\n` : '');

const names = ({ username, email }: ImportedAccount['account']) => ({
  ...(username !== undefined && { username }),
  ...(email !== undefined && { email }),
});

const schemeOf = ({ password, passwordHash }: ImportedAccount['account']): string | null =>
  password === undefined ? (passwordScheme({ passwordHash } as Account) ?? null) : 'argon2id';
