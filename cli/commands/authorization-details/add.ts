import { Command } from 'commander';
import { mustWin } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { changeOptions, examples } from '../../options.ts';
import { answerType, mustParseType, nameOf, openTypes } from './change-type.ts';
import { membersOf, type TypeFlags, typeFlags } from './flags.ts';

export const addCommand = (context: Context): Command =>
  examples(
    changeOptions(typeFlags(new Command('add')))
      .description(
        'Registers a type. Clients that are registered for it may ask for objects of this type; people see each object in the words of the description.',
      )
      .argument('<type>', 'the type, as clients write it')
      .action((type: string, flags: TypeFlags) => add(context, type, flags)),
    'pixy authorization-details add payment --schema payment.json --description "Pay {amount.value} {amount.currency} to {to}"',
    'pixy authorization-details add payment --schema - --description "Pay {amount.value} to {to}" --description-in "de={amount.value} an {to} zahlen" < payment.json',
  );

async function add(context: Context, type: string, flags: TypeFlags): Promise<void> {
  const parsed = mustParseType({ type, ...(await membersOf(flags, context.io)) });
  const types = await openTypes(context);
  if (await types.find(type)) {
    throw new Failure(`There is already a type ${type}: change it with pixy authorization-details set.`);
  }
  const version = mustWin(await types.put(parsed, await context.author(), 0), nameOf(type));
  context.print(answerType(`Added type ${type}`, undefined, parsed, version));
}
