import { Command } from 'commander';
import type { Context } from '../context.ts';
import { examples, jsonOption } from '../options.ts';
import { table, visible } from '../output.ts';
import { describeCheck } from './check.ts';
import { checks } from './checks/index.ts';
import { verify } from './verify.ts';
import { readVerification, verifyHelp, verifyOptions } from './verify-options.ts';
import { withClient, writeResult, writeSummary } from './write-verify-report.ts';

/** `pixy verify`: runs a black-box negative suite against any authorization server. */
export function verifyCommand(context: Context): Command {
  const command = verifyOptions(jsonOption(new Command('verify')))
    .description(
      'Sends any authorization server the requests that it must refuse: downgrades, method confusion, replays, parallel redemptions, malformed proofs, look-alike redirect URIs. Prints one line per check, and exits with 1 if a check fails.',
    )
    .argument('[issuer]', 'the issuer, like https://auth.example.com')
    .option('--list', 'list the checks without sending anything')
    .addHelpText('after', verifyHelp);
  examples(
    command,
    'PIXY_VERIFY_PASSWORD=… pixy verify https://auth.example.com --client-id probe --redirect-uri https://app.example.com/callback --username probe',
    'pixy verify http://localhost:3000 --client-id spa --redirect-uri http://127.0.0.1/callback --username ada --password … --json',
    "pixy verify https://auth.example.com --client-id probe --redirect-uri https://app.example.com/callback --cookie 'session=…'",
    'pixy verify https://auth.example.com --only metadata-issuer,metadata-challenge-methods',
    'pixy verify --list',
  );
  return command.action(async (issuer: string | undefined, flags: Record<string, unknown>) => {
    if (flags['list']) return context.print(listOfChecks());
    const verification = readVerification(flags, issuer, context.io.env);
    const isText = !context.options().json;
    const say = (line: string) => {
      if (isText) context.io.write(`${line}\n`);
    };
    const report = await verify(verification, context.now(), (result) => say(writeResult(result)));
    say(`\n${visible(`${report.issuer}${withClient(report)}`)}: ${writeSummary(report)}`);
    if (!isText) context.print({ json: report, text: '' });
    if (report.summary.failed > 0) context.endWith(1);
  });
}

function listOfChecks() {
  const described = checks.map(describeCheck);
  return {
    json: described,
    text: table(
      ['check', 'section', 'what is sent', 'what passes'],
      described.map(({ id, section, sends, accepts }) => [id, section, sends, accepts]),
    ),
  };
}
