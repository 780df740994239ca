import { Command } from 'commander';
import { briefTime, formatTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { examples, storeOptions } from '../../options.ts';
import { table } from '../../output.ts';
import { openRegistrations } from './open-registrations.ts';

export const listCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('list'))
      .description('Lists the initial access tokens that still work. It never shows the tokens themselves.')
      .action(() => list(context)),
    'pixy registration list --stage prod',
  );

async function list(context: Context): Promise<void> {
  const tokens = await (await openRegistrations(context)).listTokens(context.now());
  const rows = tokens.map(({ name, usesLeft, confidential, createdAt, expiresAt, by }) => [
    name,
    usesLeft === undefined ? 'any' : String(usesLeft),
    confidential ? 'confidential, too' : 'public',
    briefTime(createdAt),
    by,
    briefTime(expiresAt),
  ]);
  context.print({
    json: tokens.map(({ name, usesLeft, confidential, createdAt, expiresAt, by }) => ({
      name,
      uses_left: usesLeft ?? null,
      confidential,
      made_at: formatTime(createdAt),
      by,
      expires_at: formatTime(expiresAt),
    })),
    text:
      rows.length === 0
        ? 'There are no tokens.\n'
        : table(['name', 'uses left', 'clients', 'made', 'by', 'until'], rows),
  });
}
