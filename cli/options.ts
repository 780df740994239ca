import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TableName } from '../shared/aws/tables.ts';
import { tableDefinitions } from '../shared/aws/tables.ts';
import { parseTime } from '../shared/time.ts';
import { wrongUsage } from './failure.ts';
import { issuerOption } from './login/issuer-option.ts';

/** The options of every command: where it works, and how it answers. */
export type CommonOptions = {
  local?: string | true;
  stage?: string;
  table?: Partial<Record<TableName, string>>;
  server?: string;
  json?: boolean;
  by?: string;
  why?: string;
  ifVersion?: number;
};

export const jsonOption = (command: Command): Command => command.option('--json', 'print JSON');

/** Adds `--local`, `--stage`, `--table`, `--server` and `--json`. */
export const storeOptions = (command: Command): Command =>
  jsonOption(
    command
      .option('--local [dir]', 'use a local run: its data folder, or the server running on it (default: .pixy)')
      .addOption(new Option('--stage <name>', 'use a deployed stage, with your AWS credentials').argParser(stageName))
      .addOption(
        new Option(
          '--table <table=name>',
          'use the tables of your own deployment, with your AWS credentials (repeatable)',
        ).argParser(tableName),
      )
      .option(
        '--server <issuer>',
        'use the management API of a server, with your pixy login --manage and no AWS credentials',
        issuerOption,
      ),
  );

/** Adds `--why` and `--by` for the change log. */
export const changeOptions = (command: Command): Command =>
  storeOptions(command)
    .option('--why <text>', 'the reason, for the change log')
    .option('--by <name>', 'who makes the change (default: the OS user, or the AWS caller)');

/** Adds `--if-version`, for changes of something that exists. */
export const versionOption = (command: Command): Command =>
  changeOptions(command).addOption(
    new Option('--if-version <n>', 'fail if it has changed since this version').argParser(wholeNumber),
  );

/** Adds `--wide` to a command that prints tables. */
export const wideOption = (command: Command): Command =>
  command.option('--wide', 'do not break lines after 100 characters');

export const examples = (command: Command, ...lines: string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`);

/** Collects a repeatable option. */
export const collect = (value: string, earlier: string[] | undefined): string[] => [...(earlier ?? []), value];

/** Adds up values separated by spaces, so that an option that stands twice loses none. */
export const collectWords = (value: string, earlier: string | undefined): string =>
  earlier ? `${earlier} ${value}` : value;

/** Reads names separated by commas. */
export const commaList = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is not a whole number.');
  return Number(text);
}

function stageName(text: string): string {
  if (!/^[A-Za-z0-9_.-]{1,100}$/.test(text)) throw new InvalidArgumentError('It is not the name of a stage.');
  return text;
}

function tableName(text: string, earlier: CommonOptions['table']): CommonOptions['table'] {
  const [, table, name] = /^([a-z]+)=(.+)$/.exec(text) ?? [];
  if (table === undefined || !(table in tableDefinitions)) {
    throw new InvalidArgumentError(`Write it like clients=NAME, for ${Object.keys(tableDefinitions).join(', ')}.`);
  }
  return { ...earlier, [table]: name };
}

/** Parses a date option into epoch seconds: `2026-12-01`, `2026-12-01T09:30:00Z`, or `90d` (also `h`, `w`) from now. */
export function dateOption(option: string, text: string, now: number): number {
  const [, count, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  if (count !== undefined) return now + Number(count) * { h: 3_600, d: 86_400, w: 604_800 }[unit as 'h' | 'd' | 'w'];
  const time = parseTime(text);
  if (time !== undefined) return time;
  throw wrongUsage(
    `${option} is not a day like 2026-12-01, a time like 2026-12-01T09:30:00Z, or a time from now like 90d.`,
  );
}

/** One in 64 base64url arguments begins with a hyphen, but is not an option. */
export const mayBeginWithHyphen = (command: Command): Command => command.allowUnknownOption();

/** Texts by language, from flags like `de=Gruppen`. */
export const textsByLanguage = (flags: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    flags.map((flag) => {
      const [, language, text] = /^([^=\s]{1,40})=(.*)$/s.exec(flag) ?? [];
      if (language === undefined || text === undefined) {
        throw wrongUsage(`--description-in ${flag.slice(0, 60)} is not of the form language=text.`);
      }
      return [language, text];
    }),
  );
