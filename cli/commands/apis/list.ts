import { Command } from 'commander';
import type { Context } from '../../context.ts';
import { examples, storeOptions } from '../../options.ts';
import { table } from '../../output.ts';
import { describeApi, openApis } from './change-api.ts';
import { lifetimeOf } from './show.ts';

export const listCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('list'))
      .description('Lists every API. A request that names none gets a token for the default audience.')
      .action(() => list(context)),
    'pixy apis list',
    'pixy apis list --stage prod --json',
  );

async function list(context: Context): Promise<void> {
  const found = await (await openApis(context)).list();
  const rows = found.map(({ value: api }) => [
    api.resource,
    api.scope.join(' ') || '-',
    lifetimeOf(api.accessTokenLifetime),
    api.introspectedBy?.join(', ') ?? '-',
  ]);
  context.print({
    json: found.map(describeApi),
    text:
      rows.length === 0
        ? 'There are no APIs.\n'
        : table(['resource', 'scope', 'token lifetime', 'introspected by'], rows),
  });
}
