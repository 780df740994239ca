import { Command } from 'commander';
import { loggedClientId } from '../../shared/audit/decision.ts';
import { decisionLine } from '../../shared/reports/decision-line.ts';
import type { Context } from '../context.ts';
import { collect, examples, storeOptions } from '../options.ts';
import { openLines } from '../report/open-ledger.ts';
import { parsePeriod } from '../report/period.ts';
import type { ReadLine } from './audit-lines.ts';
import { follow } from './follow.ts';

type LogFlags = { follow?: true; since: string; client?: string; refused?: true; logGroup?: string[]; json?: true };

export const logCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('log'))
      .description('Shows the decisions of the audit log in words, each with its reason and what to change.')
      .option('--follow', 'go on with new decisions as they come; Ctrl-C ends it')
      .option('--since <moment>', 'the start: an age like 10m (m, h, d, w), a day (UTC) or a time', '10m')
      .option('--client <client-id>', 'only decisions about this client')
      .option('--refused', 'only what was refused or failed')
      .option('--log-group <name>', 'a log group with audit lines, instead of those of the stage (repeatable)', collect)
      .action((flags: LogFlags) => log(context, flags)),
    'pixy log --local --follow',
    'pixy log --stage prod --follow --client my-app',
    'pixy log --stage prod --since 1h --refused',
  );

async function log(context: Context, flags: LogFlags): Promise<void> {
  const period = parsePeriod(flags.since, undefined, context.now());
  const { lines, patience } = await openLines(context, flags.logGroup);
  const client = flags.client === undefined ? undefined : loggedClientId(flags.client);
  const show = ({ text, entry }: ReadLine): void => {
    if (client !== undefined && entry.client !== client) return;
    if (flags.refused && entry.verdict !== 'refused' && entry.verdict !== 'failed') return;
    context.io.write(`${flags.json ? text : decisionLine(entry)}\n`);
  };
  if (!flags.follow) {
    for (const line of await lines(period)) show(line);
    return;
  }
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once('SIGINT', end);
  try {
    await follow(lines, { since: period.since, now: context.now, patience, signal: stop.signal }, show);
  } finally {
    process.off('SIGINT', end);
  }
}
