import { Command } from 'commander';
import { expectVersion, findClient, mustWin } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { examples, versionOption } from '../../options.ts';

export const removeCommand = (context: Context): Command =>
  examples(
    versionOption(new Command('remove'))
      .description(
        'Removes a client. The change log keeps its settings, so you can roll the removal back. Its secrets are lost.',
      )
      .argument('<client-id>')
      .action((clientId: string) => remove(context, clientId)),
    'pixy clients remove my-app --why "switched off in May"',
  );

async function remove(context: Context, clientId: string): Promise<void> {
  const { clients } = await context.open();
  const { version } = await findClient(context, clientId);
  expectVersion(context, `Client ${clientId}`, version);
  const removed = mustWin(
    await clients.put(clientId, undefined, await context.author(), version),
    `Client ${clientId}`,
  );
  context.print({
    json: { client_id: clientId, removed: true, version: removed },
    text: `Removed client ${clientId} (version ${removed}).\n`,
  });
}
