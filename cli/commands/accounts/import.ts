import { Command, Option } from 'commander';
import * as v from 'valibot';
import { hashPassword } from '../../../shared/password.ts';
import { type Account, displayName, signInNames } from '../../../shared/people/account.ts';
import {
  type AccountFormatName,
  accountFormats,
  type ImportedAccount,
  type ParsedAccounts,
  parseAccounts,
  parseFirebaseParameters,
} from '../../../shared/people/account-import.ts';
import { recogniseAccounts } from '../../../shared/people/import/recognise-accounts.ts';
import type { Context } from '../../context.ts';
import { Failure, wrongUsage } from '../../failure.ts';
import { collect, commaList, examples, storeOptions } from '../../options.ts';
import { plural, table } from '../../output.ts';
import { readText } from '../../read-text.ts';
import { openPeople, type People } from './open-accounts.ts';
import { passwordScheme } from './present-account.ts';

type Options = {
  format: AccountFormatName;
  hashParameters?: string;
  claimColumn?: string[];
  claimMap?: string;
  skipMembers?: string[];
  skipRefused?: boolean;
  dryRun?: boolean;
};

export const importCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('import'))
      .description(
        'Imports accounts, with their bcrypt, scrypt, argon2 or PBKDF2 password hashes if they have any. It imports the whole file or nothing.',
      )
      .argument('<file>', 'the file with the accounts; - for standard input')
      .addOption(new Option('--format <format>', 'the format of the file').choices(accountFormats).default('json'))
      .option(
        '--hash-parameters <file>',
        'with --format firebase: a JSON file with the password hash parameters of the project',
      )
      .option(
        '--claim-column <name>',
        'a column or member that becomes a claim of its name (repeatable); what is neither a member nor a standard claim is refused without it',
        collect,
      )
      .addOption(
        new Option(
          '--skip-members <names>',
          'members, claims and columns to leave behind, separated by commas',
        ).argParser(commaList),
      )
      .option('--skip-refused', 'skip entries that cannot be imported, and import the others')
      .option('--dry-run', 'show what would happen without writing anything')
      .action((file: string, options: Options) => importFile(context, file, options)),
    'pixy accounts import accounts.json --dry-run',
    'pixy accounts import people.csv --format csv --skip-refused',
    'pixy accounts import realm-export.json --format keycloak --claim-column department --skip-members otp',
    'pixy accounts import users.json --format firebase --hash-parameters parameters.json',
  );

async function importFile(context: Context, file: string, options: Options): Promise<void> {
  const firebase = await hashParameters(options, context);
  const text = await readText(file, context.io);
  const parsed = parseAccounts(options.format, text, firebase, {
    claimColumns: options.claimColumn,
    claimMap: await claimMap(options.claimMap, context),
    skipMembers: options.skipMembers,
  });
  const found = recogniseAccounts(text.slice(0, 65_536));
  const isOther = found !== undefined && found.format !== options.format;
  if (isOther && (!parsed.ok || parsed.value.refused.length > 0)) {
    throw new Failure(`${file} is ${found.what}: use --format ${found.format}.`);
  }
  if (!parsed.ok) throw new Failure(`${file} ${parsed.refusal}.`);
  const people = await openPeople(context);
  const plan = await withoutTaken(parsed.value, people);
  const isStopped = plan.refused.length > 0 && !options.skipRefused;
  const isWritten = !isStopped && !options.dryRun;
  const added = isWritten ? await write(plan.accounts, people, context.now()) : 0;
  context.print({
    json: {
      written: isWritten,
      accounts: plan.accounts.map(({ entry, account }) => ({ entry, ...names(account), password: schemeOf(account) })),
      refused: plan.refused,
    },
    text: report(
      plan,
      isWritten ? `Added ${plural(added, 'account')}, skipped ${refusedEntries(plan).length}.` : undefined,
      options,
    ),
  });
  if (!isStopped) return;
  const count = refusedEntries(plan).length;
  const entries = count === 1 ? 'One entry' : `${count} entries`;
  throw new Failure(`${entries} cannot be imported: correct ${file}, or import the others with --skip-refused.`);
}

/** Lists the refused entries, without duplicates. */
const refusedEntries = ({ refused }: ParsedAccounts): string[] => [...new Set(refused.map(({ entry }) => entry))];

