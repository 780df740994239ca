import { Command } from 'commander';
import { mustWin } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { changeOptions, examples } from '../../options.ts';
import { answerApi, mustBeNoClient, mustParseApi, nameOf, openApis } from './change-api.ts';
import { type ApiFlags, apiFlags, membersOf } from './flags.ts';

export const addCommand = (context: Context): Command =>
  examples(
    changeOptions(apiFlags(new Command('add')))
      .description('Registers an API. A token requested with resource=URI has that URI as its audience.')
      .argument('<resource>', 'the identifier of the API: an absolute URI without a fragment')
      .action((resource: string, flags: ApiFlags) => add(context, resource, flags)),
    'pixy apis add https://api.example.com/orders --scope "orders:read orders:write"',
    'pixy apis add https://api.example.com/reports --access-token-typ JWT',
    'pixy apis add https://api.example.com/payments --scope pay --access-token-lifetime 300 --introspected-by payments-api',
  );

async function add(context: Context, resource: string, flags: ApiFlags): Promise<void> {
  const api = mustParseApi({ resource, ...membersOf(flags) });
  const apis = await openApis(context);
  if (await apis.find(resource))
    throw new Failure(`There is already an API ${resource}: change it with pixy apis set.`);
  await mustBeNoClient(context, api);
  const version = mustWin(await apis.put(api, await context.author(), 0), nameOf(resource));
  context.print(answerApi(`Added API ${resource}`, undefined, api, version));
}
