import type { Change } from '../../shared/clients/change.ts';
import { type ClientImportStore, clientImportStore } from '../../shared/clients/client-import-store.ts';
import type { StoredClient } from '../../shared/clients/records.ts';
import type { Answer, Context } from '../context.ts';
import { conflict, Failure } from '../failure.ts';
import { number, plural } from '../output.ts';
import { undo, writeAll } from './write-clients.ts';

/** The clients of an import as a rollback finds them. */
type Found = { toUndo: [string, StoredClient][]; changed: string[] };

/**
 * Rolls an import back as a whole, as a change of its own: removes the clients that it added, and restores those that it replaced,
 * with their secrets. Fails when somebody has changed one of them since. What an interrupted rollback has left is rolled back by
 * the next one.
 */
export async function rollBackImport(context: Context, entry: Change): Promise<Answer> {
  if (entry.undoes !== undefined) {
    throw new Failure(`${entry.id} is the rollback of the import ${entry.undoes}: run that import again instead.`);
  }
  const opened = await context.open();
  const store = clientImportStore(opened, opened.table('clients'), context.now);
  const { toUndo, changed } = await findClients(entry, store);
  if (changed.length > 0) throw conflict(changedSince(changed, entry.id));
  if (toUndo.length === 0) {
    throw new Failure(`There is nothing to roll back: every client is as it was before ${entry.id}.`);
  }
  const author = await context.author(`rollback of ${entry.id}`);
  const rollback: Change = { ...store.newImport(author, toUndo.length), undoes: entry.id };
  const writes = toUndo.map(([id, record]) => undo(id, record, store, { ...author, importId: rollback.id }));
  await store.logImport(rollback);
  const lost = await writeAll(writes, store);
  if (lost !== undefined) throw conflict(stopped(lost));
  await store.logImport({ ...rollback, outcome: 'done' });
  if (entry.outcome === undefined) await store.logImport({ ...entry, outcome: 'taken back' });
  const removed = writes.filter(({ client }) => client === undefined).length;
  const restored = writes.length - removed;
  return {
    json: { id: rollback.id, import: entry.id, removed, restored },
    text: `Rolled back ${entry.id}: removed ${plural(removed, 'client')}, restored ${number(restored)}.\n`,
  };
}

async function findClients(entry: Change, store: ClientImportStore): Promise<Found> {
  const changes = await store.changesOf(entry);
  const stored = await store.find(changes.flatMap(({ client = [] }) => client));
  const found: Found = { toUndo: [], changed: [] };
  for (const { id, client = '' } of changes) {
    const record = stored.get(client);
    if (record?.lastChange.id === id) found.toUndo.push([client, record]);
    else if (record?.lastChange.undoes !== id) found.changed.push(client);
  }
  return found;
}

const mostNamed = 10;

const changedSince = (clientIds: readonly string[], importId: string): string => {
  const more = clientIds.length > mostNamed ? ` and ${clientIds.length - mostNamed} more` : '';
  return `${clientIds.slice(0, mostNamed).join(', ')}${more} changed again after the import ${importId}, so nothing was rolled back. An import can be rolled back only while all its clients are as it left them; a single change can be with its own id, which pixy policy log --import ${importId} shows.`;
};

const stopped = (clientId: string): string =>
  `Somebody else changed ${clientId} in the meantime, and the rollback stopped. Look at what they changed, and roll back the rest change by change.`;
