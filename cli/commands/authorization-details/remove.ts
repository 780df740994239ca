import { Command } from 'commander';
import { expectVersion, mustWin } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { examples, versionOption } from '../../options.ts';
import { findType, nameOf, openTypes } from './change-type.ts';

export const removeCommand = (context: Context): Command =>
  examples(
    versionOption(new Command('remove'))
      .description(
        'Removes a type: nobody can ask for it any more. What was granted stays; take the type from the clients to end that, too. The change log keeps its settings.',
      )
      .argument('<type>')
      .action((type: string) => remove(context, type)),
    'pixy authorization-details remove payment --why "payments moved to another server"',
  );

async function remove(context: Context, type: string): Promise<void> {
  const { version } = await findType(context, type);
  expectVersion(context, nameOf(type), version);
  const types = await openTypes(context);
  const removed = mustWin(await types.remove(type, await context.author(), version), nameOf(type));
  context.print({
    json: { type, removed: true, version: removed },
    text: `Removed type ${type} (version ${removed}).\n`,
  });
}
