import { Command } from 'commander';
import { mustWin } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { changeOptions, examples } from '../../options.ts';
import { answerScope, mustParseScope, nameOf, openScopes } from './change-scope.ts';
import { membersOf, type ScopeFlags, scopeFlags } from './flags.ts';

export const addCommand = (context: Context): Command =>
  examples(
    changeOptions(scopeFlags(new Command('add')))
      .description(
        'Registers a scope value. Clients whose scope has it get its claims from userinfo, and in tokens where the client or the API says so.',
      )
      .argument('<scope>', 'the scope value')
      .action((value: string, flags: ScopeFlags) => add(context, value, flags)),
    'pixy scopes add groups --claim groups --description "See which groups you are in"',
    'pixy scopes add hr --claim department --claim manager --description "See where you work" --description-in "de=Sehen, wo Sie arbeiten"',
  );

async function add(context: Context, value: string, flags: ScopeFlags): Promise<void> {
  const scope = mustParseScope({ scope: value, ...membersOf(flags) });
  const scopes = await openScopes(context);
  if (await scopes.find(value)) throw new Failure(`There is already a scope ${value}: change it with pixy scopes set.`);
  const version = mustWin(await scopes.put(scope, await context.author(), 0), nameOf(value));
  context.print(answerScope(`Added scope ${value}`, undefined, scope, version));
}
