import { Command } from 'commander';
import type { Context } from '../context.ts';
import { collect, examples, storeOptions, wideOption } from '../options.ts';
import { parsePeriod } from './period.ts';
import { readRefreshes } from './read-report.ts';
import { reportJson } from './report-json.ts';
import { writeRefreshes } from './write-refreshes.ts';
import { asText } from './written.ts';

type RefreshOptions = { since: string; until?: string; logGroup?: string[]; wide?: boolean };

/** `pixy report refresh`: how often refresh tokens came that were replaced before, and what became of that. */
export function refreshCommand(context: Context): Command {
  const command = storeOptions(new Command('refresh'))
    .description(
      'Per client: refreshes, and those with a refresh token that was replaced before: races, lost replies and replays.',
    )
    .option('--since <moment>', 'an age like 30d (m, h, d, w), a day (UTC) or a time', '30d')
    .option('--until <moment>', 'the same (default: now)')
    .option('--log-group <name>', 'where the audit lines are, if not where the stage says (repeatable)', collect);
  wideOption(command);
  examples(command, 'pixy report refresh --local --since 7d', 'pixy report refresh --stage prod --json');
  return command.action(async ({ since, until, logGroup: logGroups, wide }: RefreshOptions) => {
    const report = await readRefreshes(context, { period: parsePeriod(since, until, context.now()), logGroups });
    context.print({ json: reportJson(report), text: asText(writeRefreshes(report), { wide }) });
  });
}
