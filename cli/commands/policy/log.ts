import { Command, Option } from 'commander';
import { type Change, isImport, subjectOf } from '../../../shared/clients/change.ts';
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
      .option('--import <id>', 'every change of this import or rollback, which otherwise is one line')
      .addOption(new Option('--limit <n>', 'the maximum number of changes').argParser(wholeNumber).default(20))
      .action((flags: Flags) => log(context, flags)),
    'pixy policy log',
    'pixy policy log --client my-app --limit 5 --json',
  );

type Flags = { client?: string; import?: string; limit: number };

/** Whether a change is to be listed. Of an import, its own entry is, unless its changes or those of one client are asked for. */
const isListed = (change: Change, { client, import: importId }: Flags): boolean =>
  importId === undefined
    ? client !== undefined || change.importId === undefined || isImport(change)
    : change.importId === importId && !isImport(change);

async function log(context: Context, flags: Flags): Promise<void> {
  const { clients } = await context.open();
  const all = await clients.changes(Number.MAX_SAFE_INTEGER, flags.client);
  const changes = all.filter((change) => isListed(change, flags)).slice(0, flags.limit);
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
  if (isImport(change)) {
    const what = change.undoes === undefined ? 'import' : `rollback of ${change.undoes}`;
    return change.outcome === 'done' ? what : `${what}, ${change.outcome ?? 'not finished'}`;
  }
  const { before, after } = documentsOf(change);
  if (before === undefined) return 'added';
  if (after === undefined) return 'removed';
  const changed = differences(before, after);
  if (changed.length === 0) return 'secret replaced';
  return changed.map(({ member, before: old, after: next }) => `${member} ${shown(old)} → ${shown(next)}`).join('; ');
}
