import { type Account, displayName, signInNames } from '../../../../shared/people/account.ts';
import {
  type AccountFormatName,
  describeLeftBehind,
  type ImportedAccount,
  type RefusedAccount,
} from '../../../../shared/people/account-import.ts';
import { countLeft, type LeftBehind } from '../../../../shared/people/import/left-behind.ts';
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
  /** How many accounts come without which data of their entries, by its path. */
  left: Map<string, number>;
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
  left: new Map(),
});

/** Adds what was compared to a summary. */
export function summarize(summary: Summary, { accounts, refused, same, isNew }: Compared): void {
  summary.accounts.push(...accounts.slice(0, Math.max(0, mostListed - summary.accounts.length)));
  summary.refused.push(...refused.slice(0, Math.max(0, mostListed - summary.refused.length)));
  for (const { leftBehind } of accounts) countLeft(summary.left, leftBehind);
  summary.toAdd += accounts.length;
  for (const each of isNew) summary.isNew.push(each);
  summary.same += same;
  summary.refusedEntries += new Set(refused.map(({ entry }) => entry)).size;
}

/** The import as JSON. */
export const importJson = (summary: Summary, isWritten: boolean, format: AccountFormatName) => ({
  written: isWritten,
  to_add: summary.toAdd,
  unchanged: summary.same,
  accounts: summary.accounts.map(({ entry, account }) => ({
    entry,
    ...names(account),
    password: schemeOf(account),
    authenticator_app: account.totp !== undefined,
  })),
  left_behind: describeLeftBehind(format, summary.left),
  refused: summary.refused,
});

/** The import as text. `added`: how many were written, undefined when nothing was. */
export function importText(
  summary: Summary,
  added: number | undefined,
  { format, dryRun, claimColumn = [] }: { format: AccountFormatName; dryRun?: boolean; claimColumn?: string[] },
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
    ...leftText(describeLeftBehind(format, summary.left)),
    ...(refusals.length > 0 ? [table(['refused', 'because'], refusals)] : []),
  ].join('\n');
}

/** As many kinds as somebody may want to read. */
const mostKinds = 50;

function leftText(left: readonly LeftBehind[]): string[] {
  if (left.length === 0) return [];
  const rows = left.slice(0, mostKinds).map(({ member, accounts, note }) => [member, number(accounts), note]);
  return [table(['left behind', 'accounts', 'note'], rows) + more(left.length - rows.length, 'kind')];
}

const more = (count: number, noun: string): string => (count > 0 ? `and ${plural(count, noun)} more\n` : '');

const names = ({ username, email }: ImportedAccount['account']) => ({
  ...(username !== undefined && { username }),
  ...(email !== undefined && { email }),
});

const schemeOf = ({ password, passwordHash }: ImportedAccount['account']): string | null =>
  password === undefined ? (passwordScheme({ passwordHash } as Account) ?? null) : 'argon2id';
