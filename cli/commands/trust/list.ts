import { Command } from 'commander';
import type { Context } from '../../context.ts';
import { examples, storeOptions } from '../../options.ts';
import { table } from '../../output.ts';
import { describeTrust, openTrusts, rulesOf } from './open-trusts.ts';

export const listCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('list'))
      .description('Lists whose assertions are taken, for which clients, and what they must say.')
      .action(() => list(context)),
    'pixy trust list',
    'pixy trust list --stage prod --json',
  );

async function list(context: Context): Promise<void> {
  const found = await (await openTrusts(context)).list();
  const rows = found.map(({ value: trust }) => [
    trust.name,
    trust.kind,
    trust.issuer,
    trust.clients.join(', '),
    rulesOf(trust).join(' ') || '-',
  ]);
  context.print({
    json: found.map(describeTrust),
    text: rows.length === 0 ? 'Nobody is trusted.\n' : table(['name', 'kind', 'issuer', 'clients', 'claims'], rows),
  });
}
