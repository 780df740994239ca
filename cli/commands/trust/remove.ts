import { Command } from 'commander';
import { expectVersion, mustWin } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { examples, versionOption } from '../../options.ts';
import { findTrust, nameOf, openTrusts } from './open-trusts.ts';

export const removeCommand = (context: Context): Command =>
  examples(
    versionOption(new Command('remove'))
      .description(
        'Stops taking assertions by this trust within 30 seconds. Tokens that were given for them work until they expire. The change log keeps its settings.',
      )
      .argument('<name>')
      .action((name: string) => remove(context, name)),
    'pixy trust remove github-deploy --why "moved to another repository"',
  );

async function remove(context: Context, name: string): Promise<void> {
  const { version } = await findTrust(context, name);
  expectVersion(context, nameOf(name), version);
  const trusts = await openTrusts(context);
  const removed = mustWin(await trusts.remove(name, await context.author(), version), nameOf(name));
  context.print({
    json: { name, removed: true, version: removed },
    text: `Removed trust ${name} (version ${removed}).\n`,
  });
}
