import { Command } from 'commander';
import { expectVersion, mustWin } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { examples, versionOption } from '../../options.ts';
import { findApi, nameOf, openApis } from './change-api.ts';

export const removeCommand = (context: Context): Command =>
  examples(
    versionOption(new Command('remove'))
      .description(
        'Removes an API: no more tokens are issued for it, and refresh tokens for it stop working. The change log keeps its settings.',
      )
      .argument('<resource>')
      .action((resource: string) => remove(context, resource)),
    'pixy apis remove https://api.example.com/orders --why "moved to another server"',
  );

async function remove(context: Context, resource: string): Promise<void> {
  const { version } = await findApi(context, resource);
  expectVersion(context, nameOf(resource), version);
  const apis = await openApis(context);
  const removed = mustWin(await apis.remove(resource, await context.author(), version), nameOf(resource));
  context.print({
    json: { resource, removed: true, version: removed },
    text: `Removed API ${resource} (version ${removed}).\n`,
  });
}
