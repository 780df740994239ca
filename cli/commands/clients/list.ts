import { Command } from 'commander';
import { describeClient } from '../../../shared/clients/client-document.ts';
import { kindOf, policyOf, switchesOf, waiverOf } from '../../../shared/clients/present-client.ts';
import { policySettings } from '../../../shared/clients/registered-client.ts';
import { endingSoon } from '../../../shared/clients/waiver.ts';
import type { GlobalPolicy } from '../../../shared/pkce/policy.ts';
import { modeLabel } from '../../../shared/pkce/policy-label.ts';
import { briefTime, formatTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { type FoundClient, listAllClients } from '../../list-clients.ts';
import { examples, storeOptions } from '../../options.ts';
import { plural, table } from '../../output.ts';

export const listCommand = (context: Context): Command => {
  const command = storeOptions(new Command('list')).description(
    'Lists every client with its effective PKCE policy and the origin of that policy.',
  );
  // Reading the audit log of a deployed stage takes time and money.
  if (context.lastSeen) command.option('--no-last-seen', 'do not show when each client was last seen');
  return examples(
    command.action((options: { lastSeen?: boolean }) => list(context, options.lastSeen ?? false)),
    'pixy clients list --local',
    'pixy clients list --stage prod --json',
  );
};

async function list(context: Context, withLastSeen: boolean): Promise<void> {
  const { clients, place } = await context.open();
  const now = context.now();
  const [entries, global] = await Promise.all([listAllClients(context), clients.policy()]);
  // Individually named tables do not tell where their audit log is, and the management API does not have it.
  const isKnown = withLastSeen && place.kind !== 'tables' && place.kind !== 'server';
  const seen = isKnown ? await context.lastSeen?.(context) : undefined;
  context.print({
    json: entries.map((entry) => {
      const last = seen?.get(entry.value.clientId);
      return {
        ...describeClient(entry, global, now),
        ...(last !== undefined && { last_seen: formatTime(last) }),
        ...(entry.isChangedInTable && { changed_in_table: true }),
      };
    }),
    text: entries.length === 0 ? 'There are no clients.\n' : listText(entries, global, now, seen),
  });
}

function listText(
  entries: readonly FoundClient[],
  global: GlobalPolicy,
  now: number,
  seen: ReadonlyMap<string, number> | undefined,
): string {
  const rows = entries.map(({ value: client, isChangedInTable }) => {
    const last = seen?.get(client.clientId);
    return [
      client.clientId,
      kindOf(client),
      policyOf(client, global, now),
      modeLabel(policySettings(client), global, now),
      waiverOf(client.pkce.waiver, now),
      switchesOf(client),
      ...(seen ? [last === undefined ? 'never' : briefTime(last)] : []),
      [...(client.disabled ? ['disabled'] : []), ...(isChangedInTable ? ['changed in the table itself'] : [])].join(
        ', ',
      ),
    ];
  });
  const headings = ['client', 'type', 'policy', 'mode', 'waiver', 'switches', ...(seen ? ['last seen'] : []), ''];
  return table(headings, rows) + endingSoonText(entries, now);
}

function endingSoonText(entries: readonly FoundClient[], now: number): string {
  const soon = endingSoon(
    entries.map(({ value }) => value),
    now,
  );
  const names = soon.map(({ client, daysLeft }) => `${client.clientId} (${plural(daysLeft, 'day')} left)`);
  return names.length === 0 ? '' : `\nWaivers that end within 14 days: ${names.join(', ')}\n`;
}
