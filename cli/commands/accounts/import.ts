import { Command, Option } from 'commander';
import * as v from 'valibot';
import { type PepperWay, pepperWays } from '../../../shared/foreign-hashes/pepper.ts';
import { languageOf } from '../../../shared/mail/address.ts';
import { hashPassword } from '../../../shared/password.ts';
import {
  type AccountFormatName,
  accountFormats,
  type GivenAccount,
  parseFirebaseParameters,
} from '../../../shared/people/account-import.ts';
import {
  type AccountImportStore,
  type AddedAccount,
  accountImportStore,
  type Links,
} from '../../../shared/people/account-import-store.ts';
import type { ProviderMap } from '../../../shared/people/import/account-entry.ts';
import { type ForeignPairwise, pairwiseSources } from '../../../shared/people/import/foreign-pairwise.ts';
import { issuerMistake } from '../../../shared/people/import/given-links.ts';
import { linkStore, pairKey } from '../../../shared/upstream/link-store.ts';
import type { Context } from '../../context.ts';
import { Failure, wrongUsage } from '../../failure.ts';
import { openHandOver } from '../../open-hand-over.ts';
import { collect, commaList, examples, storeOptions } from '../../options.ts';
import { plural } from '../../output.ts';
import type { Opened } from '../../place.ts';
import { isReadableAgain, readText } from '../../read-text.ts';
import { openWrapper } from '../keys/open-keys.ts';
import { startProgress } from './import/progress.ts';
import { compareAccounts, readAccounts, readBefore, type Source } from './import/read-accounts.ts';
import { emptySummary, importJson, importText, type Summary, summarize } from './import/report.ts';

type Options = {
  format: AccountFormatName;
  hashParameters?: string;
  claimColumn?: string[];
  claimMap?: string;
  skipMembers?: string[];
  pepper?: PepperWay;
  skipRefused?: boolean;
  dryRun?: boolean;
  kmsKey?: string;
  provider?: string[];
  pairwise?: string[];
  sendVerification?: boolean;
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
      .addOption(
        new Option(
          '--pepper <way>',
          'a secret went into every password before it was hashed, in this way; the server needs the setting passwordPepper',
        ).choices(pepperWays),
      )
      .option(
        '--claim-column <name>',
        'a column or member that becomes a claim of its name, or a claim and where it comes from, such as roles=realmRoles or dept=app_metadata.dept (repeatable)',
        collect,
      )
      .option(
        '--claim-map <file>',
        'a JSON file with claims and the members that they come from: {"department": "app_metadata.dept"}',
      )
      .addOption(
        new Option(
          '--skip-members <names>',
          'members, claims and columns to leave behind, separated by commas',
        ).argParser(commaList),
      )
      .option(
        '--provider <alias=issuer>',
        'the issuer of a provider that the file links people to, such as google=https://accounts.google.com; with #ID at the end where the provider has another id here (repeatable)',
        collect,
      )
      .addOption(
        new Option(
          '--pairwise <server:host>',
          'how the other server made pairwise subjects for the clients of a host: keycloak:app.example.com or oidc-provider:app.example.com, with its salt in PIXY_PAIRWISE_SALT (repeatable)',
        ).argParser(collect),
      )
      .option('--kms-key <id>', 'the KMS key that encrypts the keys of authenticator apps (default: that of the stage)')
      .option(
        '--send-verification',
        'send everybody who is added a mail to confirm their address, unless it is verified',
      )
      .option('--skip-refused', 'skip entries that cannot be imported, and import the others')
      .option('--dry-run', 'show what would happen without writing anything')
      .action((file: string, options: Options) => importFile(context, file, options)),
    'pixy accounts import accounts.json --dry-run',
    'pixy accounts import people.csv --format csv --skip-refused',
    'pixy accounts import realm-export.json --format keycloak --claim-column groups --claim-column roles=realmRoles',
    'pixy accounts import realm-export.json --format keycloak --claim-column department --skip-members otp',
    'pixy accounts import realm-export.json --format keycloak --provider google=https://accounts.google.com',
    'pixy accounts import users.json --format firebase --hash-parameters parameters.json',
  );

async function importFile(given: Context, file: string, options: Options): Promise<void> {
  const isKept = await isReadableAgain(file);
  const context = isKept ? given : rememberingInput(given, file);
  const source = await sourceOf(context, isKept ? file : '-', file, options);
  const opened = await context.open();
  const tables = { people: opened.table('people'), clients: opened.table('clients') };
  const store = accountImportStore(opened, tables, () => openWrapper(context, options.kmsKey), linksOf(opened));
  const summary = emptySummary();
  for await (const compared of compareAccounts(source, store, context)) summarize(summary, compared);
  const isStopped = summary.refusedEntries > 0 && !options.skipRefused;
  const isWritten = !isStopped && !options.dryRun;
  const verify = options.sendVerification && isWritten ? await askingToVerify(opened, context) : undefined;
  const added = isWritten ? await write(source, store, summary, context, verify) : undefined;
  context.print({
    json: importJson(summary, isWritten, options.format),
    text: importText(summary, added, options),
  });
  if (!isStopped) return;
  const count = summary.refusedEntries;
  const entries = count === 1 ? 'One entry' : `${count} entries`;
  throw new Failure(`${entries} cannot be imported: correct ${file}, or import the others with --skip-refused.`);
}

