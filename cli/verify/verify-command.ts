import { Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { examples, jsonOption } from '../options.ts';
import { table } from '../output.ts';
import { describeCheck } from './check.ts';
import { type ProfileName, profiles } from './profiles/index.ts';
import { verify } from './verify.ts';
import { readVerification, verifyHelp, verifyOptions } from './verify-options.ts';
import { reportFormats, writeEnd, writeReport, writeResult } from './write-verify-report.ts';

/** `pixy verify`: runs a black-box negative suite against any authorization server. */
export function verifyCommand(context: Context): Command {
  const command = verifyOptions(jsonOption(new Command('verify')))
    .description(
      'Sends any authorization server the requests that it must refuse: downgrades, method confusion, replays, parallel redemptions, malformed proofs, look-alike redirect URIs. Prints one line per check, and exits with 1 if a check fails. A warning is about a rule that good servers may break.',
    )
    .argument('[issuer]', 'the issuer, like https://auth.example.com')
    .option('--list', 'list the checks without sending anything')
    .addOption(new Option('--format <name>', 'how to print the report').choices(reportFormats).default('text'))
    .addHelpText('after', verifyHelp);
  examples(
    command,
    'pixy verify https://auth.example.com --profile oauth21',
    'PIXY_VERIFY_PASSWORD=… pixy verify https://auth.example.com --client-id probe --redirect-uri https://app.example.com/callback --username probe',
    'pixy verify https://auth.example.com --profile fapi2 --client-id bank --redirect-uri http://127.0.0.1/callback --private-key key.jwk --interactive',
    'pixy verify http://localhost:3000 --client-id spa --redirect-uri http://127.0.0.1/callback --username ada --password … --format junit',
    "pixy verify https://auth.example.com --client-id probe --redirect-uri https://app.example.com/callback --cookie 'session=…'",
    'pixy verify --list --profile mcp',
  );
  return command.action(async (issuer: string | undefined, flags: Record<string, unknown>) => {
    if (flags['list']) return context.print(listOfChecks(flags['profile'] as ProfileName | undefined));
    const { io } = context;
    const verification = await readVerification(flags, issuer, io);
    const format = context.options().json ? 'json' : (flags['format'] as (typeof reportFormats)[number]);
    const report = await verify(verification, context.now, {
      tell: (result) => {
        if (format === 'text') io.write(`${writeResult(result)}\n`);
      },
      ask: (line) => io.writeError(`${line}\n`),
    });
    io.write(format === 'text' ? writeEnd(report) : writeReport(report, format));
    if (report.summary.failed > 0) context.endWith(1);
  });
}

function listOfChecks(profile: ProfileName = 'pkce') {
  const described = profiles[profile].map(describeCheck);
  return {
    json: described,
    text: table(
      ['check', 'section', 'needs', 'level', 'what is sent', 'what passes'],
      described.map(({ id, section, needs, level, sends, accepts }) => [id, section, needs, level, sends, accepts]),
    ),
  };
}
