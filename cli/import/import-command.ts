import { Command, Option } from 'commander';
import { type ClientImportStore, clientImportStore } from '../../shared/clients/client-import-store.ts';
import { type ImportableAuthMethod, importableAuthMethods } from '../../shared/clients/import/foreign-client.ts';
import {
  fileProblem,
  type ImportFormat,
  type ImportOptions,
  importFormats,
  parseImport,
} from '../../shared/clients/import/parse-import.ts';
import { longestWaiver } from '../../shared/clients/waiver.ts';
import type { Waiver } from '../../shared/pkce/policy.ts';
import type { Context } from '../context.ts';
import { conflict, Failure, wrongUsage } from '../failure.ts';
import { changeOptions, commaList, dateOption, examples } from '../options.ts';
import type { Opened } from '../place.ts';
import { readText } from '../read-text.ts';
import { carryOut, ImportInterrupted, type ImportPlan, planImport, refusedEntries } from './apply-import.ts';
import { type ImportState, importJson, importText } from './write-import.ts';

type Options = {
  format: ImportFormat;
  authMethod?: ImportableAuthMethod;
  reportUntil?: string;
  waiverUntil?: string;
  waiverOwner?: string;
  compat?: boolean;
  replace?: boolean;
  skipRefused?: boolean;
  skipMembers?: string[];
  dryRun?: boolean;
};

/** `pixy clients import`: imports the clients of another server, all of them or none. */
export function importCommand(context: Context): Command {
  const command = new Command('import')
    .description('Imports the clients of another authorization server. It imports the whole file or nothing.')
    .argument('<file>', 'the file with its clients; - for standard input')
    .addOption(new Option('--format <format>', 'the format of the file').choices(importFormats).makeOptionMandatory())
    .addOption(
      new Option('--auth-method <method>', 'how clients with a secret authenticate, if the file does not say').choices(
        importableAuthMethods,
      ),
    )
    .option('--report-until <date>', 'import clients in report mode, and enforce from this date')
    .option('--waiver-until <date>', 'let public clients that did not need PKCE before go without it until this date')
    .option('--waiver-owner <name>', 'who is responsible for these waivers')
    .option('--compat', 'accept s256 in lower case and verifiers of 8 or more characters')
    .option('--replace', 'replace clients that are already registered')
    .addOption(
      new Option('--skip-members <names>', 'members of the file to leave behind, separated by commas').argParser(
        commaList,
      ),
    )
    .option('--skip-refused', 'skip entries that cannot be imported, and import the others')
    .option('--dry-run', 'show what would happen without writing anything')
    .action((file: string, options: Options) => importFile(context, file, options));
  return examples(
    changeOptions(command),
    'pixy clients import appsettings.json --format identityserver --dry-run',
    'pixy clients import strategies.json --format webmethods --report-until 2027-03-01 --why "gateway is switched off"',
    'pixy clients import realm-export.json --format keycloak --report-until 90d --skip-refused',
    'pixy clients import clients.csv --format wpoauth --compat --skip-refused',
  );
}

async function importFile(context: Context, file: string, options: Options): Promise<void> {
  const reading = importOptions(options, context.now());
  const parsed = await parseImport(options.format, await readText(file, context.io), reading);
  const opened = await context.open();
  const store = clientImportStore(opened, opened.table('clients'), context.now);
  const plan = await planImport(parsed, store, {
    replace: options.replace ?? false,
    taken: (clientIds) => takenIds(clientIds, opened, context.now),
  });
  const wrongFile = fileProblem(plan);
  const isStopped = plan.refused.length > 0 && (wrongFile !== undefined || !options.skipRefused);
  const state: ImportState = options.dryRun ? 'planned' : isStopped ? 'stopped' : 'done';
  const id = state === 'done' ? await write(plan, store, context, options.format) : undefined;
  const global = await opened.clients.policy();
  context.print({ json: importJson(plan, state, id), text: importText(plan, state, global, context.now(), id) });
  if (!isStopped) return;
  if (wrongFile !== undefined) throw new Failure(`${file} cannot be imported: its content ${wrongFile}.`);
  const count = refusedEntries(plan).length;
  const entries = count === 1 ? 'One entry' : `${count} entries`;
  throw new Failure(`${entries} cannot be imported: correct ${file}, or import the others with --skip-refused.`);
}

function importOptions(options: Options, now: number): ImportOptions {
  return {
    now,
    authMethod: options.authMethod,
    compat: options.compat,
    skipMembers: options.skipMembers,
    reportUntil: future('--report-until', options.reportUntil, now),
    waiver: waiverOf(options, now),
  };
}

function waiverOf({ format, waiverUntil, waiverOwner }: Options, now: number): Waiver | undefined {
  if ((waiverUntil === undefined) !== (waiverOwner === undefined)) {
    throw wrongUsage('Use --waiver-until and --waiver-owner together: a waiver has an owner and an end.');
  }
  const until = future('--waiver-until', waiverUntil, now);
  if (until !== undefined && until > now + longestWaiver)
    throw wrongUsage('--waiver-until is more than 365 days away.');
  if (until === undefined || waiverOwner === undefined) return undefined;
  return { owner: waiverOwner, reason: `imported from ${format} without PKCE`, until };
}

function future(option: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const time = dateOption(option, text, now);
  if (time <= now) throw wrongUsage(`${option} is in the past.`);
  return time;
}

/** Returns why a new client cannot have an id: its own tokens or its ID tokens would pass for somebody else's. */
async function takenIds(
  clientIds: readonly string[],
  { batches, database, table }: Opened,
  now: () => number,
): Promise<Map<string, string>> {
  const { accountKey } = await import('../../shared/people/standing-store.ts');
  const { apiStore } = await import('../../shared/apis/api-store.ts');
  const found = await batches.get(table('people'), clientIds.map(accountKey), 'pk');
  const subjects = clientIds.filter((clientId) => found.has(accountKey(clientId).pk));
  const apis = await apiStore(database, table('clients'), now).list();
  const typed = apis.filter(({ value }) => value.accessTokenTyp === 'JWT');
  return new Map([
    ...typed.map(({ value }) => [value.resource, 'is the resource of an API with access_token_typ JWT'] as const),
    ...subjects.map((sub) => [sub, 'is the sub of an account'] as const),
  ]);
}

/** Returns the id of the import. */
async function write(
  plan: ImportPlan,
  store: ClientImportStore,
  context: Context,
  format: ImportFormat,
): Promise<string | undefined> {
  const author = await context.author(`imported from ${format}`);
  const done = await carryOut(plan, store, author).catch((error: unknown) => {
    if (error instanceof ImportInterrupted) throw new Failure(interrupted(error));
    throw error;
  });
  if (done.ok) return done.value;
  throw conflict(
    `Somebody else changed ${done.refusal.clientId} in the meantime. Nothing was imported: run the import again.`,
  );
}

const interrupted = ({ importId, isTakenBack, cause }: ImportInterrupted): string =>
  [
    `The database stopped answering (${cause instanceof Error ? cause.name : 'unknown error'}).`,
    isTakenBack
      ? 'Nothing was imported.'
      : `Some clients were imported. Run the import again, and it goes on; or undo it with pixy policy rollback ${importId}.`,
  ].join(' ');
