import { Command } from 'commander';
import { changeClient } from '../../../shared/clients/change-client.ts';
import { answerChange, findClient, mustBeRight, updateClient } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { examples, versionOption } from '../../options.ts';

export const revokeCommand = (context: Context): Command =>
  examples(
    versionOption(new Command('revoke'))
      .description('Ends a waiver now and removes it from the list. The floors apply again within 30 seconds.')
      .argument('<client-id>')
      .action((clientId: string) => revoke(context, clientId)),
    'pixy waiver revoke legacy --why "the new version is out"',
  );

async function revoke(context: Context, clientId: string): Promise<void> {
  const { value: client } = await findClient(context, clientId);
  if (client.pkce.waiver === undefined) throw new Failure(`Client ${clientId} has no waiver.`);
  const written = await updateClient(context, clientId, async (current) =>
    mustBeRight(await changeClient(current, { pkce_waiver: null }, context.now()), clientId),
  );
  context.print(await answerChange(context, written, `Revoked the waiver of client ${clientId}`));
}
