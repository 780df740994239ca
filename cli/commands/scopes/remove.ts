import { Command } from 'commander';
import { expectVersion, mustWin } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { examples, versionOption } from '../../options.ts';
import { findScope, nameOf, openScopes } from './change-scope.ts';

export const removeCommand = (context: Context): Command =>
  examples(
    versionOption(new Command('remove'))
      .description(
        'Removes a registered scope value: it brings no more claims. Clients keep it in their scope. The change log keeps its settings.',
      )
      .argument('<scope>')
      .action((value: string) => remove(context, value)),
    'pixy scopes remove groups --why "no client reads groups any more"',
  );

async function remove(context: Context, value: string): Promise<void> {
  const { version } = await findScope(context, value);
  expectVersion(context, nameOf(value), version);
  const scopes = await openScopes(context);
  const removed = mustWin(await scopes.remove(value, await context.author(), version), nameOf(value));
  context.print({
    json: { scope: value, removed: true, version: removed },
    text: `Removed scope ${value} (version ${removed}).\n`,
  });
}
