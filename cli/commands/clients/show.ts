import { Command } from 'commander';
import { clientDocument, describeClient } from '../../../shared/clients/client-document.ts';
import { policyOf } from '../../../shared/clients/present-client.ts';
import { policySettings } from '../../../shared/clients/registered-client.ts';
import { modeLabel } from '../../../shared/pkce/policy-label.ts';
import { briefTime } from '../../../shared/time.ts';
import { findClient } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { examples, storeOptions } from '../../options.ts';
import { pairs, shown } from '../../output.ts';

export const showCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('show'))
      .description(
        'Shows a client: its registration, its PKCE policy and how the policy is enforced. It never shows secrets.',
      )
      .argument('<client-id>')
      .action((clientId: string) => show(context, clientId)),
    'pixy clients show my-app',
    'pixy clients show my-app --stage prod --json',
  );

async function show(context: Context, clientId: string): Promise<void> {
  const { clients } = await context.open();
  const now = context.now();
  const [found, global] = await Promise.all([findClient(context, clientId), clients.policy()]);
  const { value: client, version, lastChange } = found;
  context.print({
    json: describeClient(found, global, now),
    text: pairs([
      ...Object.entries(clientDocument(client)).map(([member, value]) => [member, shown(value)] as const),
      ['effective policy', policyOf(client, global, now)],
      ['effective mode', modeLabel(policySettings(client), global, now)],
      ['version', String(version)],
      ['changed', `${briefTime(lastChange.at)} by ${lastChange.by}${lastChange.why && `: ${lastChange.why}`}`],
    ]),
  });
}
