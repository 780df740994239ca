import { jsonOfYaml, looksLikeYaml } from '../../../../shared/clients/import/yaml.ts';
import {
  type AccountFormatName,
  type AccountOptions,
  accountReader,
  djangoAppsReader,
  type ImportedAccount,
  ldifGroupsReader,
  type ParsedAccounts,
} from '../../../../shared/people/account-import.ts';
import type { AccountImportStore } from '../../../../shared/people/account-import-store.ts';
import { recogniseAccounts } from '../../../../shared/people/import/recognise-accounts.ts';
import type { Context } from '../../../context.ts';
import { Failure } from '../../../failure.ts';
import { readPieces } from '../../../read-text.ts';
import { keepHeapSmall } from './keep-heap-small.ts';

/** `name`: what messages call the file, which may be standard input or a pipe. */
export type Source = { file: string; name: string; format: AccountFormatName; options: AccountOptions };

type NamedFile = Pick<Source, 'file' | 'name'>;

/** Accounts and refusals that belong together, in the order of the file. */
const batchSize = 500;

/** Characters of a piece of a file that has more than a few hundred accounts. */
const large = 50_000;

/** Yields the accounts of a file, some at a time. Fails when the file is of another format. */
export async function* readAccounts(
  { file, name, format, options }: Source,
  context: Context,
): AsyncGenerator<ParsedAccounts> {
  const reader = accountReader(format, options);
  let beginning = '';
  let batch: ParsedAccounts = { accounts: [], refused: [] };
  const take = (read: ReturnType<typeof reader.push>): void => {
    const found = read.ok && read.value.refused.length === 0 ? undefined : recogniseAccounts(beginning);
    if (found?.instead) throw new Failure(`${name} seems to be ${found.what}, which is not read: ${found.instead}.`);
    if (found && found.format !== format) throw new Failure(`${name} is ${found.what}: use --format ${found.format}.`);
    if (!read.ok) throw new Failure(`${name} ${read.refusal}.`);
    batch.accounts.push(...read.value.accounts);
    batch.refused.push(...read.value.refused);
  };
  for await (const piece of readAsJson({ file, name }, context)) {
    if (piece.length >= large) keepHeapSmall();
    if (beginning.length < 65_536) beginning += piece;
    take(reader.push(piece));
    if (batch.accounts.length < batchSize) continue;
    yield batch;
    batch = { accounts: [], refused: [] };
  }
  take(reader.end());
  yield batch;
}

/** Reads what stands after its people: the authenticator apps of a dump of Django, and the groups of a directory. */
export async function readBefore(
  format: AccountFormatName,
  source: NamedFile,
  context: Context,
): Promise<Pick<AccountOptions, 'djangoApps' | 'ldifGroups'>> {
  const wanted = format === 'django' || format === 'ldif';
  const [apps, groups] = [djangoAppsReader(), ldifGroupsReader()];
  const reader = format === 'django' ? apps : groups;
  if (wanted) for await (const piece of readAsJson(source, context)) reader.push(piece);
  return format === 'django' ? { djangoApps: apps.end() } : { ldifGroups: groups.end() };
}

/** Yields a file piece by piece, or all of it as JSON if it is YAML, which is written by hand and never large. */
async function* readAsJson({ file, name }: NamedFile, context: Context): AsyncGenerator<string> {
  let isYaml: boolean | undefined;
  let yaml = '';
  for await (const piece of readPieces(file, context.io)) {
    // LDIF has keys with colons as well.
    const found = isYaml === undefined ? recogniseAccounts(piece) : undefined;
    isYaml ??= looksLikeYaml(piece) && found?.instead === undefined && found?.format !== 'ldif';
    if (isYaml) yaml += piece;
    else yield piece;
  }
  if (!isYaml) return;
  const json = await jsonOfYaml(yaml);
  if (!json.ok) throw new Failure(`${name} ${json.refusal}.`);
  yield json.value;
}

const problems = {
  username: 'belongs to an account that already exists',
  email: 'belongs to an account that already exists',
  'claims.sub': 'belongs to an account that already exists',
  links: 'has an identity that belongs to an account that already exists',
  client: 'is the client_id of a client',
} as const;

/**
 * Accounts to add, refused entries, and how many accounts are there already as the file has them. `isNew` says of each account that
 * could be read whether it is to be added.
 */
export type Compared = ParsedAccounts & { same: number; isNew: boolean[] };

const isNew = (standing: string): boolean => standing === 'new';

/** Yields the accounts of a file as they compare with those that are there. Writes nothing. */
export async function* compareAccounts(
  source: Source,
  store: Pick<AccountImportStore, 'compare'>,
  context: Context,
): AsyncGenerator<Compared> {
  for await (const { accounts, refused } of readAccounts(source, context)) {
    const standings = await store.compare(accounts.map(({ account }) => account));
    const compared: Compared = { accounts: [], refused: [...refused], same: 0, isNew: standings.map(isNew) };
    accounts.forEach((imported: ImportedAccount, at) => {
      const standing = standings[at];
      if (standing === 'new') compared.accounts.push(imported);
      else if (standing === 'same') compared.same += 1;
      else if (standing !== undefined) {
        const member = standing === 'client' ? 'claims.sub' : standing;
        compared.refused.push({ entry: imported.entry, member, problem: problems[standing] });
      }
    });
    yield compared;
  }
}
