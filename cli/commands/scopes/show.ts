import { Command } from 'commander';
import { briefTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { examples, storeOptions } from '../../options.ts';
import { pairs } from '../../output.ts';
import { describeScope, findScope } from './change-scope.ts';

export const showCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('show'))
      .description('Shows a registered scope value: its claims, and what people read about it.')
      .argument('<scope>')
      .action((value: string) => show(context, value)),
    'pixy scopes show groups',
    'pixy scopes show groups --stage prod --json',
  );

async function show(context: Context, name: string): Promise<void> {
  const found = await findScope(context, name);
  const { value, version, changed } = found;
  context.print({
    json: describeScope(found),
    text: pairs([
      ['scope', value.value],
      ['claims', value.claims.join(' ')],
      ['description', value.description ?? 'none'],
      ...Object.entries(value.descriptions ?? {}).map(
        ([language, text]) => [`description in ${language}`, text] as const,
      ),
      ['version', String(version)],
      ['changed', changed && `${briefTime(changed.at)} by ${changed.by}${changed.why && `: ${changed.why}`}`],
    ]),
  });
}
