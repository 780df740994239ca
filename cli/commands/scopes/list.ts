import { Command } from 'commander';
import type { Context } from '../../context.ts';
import { examples, storeOptions } from '../../options.ts';
import { table } from '../../output.ts';
import { describeScope, openScopes } from './change-scope.ts';

export const listCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('list'))
      .description('Lists every registered scope value. Those of OpenID Connect are always there and not listed.')
      .action(() => list(context)),
    'pixy scopes list',
    'pixy scopes list --stage prod --json',
  );

async function list(context: Context): Promise<void> {
  const found = await (await openScopes(context)).list();
  const rows = found.map(({ value: { value, claims, description } }) => [value, claims.join(' '), description ?? '-']);
  context.print({
    json: found.map(describeScope),
    text: rows.length === 0 ? 'There are no registered scopes.\n' : table(['scope', 'claims', 'description'], rows),
  });
}