/** Asks those who were added to confirm their address, one after the other. */
async function askingToVerify({ place }: Opened, { now }: Context): Promise<AfterAdding> {
  const handOver = await openHandOver(place);
  return async (added) => {
    for (const { email, claims } of added) {
      if (email === undefined || claims['email_verified'] === true) continue;
      await handOver({ kind: 'verify', at: now(), language: languageOf({ claims }), email });
    }
  };
}

type AfterAdding = (added: readonly AddedAccount[]) => Promise<void>;

function linksOf({ database, table }: Opened): Links {
  return { ...linkStore(database, table('people')), keyOf: pairKey };
}

/** Reads `alias=issuer#id`; without an id, the provider has its alias as id here. */
function providersOf(given: readonly string[] = []): ProviderMap {
  const read = given.map((text) => {
    const [, alias = '', issuer = '', id = alias] = /^([^=]+)=([^#]+)(?:#(.+))?$/.exec(text) ?? [];
    const problem = issuerMistake(issuer);
    if (problem !== undefined) throw wrongUsage(`--provider ${text}: the issuer ${problem}.`);
    return [alias, { issuer, id }] as const;
  });
  return Object.fromEntries(read);
}

/** Reads `server:host`. The salt is a secret, so it is in the environment. */
function pairwiseOf(given: readonly string[] | undefined, { env }: Context['io']): ForeignPairwise[] | undefined {
  const salt = env['PIXY_PAIRWISE_SALT'];
  if (given !== undefined && !salt)
    throw wrongUsage('--pairwise needs the salt of the other server in PIXY_PAIRWISE_SALT.');
  return given?.map((text) => {
    const [, name, sector = ''] = /^([a-z-]+):([a-z0-9.-]+)$/.exec(text) ?? [];
    const from = pairwiseSources.find((source) => source === name);
    if (from === undefined) throw wrongUsage(`--pairwise ${text}: write keycloak:HOST or oidc-provider:HOST.`);
    return { from, sector, salt: salt ?? '' };
  });
}

/** Standard input and pipes can be read once, and an import reads its file twice. */
function rememberingInput(context: Context, file: string): Context {
  let input: Promise<string> | undefined;
  const readInput = () => {
    input ??= readText(file, context.io);
    return input;
  };
  return { ...context, io: { ...context.io, readInput } };
}

async function sourceOf(context: Context, file: string, name: string, options: Options): Promise<Source> {
  const { format, claimColumn: columns = [], skipMembers, pepper } = options;
  const firebase = await hashParameters(options, context);
  const renamed = columns.filter((column) => column.includes('=')).map(claimAndMember);
  const mapped = { ...(await claimMap(options.claimMap, context)), ...Object.fromEntries(renamed) };
  return {
    file,
    name: name === '-' ? 'Standard input' : name,
    format,
    options: {
      firebase,
      pepper,
      claimColumns: columns.filter((column) => !column.includes('=')),
      claimMap: mapped,
      skipMembers,
      providers: providersOf(options.provider),
      pairwise: pairwiseOf(options.pairwise, context.io),
      ...(await readBefore(format, { file, name }, context)),
    },
  };
}

/** Reads `roles=realmRoles`. */
function claimAndMember(column: string): [string, string] {
  const at = column.indexOf('=');
  const [claim, member] = [column.slice(0, at), column.slice(at + 1)];
  if (claim === '' || member === '')
    throw wrongUsage(
      `--claim-column ${column}: write a claim and the member that it comes from, such as roles=realmRoles.`,
    );
  return [claim, member];
}

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

/** Reads the file a second time, and adds the accounts that are to be added. Returns how many. */
async function write(
  source: Source,
  store: AccountImportStore,
  { toAdd, isNew }: Pick<Summary, 'toAdd' | 'isNew'>,
  context: Context,
  after?: AfterAdding,
): Promise<number> {
  const progress = startProgress(context.io, toAdd);
  let added = 0;
  let seen = 0;
  try {
    for await (const { accounts } of readAccounts(source, context)) {
      const wanted = accounts.filter((_, at) => isNew[seen + at]);
      seen += accounts.length;
      for (let at = 0; at < wanted.length; at += addedAtOnce) {
        const part = wanted.slice(at, at + addedAtOnce).map(({ account }) => account);
        const made = await Promise.all(part.map((account) => hashed(account, context.now())));
        const refused = await store.add(made, context.now());
        added += part.length - refused.length;
        await after?.(made.filter((account) => !refused.includes(account)));
        progress.advance(part.length);
        if (refused.length > 0) throw new Failure(addedMeanwhile(added));
      }
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      `The database stopped answering after ${plural(added, 'account')} (${(error as Error).name}). Run the import again: it goes on with the accounts that are missing.`,
    );
  } finally {
    progress.end();
  }
  return added;
}

/** Accounts whose names are claimed together before they are written. */
const addedAtOnce = 250;

const addedMeanwhile = (added: number): string =>
  `Somebody else added one of the accounts in the meantime, after ${plural(added, 'account')} of the file. Run the import again in five minutes: it goes on with the accounts that are missing.`;

async function hashed({ password, disabled, ...account }: GivenAccount, now: number): Promise<AddedAccount> {
  const passwordHash = account.passwordHash ?? (password === undefined ? undefined : await hashPassword(password));
  return { ...account, passwordHash, ...(disabled && { disabledAt: now }) };
}
