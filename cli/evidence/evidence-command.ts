import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command } from 'commander';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { collect, examples, storeOptions } from '../options.ts';
import { parsePeriod } from '../report/period.ts';
import { verify } from '../verify/verify.ts';
import { readVerification, verifyOptions } from '../verify/verify-options.ts';
import { writeSummary } from '../verify/write-verify-report.ts';
import { collectEvidence } from './collect-evidence.ts';
import { evidenceJson, evidenceMarkdown } from './write-evidence.ts';

type EvidenceOptions = { out: string; since: string; until?: string; logGroup?: string[]; verifyIssuer?: string };

/** `pixy evidence`: writes what an auditor asks for into one markdown and one JSON file. */
export function evidenceCommand(context: Context): Command {
  const command = storeOptions(new Command('evidence'))
    .description(
      'Writes one markdown and one JSON file for an auditor: versions, the global policy, the effective policy of every client, adoption counts, waivers, the change log, what was changed in the table itself and, with --verify-client-id or --verify-profile, the results of pixy verify. The files contain no secrets.',
    )
    .requiredOption('--out <file>', 'where to write; .md and .json replace its extension')
    .option('--since <moment>', 'the start: an age like 30d (m, h, d, w), a day (UTC) or a time', '30d')
    .option('--until <moment>', 'the end, in the same form (default: now)')
    .option('--log-group <name>', 'a log group with audit lines, instead of those of the stage (repeatable)', collect)
    .option('--verify-issuer <issuer>', 'the server to verify (default: the issuer of the local run or the stage)');
  verifyOptions(command, 'verify-').addHelpText(
    'after',
    '\nThe --verify- options are those of pixy verify; see its help. If a check fails, the files are still written and the exit code is 1.',
  );
  examples(
    command,
    'pixy evidence --out evidence-2026-11 --since 2026-11-01 --until 2026-12-01 --stage prod',
    'PIXY_VERIFY_PASSWORD=… pixy evidence --out evidence --stage prod --verify-client-id probe --verify-redirect-uri https://app.example.com/callback --verify-username probe',
  );
  return command.action(async (flags: EvidenceOptions & Record<string, unknown>) => {
    const { io } = context;
    const period = parsePeriod(flags.since, flags.until, context.now());
    const { place } = await context.open();
    const issuer = flags.verifyIssuer ?? ('issuer' in place ? place.issuer : undefined);
    const verification = asksToVerify(flags) ? await readVerification(flags, issuer, io, 'verify-') : undefined;

    const collected = await collectEvidence(context, { period, logGroups: flags.logGroup });
    const report =
      verification && (await verify(verification, context.now, { ask: (line) => io.writeError(`${line}\n`) }));
    const evidence = { ...collected, verification: report };
    const stem = flags.out.replace(/\.(?:md|json)$/, '');
    const files = { markdown: `${stem}.md`, json: `${stem}.json` };
    const json = evidenceJson(evidence);
    const sha256 = createHash('sha256').update(json).digest('hex');
    await write(files.json, json);
    await write(files.markdown, await evidenceMarkdown(evidence, { name: basename(files.json), sha256 }));

    context.print({
      json: { ...files, sha256, ...(report && { verification: report.summary }) },
      text: `Wrote ${files.markdown} and ${files.json} (SHA-256 ${sha256}).\n${report ? `Verification: ${writeSummary(report)}\n` : ''}`,
    });
    if (report && report.summary.failed > 0) context.endWith(1);
  });
}

/** Whether any `--verify-` option is given, except the two that have a default. */
const asksToVerify = (flags: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(flags).some(
    ([name, value]) => name.startsWith('verify') && !name.startsWith('verifyMax') && value !== undefined,
  );

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: NodeJS.ErrnoException) => {
    throw new Failure(`${file} cannot be written (${error.code ?? 'unknown error'}).`);
  });
}
