import { Command } from 'commander';
import { briefTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { examples, storeOptions } from '../../options.ts';
import { pairs } from '../../output.ts';
import { describeType, findType } from './change-type.ts';

export const showCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('show'))
      .description('Shows a registered type: its schema, and what people read about it.')
      .argument('<type>')
      .action((type: string) => show(context, type)),
    'pixy authorization-details show payment',
    'pixy authorization-details show payment --stage prod --json',
  );

async function show(context: Context, name: string): Promise<void> {
  const found = await findType(context, name);
  const { value, version, changed } = found;
  context.print({
    json: describeType(found),
    text: pairs([
      ['type', value.type],
      ['description', value.description],
      ...Object.entries(value.descriptions ?? {}).map(
        ([language, text]) => [`description in ${language}`, text] as const,
      ),
      ['schema', JSON.stringify(value.schema)],
      ['version', String(version)],
      ['changed', changed && `${briefTime(changed.at)} by ${changed.by}${changed.why && `: ${changed.why}`}`],
    ]),
  });
}
