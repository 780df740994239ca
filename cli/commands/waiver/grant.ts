import { Command } from 'commander';
import { changeClient } from '../../../shared/clients/change-client.ts';
import { policySettings } from '../../../shared/clients/registered-client.ts';
import { effectivePolicy } from '../../../shared/pkce/policy.ts';
import { formatTime } from '../../../shared/time.ts';
import { answerChange, mustBeRight, updateClient } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { dateOption, examples, versionOption } from '../../options.ts';

type GrantFlags = { owner: string; reason: string; until: string };

export const grantCommand = (context: Context): Command =>
  examples(
    versionOption(new Command('grant'))
      .description(
        'Lets a client go below the floors until a date, at most 365 days from now. A new waiver replaces the old one.',
      )
      .argument('<client-id>')
      .requiredOption('--owner <name>', 'who is responsible for it')
      .requiredOption('--reason <text>', 'why it is needed')
      .requiredOption(
        '--until <date>',
        'when the floors apply again: 2026-12-01, 2026-12-01T09:30:00Z, or 90d from now',
      )
      .action((clientId: string, flags: GrantFlags) => grant(context, clientId, flags)),
    'pixy waiver grant legacy --owner ada --reason "the vendor ships PKCE in March" --until 2027-04-01',
  );

async function grant(context: Context, clientId: string, { owner, reason, until }: GrantFlags): Promise<void> {
  const ends = formatTime(dateOption('--until', until, context.now()));
  const written = await updateClient(
    context,
    clientId,
    async (current) =>
      mustBeRight(
        await changeClient(current, { pkce_waiver: { owner, reason, until: ends } }, context.now()),
        clientId,
      ),
    reason,
  );
  const { clients } = await context.open();
  const { origin } = effectivePolicy(policySettings(written.client), await clients.policy(), context.now());
  const answer = await answerChange(context, written, `Granted a waiver to client ${clientId}`);
  // A waiver lifts floors, which matters only when the client's own value, or the default, is weaker than them.
  const note =
    origin === 'waiver'
      ? ''
      : `  It has no effect yet: no floor is stricter than the policy of this client (pixy clients set ${clientId} --policy …).\n`;
  context.print({ ...answer, text: answer.text + note });
}
