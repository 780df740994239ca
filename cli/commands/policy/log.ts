import { Command, Option } from 'commander';
import { type Change, subjectOf } from '../../../shared/clients/change.ts';
import { changeDocument } from '../../../shared/clients/change-document.ts';
import { differences, documentsOf } from '../../../shared/clients/roll-back.ts';
import { briefTime } from '../../../shared/time.ts';
import type { Context } from '../../context.ts';
import { examples, storeOptions, wholeNumber } from '../../options.ts';
import { shown, table } from '../../output.ts';

export const logCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('log'))
      .description('Lists changes to clients and the global policy, latest first: who, when, what and why.')
      .option('--client <client-id>', 'only changes to this client')
      .addOption(new Option('--limit <n>', 'the maximum number of changes').argParser(wholeNumber).default(20))
      .action((flags: { client?: string; limit: number }) => log(context, flags)),
    'pixy policy log',
    'pixy policy log --client my-app --limit 5 --json',
  );

async function log(context: Context, { client, limit }: { client?: string; limit: number }): Promise<void> {
  const { clients } = await context.open();
  const changes = await clients.changes(limit, client);
  const rows = changes.map((change) => [
    change.id,
    briefTime(change.at),
    change.by,
    subjectOf(change),
    change.why,
    describeChange(change),
  ]);
  context.print({
    json: changes.map(changeDocument),
    text:
      rows.length === 0 ? 'There are no changes.\n' : table(['change', 'time', 'by', 'client', 'why', 'what'], rows),
  });
}

/** Describes a change: `pkce_policy inherit → S256`, `added`, `removed`. */
export function describeChange(change: Change): string {
  const { before, after } = documentsOf(change);
  if (before === undefined) return 'added';
  if (after === undefined) return 'removed';
  const changed = differences(before, after);
  if (changed.length === 0) return 'secret replaced';
  return changed.map(({ member, before: old, after: next }) => `${member} ${shown(old)} → ${shown(next)}`).join('; ');
}
