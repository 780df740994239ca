import { Command, InvalidArgumentError, Option } from 'commander';
import { type Account, displayName, signInNames, usernameKey } from '../../../shared/people/account.ts';
import { toAccount } from '../../../shared/people/account-item-store.ts';
import { accountKey } from '../../../shared/people/standing-store.ts';
import { briefTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { examples, storeOptions } from '../../options.ts';
import { plural, table } from '../../output.ts';
import type { Opened } from '../../place.ts';
import { describeAccount, passwordScheme, stateOf } from './present-account.ts';

export const listCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('list'))
      .description(
        'Lists accounts, in no particular order across pages. It scans the whole People table, so you need the permission dynamodb:Scan.',
      )
      .addOption(new Option('--limit <n>', 'the maximum number of accounts').argParser(limit).default(100))
      .option('--after <sub>', 'continue after this account, the last one of the previous page')
      .option('--all', 'list every account')
      .option('--begins <text>', 'only those whose username or email address begins with this')
      .action((options: Options) => list(context, options)),
    'pixy accounts list',
    'pixy accounts list --limit 500 --after 3b1f4c1e-… --json',
    'pixy accounts list --begins grace --all',
  );

type Options = { limit: number; after?: string; all?: boolean; begins?: string };

function limit(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It is not a number from 1 to 999999.');
  return Number(text);
}

/** Yields every account. */
export async function* allAccounts({ scan }: Pick<Opened, 'scan'>, after?: string): AsyncGenerator<Account> {
  const items = scan('people', {
    filter: 'sk = :account AND begins_with(pk, :prefix)',
    values: { ':account': 'account', ':prefix': 'account#' },
    after: after === undefined ? undefined : accountKey(after),
  });
  for await (const item of items) yield toAccount(item);
}

async function list(context: Context, { limit: most, after, all, begins = '' }: Options): Promise<void> {
  const beginning = usernameKey(begins);
  const page: Account[] = [];
  let next: string | undefined;
  for await (const account of allAccounts(await context.open(), after)) {
    if (!signInNames(account).some((name) => name.startsWith(beginning))) continue;
    if (!all && page.length === most) {
      next = page.at(-1)?.sub;
      break;
    }
    page.push(account);
  }
  const sorted = page.toSorted((one, other) => displayName(one).localeCompare(displayName(other), 'en'));
  context.print({
    json: { accounts: sorted.map(describeAccount), ...(next !== undefined && { next }) },
    text: page.length === 0 ? noneText(begins) : listText(sorted, context.now(), next),
  });
}

const noneText = (begins: string): string =>
  begins === '' ? 'There are no accounts.\n' : `There is no account whose name begins with ${begins}.\n`;

function listText(accounts: readonly Account[], now: number, next: string | undefined): string {
  const rows = accounts.map((account) => [
    account.username ?? '',
    account.email ?? '',
    account.sub,
    passwordScheme(account) ?? 'none',
    account.createdAt === undefined ? '' : briefTime(account.createdAt),
    stateOf(account, now),
  ]);
  const text = table(['username', 'email', 'sub', 'password', 'created', ''], rows);
  const more = `\n${plural(accounts.length, 'account')}; there are more. Continue with --after ${next}, or list them all with --all.\n`;
  return next === undefined ? text : text + more;
}
