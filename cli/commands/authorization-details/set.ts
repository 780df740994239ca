import { Command } from 'commander';
import { detailTypeDocument } from '../../../shared/apis/detail-type.ts';
import { differences } from '../../../shared/clients/roll-back.ts';
import { expectVersion, mustWin } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { wrongUsage } from '../../failure.ts';
import { examples, versionOption } from '../../options.ts';
import { answerType, findType, mustParseType, nameOf, openTypes } from './change-type.ts';
import { membersOf, type TypeFlags, typeFlags } from './flags.ts';

export const setCommand = (context: Context): Command =>
  examples(
    versionOption(typeFlags(new Command('set')))
      .description(
        'Changes a type. Anything you do not specify stays unchanged, and so does what was granted. Running servers follow within 30 seconds.',
      )
      .argument('<type>')
      .action((type: string, flags: TypeFlags) => set(context, type, flags)),
    'pixy authorization-details set payment --schema payment.json --why "the bank takes references"',
    'pixy authorization-details set payment --description-in "fr=Payer {amount.value} à {to}"',
  );

async function set(context: Context, name: string, flags: TypeFlags): Promise<void> {
  const members = await membersOf(flags, context.io);
  if (Object.keys(members).length === 0) {
    throw wrongUsage('Say what to change; run pixy authorization-details set --help for the options.');
  }
  const { value: current, version: seen } = await findType(context, name);
  expectVersion(context, nameOf(name), seen);
  const type = mustParseType({ ...detailTypeDocument(current), ...members });
  const isSame = differences(detailTypeDocument(current), detailTypeDocument(type)).length === 0;
  const types = await openTypes(context);
  const version = isSame ? seen : mustWin(await types.put(type, await context.author(), seen), nameOf(name));
  context.print(answerType(`${isSame ? 'Nothing to change in' : 'Changed'} type ${name}`, current, type, version));
}
