import { clientDocument } from '../../shared/clients/client-document.ts';
import { policyOf, switchesOf } from '../../shared/clients/present-client.ts';
import { policySettings } from '../../shared/clients/registered-client.ts';
import type { GlobalPolicy } from '../../shared/pkce/policy.ts';
import { modeLabel } from '../../shared/pkce/policy-label.ts';
import { number, plural, table } from '../output.ts';
import { type ImportPlan, type PlannedClient, refusedEntries } from './apply-import.ts';

/** The state of a plan. `stopped`: nothing was written, because entries are refused. */
export type ImportState = 'planned' | 'stopped' | 'done';

/** Describes what an import did or would do: the clients with their effective policy, the refused entries, and the notes. */
export function importText(
  plan: ImportPlan,
  state: ImportState,
  global: GlobalPolicy,
  now: number,
  id?: string,
): string {
  const { planned, refused, notes } = plan;
  const refusals = refused.map(({ entry, member, problem }) => [entry, `${member} ${problem}`]);
  const sections = [
    headline(plan, state) + (id === undefined ? '' : `To undo the import: pixy policy rollback ${id}\n`),
    planned.length > 0 ? clientTable(planned, global, now) : '',
    refused.length > 0 ? table(['refused', 'because'], refusals) : '',
    notes.length > 0 ? table(['taken', 'note'], notesByText(notes)) : '',
  ];
  return sections.filter((section) => section !== '').join('\n');
}

/** One row per note: an import of a thousand clients leaves the same thing behind a thousand times. */
function notesByText(notes: ImportPlan['notes']): string[][] {
  const entries = new Map<string, string[]>();
  for (const { entry, note } of notes) entries.set(note, [...(entries.get(note) ?? []), entry]);
  return [...entries].map(([note, [first = '', ...more]]) => [
    more.length === 0 ? first : `${more.length + 1} clients, ${first} first`,
    note,
  ]);
}

function headline(plan: ImportPlan, state: ImportState): string {
  const added = plan.planned.filter(({ action }) => action === 'add').length;
  const replaced = plan.planned.length - added;
  const refused = refusedEntries(plan).length;
  const unchanged = plan.unchanged === 0 ? '' : `, ${number(plan.unchanged)} there already and unchanged`;
  if (state === 'done')
    return `Added ${plural(added, 'client')}, replaced ${number(replaced)}, skipped ${number(refused)}${unchanged}.\n`;
  const counts = `${plural(added, 'client')} to add, ${number(replaced)} to replace, ${number(refused)} that cannot be imported${unchanged}`;
  return `${counts}. Nothing was written${state === 'planned' ? ': this is a dry run' : ''}.\n`;
}

function clientTable(planned: readonly PlannedClient[], global: GlobalPolicy, now: number): string {
  const rows = planned.map(({ action, client }) => [
    client.clientId,
    action,
    client.tokenEndpointAuthMethod,
    policyOf(client, global, now),
    modeLabel(policySettings(client), global, now),
    switchesOf(client),
    client.disabled ? 'disabled' : '',
  ]);
  return table(['client', 'action', 'authentication', 'policy', 'mode', 'switches', ''], rows);
}

/** The import as JSON. */
export const importJson = ({ planned, refused, notes, unchanged }: ImportPlan, state: ImportState, id?: string) => ({
  written: state === 'done',
  ...(id !== undefined && { import: id }),
  unchanged,
  clients: planned.map(({ entry, action, client }) => ({ entry, action, client: clientDocument(client) })),
  refused,
  notes,
});
