import { Command } from 'commander';
import { apiDocument } from '../../../shared/apis/registered-api.ts';
import { differences } from '../../../shared/clients/roll-back.ts';
import { expectVersion, mustWin } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { wrongUsage } from '../../failure.ts';
import { collect, examples, versionOption } from '../../options.ts';
import { answerApi, findApi, mustBeNoClient, mustParseApi, nameOf, openApis } from './change-api.ts';
import { type ApiFlags, apiFlags, membersOf } from './flags.ts';

type SetFlags = ApiFlags & { addScope?: string[]; removeScope?: string[]; notIntrospected?: true };

export const setCommand = (context: Context): Command =>
  examples(
    versionOption(apiFlags(new Command('set')))
      .description(
        'Changes an API. Anything you do not specify stays unchanged. Running servers follow within 30 seconds.',
      )
      .argument('<resource>')
      .option('--add-scope <value>', 'add a scope value (repeatable)', collect)
      .option('--remove-scope <value>', 'remove a scope value (repeatable)', collect)
      .option('--not-introspected', 'let no client introspect its tokens')
      .action((resource: string, flags: SetFlags) => set(context, resource, flags)),
    'pixy apis set https://api.example.com/orders --add-scope orders:cancel --why "cancelling is live"',
    'pixy apis set https://api.example.com/orders --access-token-lifetime default --if-version 2',
  );

async function set(context: Context, resource: string, flags: SetFlags): Promise<void> {
  const { addScope = [], removeScope = [], notIntrospected } = flags;
  const members = { ...membersOf(flags), ...(notIntrospected && { introspected_by: undefined }) };
  if (Object.keys(members).length === 0 && addScope.length === 0 && removeScope.length === 0) {
    throw wrongUsage('Say what to change; run pixy apis set --help for the options.');
  }
  const { value: current, version: seen } = await findApi(context, resource);
  expectVersion(context, nameOf(resource), seen);
  const document = { ...apiDocument(current), ...members };
  const scope = [...document.scope.split(' '), ...addScope].filter((value) => !removeScope.includes(value)).join(' ');
  const api = mustParseApi(present({ ...document, scope }));
  await mustBeNoClient(context, api);
  const isSame = differences(apiDocument(current), apiDocument(api)).length === 0;
  const apis = await openApis(context);
  const version = isSame ? seen : mustWin(await apis.put(api, await context.author(), seen), nameOf(resource));
  context.print(answerApi(`${isSame ? 'Nothing to change in' : 'Changed'} API ${resource}`, current, api, version));
}

const present = (document: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(document).filter(([, value]) => value !== undefined));
