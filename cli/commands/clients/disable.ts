import { Command } from 'commander';
import { changeClient } from '../../../shared/clients/change-client.ts';
import { answerChange, mustBeRight, updateClient } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { examples, versionOption } from '../../options.ts';

export const disableCommand = (context: Context): Command =>
  examples(
    versionOption(new Command('disable'))
      .description('Disables a client: its requests are refused within 30 seconds. It keeps its settings and secrets.')
      .argument('<client-id>')
      .action((clientId: string) => setDisabled(context, clientId, true)),
    'pixy clients disable my-app --why "incident 7"',
  );

export const enableCommand = (context: Context): Command =>
  examples(
    versionOption(new Command('enable'))
      .description('Enables a disabled client again.')
      .argument('<client-id>')
      .action((clientId: string) => setDisabled(context, clientId, false)),
    'pixy clients enable my-app --why "incident 7 is over"',
  );

async function setDisabled(context: Context, clientId: string, disabled: boolean): Promise<void> {
  const written = await updateClient(context, clientId, async (current) =>
    mustBeRight(await changeClient(current, { disabled }, context.now()), clientId),
  );
  const state = disabled ? 'disabled' : 'enabled';
  const done =
    written.differences.length > 0 ? `Client ${clientId} is ${state}` : `Client ${clientId} was already ${state}`;
  context.print(await answerChange(context, written, done));
}
