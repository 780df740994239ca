import { Command } from 'commander';
import { scopeDocument } from '../../../shared/apis/registered-scope.ts';
import { differences } from '../../../shared/clients/roll-back.ts';
import { expectVersion, mustWin } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { wrongUsage } from '../../failure.ts';
import { examples, versionOption } from '../../options.ts';
import { answerScope, findScope, mustParseScope, nameOf, openScopes } from './change-scope.ts';
import { membersOf, type ScopeFlags, scopeFlags } from './flags.ts';

export const setCommand = (context: Context): Command =>
  examples(
    versionOption(scopeFlags(new Command('set')))
      .description(
        'Changes a registered scope value. Anything you do not specify stays unchanged. Running servers follow within 30 seconds.',
      )
      .argument('<scope>')
      .action((value: string, flags: ScopeFlags) => set(context, value, flags)),
    'pixy scopes set groups --claim groups --claim roles --why "the wiki reads roles"',
    'pixy scopes set groups --description-in "fr=Voir vos groupes"',
  );

async function set(context: Context, name: string, flags: ScopeFlags): Promise<void> {
  const members = membersOf(flags);
  if (Object.keys(members).length === 0) {
    throw wrongUsage('Say what to change; run pixy scopes set --help for the options.');
  }
  const { value: current, version: seen } = await findScope(context, name);
  expectVersion(context, nameOf(name), seen);
  const scope = mustParseScope({ ...scopeDocument(current), ...members });
  const isSame = differences(scopeDocument(current), scopeDocument(scope)).length === 0;
  const scopes = await openScopes(context);
  const version = isSame ? seen : mustWin(await scopes.put(scope, await context.author(), seen), nameOf(name));
  context.print(answerScope(`${isSame ? 'Nothing to change in' : 'Changed'} scope ${name}`, current, scope, version));
}
