import type { Mistake } from '../mistake.ts';
import { judgePlaceholder } from '../oauth/placeholder.ts';
import { ok, type Result, refuse } from '../result.ts';
import { type AccountDescription, signInNames } from './account.ts';
import { checkGivenAccount } from './given-account.ts';
import { type AccountEntry, type EntryReader, isObject, labelOf, type MemberOptions } from './import/account-entry.ts';
import { csvEntries, jsonEntries, withoutMembers } from './import/entry-readers.ts';
import { type FirebaseParameters, firebaseAccount } from './import/firebase.ts';
import { joinHash } from './import/hash-parts.ts';
import { admitPasswordHash } from './password-import.ts';

export { parseFirebaseParameters } from './import/firebase.ts';

/*
 * Parses accounts from another server. Judges each entry on its own and writes nothing. Refusals name the member but never its
 * value, which may be a secret.
 */

export type GivenAccount = AccountDescription & { passwordHash?: string };
export type ImportedAccount = { entry: string; account: GivenAccount };
export type RefusedAccount = Mistake & { entry: string };
export type ParsedAccounts = { accounts: ImportedAccount[]; refused: RefusedAccount[] };

export type AccountOptions = MemberOptions & { firebase?: FirebaseParameters | undefined };

/** How to read the accounts of one system: first the file's entries, then each as an account in our own form. */
type AccountFormat = {
  entries(options: AccountOptions): EntryReader;
  translate?(value: unknown, options: AccountOptions): unknown;
};

const formats = {
  json: { entries: () => jsonEntries() },
  csv: { entries: csvEntries },
  firebase: {
    entries: () => jsonEntries('users'),
    translate: (value, { firebase }) => firebaseAccount(value, firebase),
  },
} as const satisfies Record<string, AccountFormat>;

export type AccountFormatName = keyof typeof formats;
export const accountFormats = Object.keys(formats) as AccountFormatName[];

/** Reads a file piece by piece. Refuses a file of another format with half a sentence that follows its name. */
export type AccountReader = {
  push(text: string): Result<ParsedAccounts, string>;
  end(): Result<ParsedAccounts, string>;
};

/** Reads the accounts of a file. Entries that cannot be imported are in `refused`, with every mistake. */
export function accountReader(name: AccountFormatName, options: AccountOptions = {}): AccountReader {
  const format: AccountFormat = formats[name];
  const entries = format.entries(options);
  const seen = new Set<string>();

  function judge({ label, value, mistakes = [] }: AccountEntry, parsed: ParsedAccounts): void {
    const json = withoutMembers(format.translate ? format.translate(value, options) : value, options.skipMembers);
    const entry = labelOf(label, isObject(json) ? json : {});
    const read = checkEntry(json);
    const twice = read.ok ? signInNames(read.value).find((each) => seen.has(each)) : undefined;
    const problems = [...mistakes, ...(read.ok ? [] : read.refusal), ...(read.ok ? repeated(read.value, twice) : [])];
    parsed.refused.push(...problems.map((problem) => ({ entry, ...problem })));
    if (!read.ok || problems.length > 0) return;
    for (const each of signInNames(read.value)) seen.add(each);
    parsed.accounts.push({ entry, account: read.value });
  }

  function judgeAll(read: Result<AccountEntry[], string>): Result<ParsedAccounts, string> {
    if (!read.ok) return read;
    const parsed: ParsedAccounts = { accounts: [], refused: [] };
    for (const entry of read.value) judge(entry, parsed);
    return ok(parsed);
  }

  return { push: (text) => judgeAll(entries.push(text)), end: () => judgeAll(entries.end()) };
}

/** Parses a whole text as {@link accountReader} does. */
export function parseAccounts(
  format: AccountFormatName,
  text: string,
  firebase?: FirebaseParameters,
  options: MemberOptions = {},
): Result<ParsedAccounts, string> {
  const reader = accountReader(format, { ...options, firebase });
  const first = reader.push(text);
  const last = first.ok ? reader.end() : first;
  if (!first.ok || !last.ok) return last;
  return ok({
    accounts: [...first.value.accounts, ...last.value.accounts],
    refused: [...first.value.refused, ...last.value.refused],
  });
}

function repeated({ username }: GivenAccount, twice: string | undefined): Mistake[] {
  if (twice === undefined) return [];
  const member = signInNames({ username }).includes(twice) ? 'username' : 'email';
  return [{ member, problem: 'is there twice' }];
}

/** Reads an entry in our own form: an account description, optionally with `password_hash`. */
function checkEntry(json: unknown): Result<GivenAccount, readonly Mistake[]> {
  if (!isObject(json)) return refuse([{ member: 'entry', problem: 'is not an object' }]);
  const { password_hash: given, ...described } = json;
  if (given === undefined || given === null || given === '') return checkGivenAccount(described);
  const { password, ...others } = described;
  const checked = checkGivenAccount(others);
  const hash = password === undefined ? readHash(given) : refuse(bothPasswords);
  if (checked.ok && hash.ok) return ok({ ...checked.value, passwordHash: hash.value });
  return refuse([...(checked.ok ? [] : checked.refusal), ...(hash.ok ? [] : [hash.refusal])]);
}

const bothPasswords = { member: 'password_hash', problem: 'is given, and so is password' };

function readHash(given: unknown): Result<string, Mistake> {
  const member = 'password_hash';
  if (typeof given !== 'string' && !isObject(given))
    return refuse({ member, problem: 'is neither a text nor an object' });
  const joined = typeof given === 'string' ? ok(given.trim()) : joinHash(given);
  if (!joined.ok) return joined;
  const admitted = admitPasswordHash(joined.value);
  return admitted.ok ? admitted : refuse({ member, problem: judgePlaceholder(joined.value) ?? admitted.refusal });
}