async function claimMap(file: string | undefined, context: Context): Promise<Record<string, string>> {
  if (file === undefined) return {};
  const problem = `${file} is not a JSON object of texts, such as {"department": "app_metadata.dept"}.`;
  const parsed = v.safeParse(
    v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string())),
    await readText(file, context.io),
  );
  if (!parsed.success) throw new Failure(problem);
  return parsed.output;
}

async function hashParameters({ format, hashParameters: file }: Options, context: Context) {
  if ((format === 'firebase') !== (file !== undefined)) {
    throw wrongUsage(
      'Use --format firebase and --hash-parameters together: without the parameters, the hashes cannot be verified.',
    );
  }
  if (file === undefined) return undefined;
  const parameters = parseFirebaseParameters(await readText(file, context.io));
  if (!parameters.ok) throw new Failure(`${file}: ${parameters.refusal}.`);
  return parameters.value;
}

/** Refuses accounts that already exist. Writes nothing. */
async function withoutTaken(parsed: ParsedAccounts, { accounts, clients }: People): Promise<ParsedAccounts> {
  const plan: ParsedAccounts = { accounts: [], refused: [...parsed.refused] };
  for (const imported of parsed.accounts) {
    const { username, email, claims } = imported.account;
    const taken = [
      ...(username !== undefined && (await accounts.isTaken(username)) ? ['username'] : []),
      ...(email !== undefined && (await accounts.isTaken(email)) ? ['email'] : []),
      ...(typeof claims['sub'] === 'string' && (await accounts.findBySubject(claims['sub'])) ? ['claims.sub'] : []),
    ];
    const [member] = taken;
    const ofClient = typeof claims['sub'] === 'string' && (await clients.find(claims['sub'])) !== undefined;
    if (member === undefined && ofClient) {
      plan.refused.push({ entry: imported.entry, member: 'claims.sub', problem: 'is the client_id of a client' });
    } else if (member === undefined) plan.accounts.push(imported);
    else plan.refused.push({ entry: imported.entry, member, problem: 'belongs to an account that already exists' });
  }
  return plan;
}

/** Accounts to write at a time: thousands must take neither hours nor all of the table's capacity. */
const atOnce = 16;

async function write(imported: readonly ImportedAccount[], { accounts }: People, now: number): Promise<number> {
  let added = 0;
  for (let start = 0; start < imported.length; start += atOnce) {
    const results = await Promise.all(
      imported.slice(start, start + atOnce).map(async ({ account: { password, disabled, ...account } }) => {
        const passwordHash =
          account.passwordHash ?? (password === undefined ? undefined : await hashPassword(password));
        return accounts.add({ ...account, passwordHash, ...(disabled && { disabledAt: now }) }, now);
      }),
    ).catch((error: unknown) => {
      throw new Failure(
        `The database stopped answering after at least ${plural(added, 'account')} (${(error as Error).name}). Run the import again with --skip-refused, which skips the accounts that are already in.`,
      );
    });
    added += results.filter(({ ok }) => ok).length;
    if (results.some(({ ok }) => !ok)) {
      throw new Failure(
        `Somebody else added one of the accounts in the meantime, after ${plural(added, 'account')} of the file. Run the import again with --skip-refused.`,
      );
    }
  }
  return added;
}

const names = ({ username, email }: ImportedAccount['account']) => ({
  ...(username !== undefined && { username }),
  ...(email !== undefined && { email }),
});

const schemeOf = ({ password, passwordHash }: ImportedAccount['account']): string | null =>
  password === undefined ? (passwordScheme({ passwordHash } as Account) ?? null) : 'argon2id';

function report(plan: ParsedAccounts, done: string | undefined, options: Options): string {
  const rows = plan.accounts.map(({ account }) => [
    signInNames(account)[0] ?? displayName({ ...account, sub: '' }),
    account.email ?? '',
    schemeOf(account) ?? 'none',
    account.disabled ? 'disabled' : '',
  ]);
  const head = `${plural(plan.accounts.length, 'account')} to add, ${refusedEntries(plan).length} that cannot be imported. Nothing was written${options.dryRun ? ': this is a dry run' : ''}.`;
  const refusals = plan.refused.map(({ entry, member, problem }) => [entry, `${member} ${problem}`]);
  return [
    `${done ?? head}\n`,
    ...(options.claimColumn ? [`Columns that become claims: ${options.claimColumn.join(', ')}.\n`] : []),
    ...(rows.length > 0 ? [table(['account', 'email', 'password', ''], rows)] : []),
    ...(refusals.length > 0 ? [table(['refused', 'because'], refusals)] : []),
  ].join('\n');
}
