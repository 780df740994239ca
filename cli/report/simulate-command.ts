import { Command, Option } from 'commander';
import { type EnforcementMode, type PkcePolicy, pkcePolicies } from '../../shared/pkce/policy.ts';
import type { Context } from '../context.ts';
import { wrongUsage } from '../failure.ts';
import { collect, dateOption, examples, storeOptions, wideOption } from '../options.ts';
import { parsePeriod } from './period.ts';
import { readSimulation } from './read-report.ts';
import { reportJson } from './report-json.ts';
import { writeSimulation } from './write-simulation.ts';
import { asText } from './written.ts';

type SimulateOptions = {
  default?: PkcePolicy;
  floor?: PkcePolicy;
  mode?: EnforcementMode;
  at?: string;
  since: string;
  until?: string;
  logGroup?: string[];
  wide?: boolean;
};

/** `pixy policy simulate`: judges recorded decisions under another global policy. Changes nothing. */
export function simulateCommand(context: Context): Command {
  const command = storeOptions(new Command('simulate'))
    .description(
      'Replays recorded decisions under another global policy. Anything you do not specify stays unchanged. Clients keep their own policy, mode, waiver and switches. It changes nothing.',
    )
    .addOption(new Option('--default <policy>', 'for clients that inherit').choices(pkcePolicies))
    .addOption(new Option('--floor <policy>', 'the minimum for every client').choices(pkcePolicies))
    .addOption(new Option('--mode <mode>', 'for clients without a mode of their own').choices(['enforce', 'report']))
    .option(
      '--at <date>',
      'apply the rules of that day, when waivers may have ended and enforce-after dates passed (default: now)',
    )
    .option('--since <moment>', 'the start: an age like 7d (m, h, d, w), a day (UTC) or a time', '7d')
    .option('--until <moment>', 'the end, in the same form (default: now)')
    .option('--log-group <name>', 'a log group with audit lines, instead of those of the stage (repeatable)', collect);
  wideOption(command);
  examples(
    command,
    'pixy policy simulate --default S256 --floor any --since 7d --local',
    'pixy policy simulate --mode enforce --since 30d --stage prod --json',
    'pixy policy simulate --at 90d --stage prod',
  );
  return command.action(async (options: SimulateOptions) => {
    const { default: inherited, floor, mode, at, since, until, logGroup, wide } = options;
    if ([inherited, floor, mode, at].every((given) => given === undefined)) {
      throw wrongUsage('Say what to change: --default, --floor, --mode or --at.');
    }
    const now = context.now();
    const simulation = await readSimulation(context, {
      period: parsePeriod(since, until, now),
      logGroups: logGroup,
      proposed: { ...(inherited && { default: inherited }), ...(floor && { floor }), ...(mode && { mode }) },
      at: at === undefined ? now : dateOption('--at', at, now),
    });
    context.print({ json: reportJson(simulation), text: asText(writeSimulation(simulation), { wide }) });
  });
}
