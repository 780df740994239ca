import { Command } from 'commander';
import { type ClientWaiver, waiversOf } from '../../../shared/clients/waiver.ts';
import { briefTime, formatTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { listClients } from '../../list-clients.ts';
import { examples, storeOptions } from '../../options.ts';
import { plural, table } from '../../output.ts';

export const listCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('list'))
      .description(
        'Lists all waivers, the one that ends first at the top. Once a waiver has ended, the policy is enforced.',
      )
      .action(() => list(context)),
    'pixy waiver list',
    'pixy waiver list --stage prod --json',
  );

async function list(context: Context): Promise<void> {
  const { clients } = await context.open();
  const entries = await listClients(clients);
  const waivers = waiversOf(
    entries.map(({ value }) => value),
    context.now(),
  );
  context.print({
    json: waivers.map(toJson),
    text: waivers.length === 0 ? 'There are no waivers.\n' : table(headings, waivers.map(toRow)),
  });
}

const headings = ['client', 'until', 'left', 'state', 'owner', 'reason'];

const states: Record<ClientWaiver['state'], string> = {
  active: 'active',
  'ending soon': 'ends within 14 days',
  expired: 'expired, enforcing',
};

const toRow = ({ client, waiver, daysLeft, state }: ClientWaiver): string[] => [
  client.clientId,
  briefTime(waiver.until),
  state === 'expired' ? '-' : plural(daysLeft, 'day'),
  states[state],
  waiver.owner,
  waiver.reason,
];

const toJson = ({ client, waiver, daysLeft, state }: ClientWaiver): object => ({
  client_id: client.clientId,
  owner: waiver.owner,
  reason: waiver.reason,
  until: formatTime(waiver.until),
  days_left: daysLeft,
  state: state.replaceAll(' ', '_'),
});
