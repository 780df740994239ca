import { Command, Option } from 'commander';
import { generateSecret } from '../../../shared/secret.ts';
import { briefTime, formatTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { Failure, wrongUsage } from '../../failure.ts';
import { changeOptions, dateOption, examples, wholeNumber } from '../../options.ts';
import { plural, visible } from '../../output.ts';
import { openRegistrations } from './open-registrations.ts';

type Flags = { uses?: number; expires: string; confidential?: boolean };

const longest = 365 * 86_400;

export const tokenCommand = (context: Context): Command =>
  examples(
    changeOptions(new Command('token'))
      .description(
        'Makes an initial access token (RFC 7591) and prints it this once. The log names it beside every client that registers with it.',
      )
      .argument('<name>', 'what the log calls it: letters, digits, . _ and -')
      .addOption(
        new Option('--uses <n>', 'how many clients may register with it (default: any number)').argParser(wholeNumber),
      )
      .option('--expires <date>', 'until when it works: 2026-12-01, or 30d from now', '30d')
      .option('--confidential', 'clients may register with a secret or with keys')
      .action((name: string, flags: Flags) => makeToken(context, name, flags)),
    'pixy registration token ci --uses 1',
    'pixy registration token partners --confidential --expires 90d --stage prod',
  );

async function makeToken(
  context: Context,
  name: string,
  { uses, expires, confidential = false }: Flags,
): Promise<void> {
  const now = context.now();
  const expiresAt = dateOption('--expires', expires, now);
  if (!/^[\w.-]{1,64}$/.test(name)) throw wrongUsage('The name has a character other than letters, digits, . _ and -.');
  if (expiresAt <= now) throw wrongUsage('--expires is in the past.');
  if (expiresAt > now + longest) throw wrongUsage('--expires is more than a year away.');
  if (uses === 0) throw wrongUsage('--uses is 0: nobody could register.');
  const registrations = await openRegistrations(context);
  const isTaken = (await registrations.listTokens(now)).some((token) => token.name === name);
  if (isTaken) throw new Failure(`There is a token ${name} already: revoke it first, or choose another name.`);
  const { by } = await context.author();
  const token = generateSecret();
  await registrations.addToken(token, { name, by, createdAt: now, expiresAt, usesLeft: uses, confidential });
  const howOften = uses === undefined ? 'as often as you like' : `for ${plural(uses, 'client')}`;
  context.print({
    json: { name, token, uses: uses ?? null, confidential, expires_at: formatTime(expiresAt) },
    text: `Made the token ${visible(name)}:\n\n  ${token}\n\n  It works ${howOften}, until ${briefTime(expiresAt)} UTC. It is never shown again.\n`,
  });
}
