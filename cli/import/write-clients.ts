import type { Author, LoggedClient } from '../../shared/clients/change.ts';
import type { ClientImportStore, ClientWrite } from '../../shared/clients/client-import-store.ts';
import type { StoredClient } from '../../shared/clients/records.ts';
import { needsSecret, type RegisteredClient } from '../../shared/clients/registered-client.ts';

/** Clients that are written together. */
const together = 250;

type Origin = Author & { importId: string };

/** Writes clients until somebody else turns out to have changed one, and returns its id. */
export async function writeAll(
  writes: readonly ClientWrite[],
  store: Pick<ClientImportStore, 'write'>,
): Promise<string | undefined> {
  for (let at = 0; at < writes.length; at += together) {
    const [lost] = await store.write(writes.slice(at, at + together));
    if (lost !== undefined) return lost;
  }
  return undefined;
}

/** Takes back those of the writes that are in the database. Keeps a client that somebody has changed since. */
export async function takeBack(
  writes: readonly ClientWrite[],
  store: Pick<ClientImportStore, 'find' | 'prepare' | 'write'>,
  origin: Origin,
): Promise<void> {
  const stored = await store.find(writes.map(({ clientId }) => clientId));
  const undoing = writes.flatMap((write) => {
    const record = stored.get(write.clientId);
    return record?.lastChange.id === write.change.id ? [undo(write.clientId, record, store, origin)] : [];
  });
  // A client that somebody changes in this moment is theirs.
  for (let at = 0; at < undoing.length; at += together) await store.write(undoing.slice(at, at + together));
}

/** Prepares the write that takes the last change of a client back, with the secrets that it replaced. */
export function undo(
  clientId: string,
  record: StoredClient,
  store: Pick<ClientImportStore, 'prepare'>,
  origin: Origin,
): ClientWrite {
  const { before, id } = record.lastChange;
  const client = before && restored(before as LoggedClient, record);
  return store.prepare(clientId, client, record, { ...origin, undoes: id });
}

/** The client that the last change has replaced. Throws when it needs a secret, and its hash was not kept. */
function restored(logged: LoggedClient, { replacedSecrets = [] }: StoredClient): RegisteredClient {
  const { secrets: _, ...client } = logged;
  const value = { ...client, secretHashes: [...replacedSecrets] };
  if (needsSecret(value) && replacedSecrets.length === 0) throw new Error('the replaced secret was not kept');
  return value;
}
