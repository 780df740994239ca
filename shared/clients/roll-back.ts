import { isDeepStrictEqual } from 'node:util';
import type { GlobalPolicy } from '../pkce/policy.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { Change, LoggedClient } from './change.ts';
import { type ChangedClient, changeClient, newClient } from './change-client.ts';
import { clientDocument } from './client-document.ts';
import type { RegisteredClient } from './registered-client.ts';
import type { Mistake } from './registration.ts';

/*
 * Undoes a logged change member by member: restores the old values and keeps what others have changed since. A member that
 * changed again is a conflict. The log only counts secrets, so they never come back.
 */

type Document = Readonly<Record<string, unknown>>;

export type Difference = { member: string; before?: unknown; after?: unknown };

/** Lists the members in which two documents differ; all of them when one document is absent. */
export function differences(before: Document = {}, after: Document = {}): Difference[] {
  const members = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return members
    .filter((member) => !isDeepStrictEqual(before[member], after[member]))
    .map((member) => ({
      member,
      ...(member in before && { before: before[member] }),
      ...(member in after && { after: after[member] }),
    }));
}

/** Returns what a change did, as client documents or global policies. */
export function documentsOf({ client, before, after }: Change): { before?: Document; after?: Document } {
  const toDocument = (value: object): Document =>
    client === undefined ? (value as Document) : clientDocument(value as LoggedClient);
  return { ...(before && { before: toDocument(before) }), ...(after && { after: toDocument(after) }) };
}

export type RollBackRefusal =
  /** These members have changed again. */
  | { reason: 'changed_since'; members: readonly string[] }
  | { reason: 'removed_since' }
  | { reason: 'added_since' }
  | { reason: 'undone_already' }
  | { reason: 'secrets_alone' };

/** What nobody can set about a client, and what people granted counts for. */
type KeptByRollBack = Pick<RegisteredClient, 'since' | 'clientClass' | 'documentHash'>;

/** What to do to a client. `change` is input for `changeClient`, `document` for `newClient`. */
export type ClientRollBack =
  | { action: 'remove' }
  | { action: 'add'; document: Document; kept: KeptByRollBack }
  | { action: 'change'; change: Document };

/**
 * Plans how to undo a change of a client, given the client as it is now. `now` is in epoch seconds; a waiver that has ended stays
 * ended. Refuses when something has changed since, is undone already, or only secrets changed.
 */
export function rollBackClient(
  change: Change,
  current: RegisteredClient | undefined,
  now: number,
): Result<ClientRollBack, RollBackRefusal> {
  const { before, after } = documentsOf(change);
  const present = current && clientDocument(current);
  if (before === undefined) {
    if (present === undefined) return refuse({ reason: 'undone_already' });
    const since = differences(after, present).map(({ member }) => member);
    return since.length > 0 ? refuse({ reason: 'changed_since', members: since }) : ok({ action: 'remove' });
  }
  if (after === undefined) {
    if (present !== undefined) return refuse({ reason: 'added_since' });
    const { client_class: _, ...document } = withoutNulls(restorable(before, change, now));
    const { clientClass, documentHash } = change.before as LoggedClient;
    return ok({ action: 'add', document, kept: { since: change.since, clientClass, documentHash } });
  }
  if (present === undefined) return refuse({ reason: 'removed_since' });
  const restored = restore(before, after, present);
  return restored.ok ? ok({ action: 'change', change: restorable(restored.value, change, now) }) : restored;
}

/** Carries out a plan on `current` by today's rules. Returns the resulting client, or undefined when it is removed. */
export async function rolledBack(
  plan: ClientRollBack,
  current: RegisteredClient | undefined,
  now: number,
): Promise<Result<ChangedClient | undefined, readonly Mistake[]>> {
  switch (plan.action) {
    case 'remove':
      return ok(undefined);
    case 'add': {
      const added = await newClient(plan.document, now);
      return added.ok ? ok({ ...added.value, client: { ...added.value.client, ...plan.kept } }) : added;
    }
    case 'change':
      return changeClient(current as RegisteredClient, plan.change, now);
  }
}

export function rollBackPolicy(change: Change, current: GlobalPolicy): Result<GlobalPolicy, RollBackRefusal> {
  const { before = {}, after = {} } = documentsOf(change);
  const restored = restore(before, after, current);
  return restored.ok ? ok({ ...current, ...restored.value }) : restored;
}

/** Returns the old values of the changed members, with null for those that were absent. */
function restore(before: Document, after: Document, present: Document): Result<Document, RollBackRefusal> {
  const changed = differences(before, after).filter(({ member }) => member !== 'client_secrets');
  if (changed.length === 0) return refuse({ reason: 'secrets_alone' });
  const pending = changed.filter(({ member }) => !isDeepStrictEqual(present[member], before[member]));
  if (pending.length === 0) return refuse({ reason: 'undone_already' });
  const members = pending.map(({ member }) => member);
  const again = members.filter((member) => !isDeepStrictEqual(present[member], after[member]));
  if (again.length > 0) return refuse({ reason: 'changed_since', members: again });
  return ok(Object.fromEntries(members.map((member) => [member, before[member] ?? null])));
}

/** Leaves out what cannot be restored: the number of secrets, and a waiver that has ended. */
function restorable(document: Document, { before }: Change, now: number): Document {
  const waiver = (before as LoggedClient | undefined)?.pkce.waiver;
  const isOver = 'pkce_waiver' in document && waiver !== undefined && waiver.until <= now;
  const members = Object.entries(document).filter(([member]) => member !== 'client_secrets');
  return { ...Object.fromEntries(members), ...(isOver && { pkce_waiver: null }) };
}

const withoutNulls = (document: Document): Document =>
  Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null));
