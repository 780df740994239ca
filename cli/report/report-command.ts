import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type AdoptionReport, withAnswers } from '../../shared/reports/adoption.ts';
import { type Answer, answers } from '../../shared/reports/safe-to-enforce.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { collect, examples, storeOptions, wideOption } from '../options.ts';
import { adoptionSvg } from './adoption-chart.ts';
import { adoptionHtml } from './adoption-page.ts';
import { parsePeriod } from './period.ts';
import { readAdoption } from './read-report.ts';
import { refreshCommand } from './refresh-command.ts';
import { reportJson } from './report-json.ts';
import { writeAdoption } from './write-adoption.ts';
import { asMarkdown, asText } from './written.ts';

const formats = {
  table: (report: AdoptionReport, wide?: boolean) => asText(writeAdoption(report), { wide }),
  markdown: (report: AdoptionReport) => asMarkdown(writeAdoption(report)),
  json: (report: AdoptionReport) => `${JSON.stringify(reportJson(report), null, 2)}\n`,
  svg: adoptionSvg,
  html: adoptionHtml,
};

type AdoptionOptions = {
  since: string;
  until?: string;
  target: 'any' | 'S256';
  atLeast: number;
  verdict?: Answer[];
  wide?: boolean;
  logGroup?: string[];
  format: keyof typeof formats;
  json?: boolean;
  output?: string;
};

/** `pixy report`: reports on the audit log. */
export const reportCommand = (context: Context): Command =>
  new Command('report')
    .description('Makes reports from the audit log.')
    .addCommand(adoptionCommand(context))
    .addCommand(refreshCommand(context));

function adoptionCommand(context: Context): Command {
  const command = storeOptions(new Command('adoption'))
    .description(
      'Shows for each client how PKCE was used, what was or would have been refused, and whether a policy is safe to enforce.',
    )
    .option('--since <moment>', 'the start: an age like 30d (m, h, d, w), a day (UTC) or a time', '30d')
    .option('--until <moment>', 'the end, in the same form (default: now)')
    .addOption(new Option('--target <policy>', 'the policy to enforce').choices(['any', 'S256']).default('S256'))
    .addOption(
      new Option('--at-least <codes>', 'how many issued codes it takes to call a client safe')
        .argParser(atLeastOne)
        .default(10),
    )
    .addOption(
      new Option('--verdict <answer>', 'list only clients with this answer: no, unknown or yes (repeatable)').argParser(
        answer,
      ),
    )
    .addOption(new Option('--format <format>', 'the output format').choices(Object.keys(formats)).default('table'))
    .option('--output <file>', 'write to a file instead of the terminal')
    .option('--log-group <name>', 'a log group with audit lines, instead of those of the stage (repeatable)', collect);
  wideOption(command);
  examples(
    command,
    'pixy report adoption --local --since 7d',
    'pixy report adoption --local --verdict no --verdict unknown',
    'pixy report adoption --stage prod --since 2026-11-01 --until 2026-12-01 --format markdown',
    'pixy report adoption --stage prod --target any --format html --output adoption.html',
  );
  return command.action(async (options: AdoptionOptions) => {
    const { target, atLeast: minimumIssued, logGroup: logGroups, output } = options;
    const period = parsePeriod(options.since, options.until, context.now());
    const whole = await readAdoption(context, { period, logGroups, target, minimumIssued });
    const report = options.verdict ? withAnswers(whole, options.verdict) : whole;
    const text = await formats[options.json ? 'json' : options.format](report, options.wide);
    if (output === undefined) return context.io.write(text);
    await writeFile(output, text).catch((error: Error) => {
      throw new Failure(`${output} cannot be written: ${error.message}`);
    });
  });
}

function answer(text: string, earlier: readonly Answer[] = []): Answer[] {
  const found = answers.find((one) => one === text);
  if (found === undefined) throw new InvalidArgumentError(`It is not one of ${answers.join(', ')}.`);
  return [...earlier, found];
}

function atLeastOne(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is not a whole number from 1 on.');
  return Number(text);
}
