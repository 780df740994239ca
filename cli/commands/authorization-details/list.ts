import { Command } from 'commander';
import type { Context } from '../../context.ts';
import { examples, storeOptions } from '../../options.ts';
import { table } from '../../output.ts';
import { describeType, openTypes } from './change-type.ts';

export const listCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('list'))
      .description('Lists every registered type of authorization details.')
      .action(() => list(context)),
    'pixy authorization-details list',
    'pixy authorization-details list --stage prod --json',
  );

async function list(context: Context): Promise<void> {
  const found = await (await openTypes(context)).list();
  const rows = found.map(({ value: { type, description } }) => [type, description]);
  context.print({
    json: found.map(describeType),
    text: rows.length === 0 ? 'There are no types.\n' : table(['type', 'description'], rows),
  });
}
