import type { Batches } from '../aws/batches.ts';
import type { Database, Item } from '../aws/dynamodb.ts';
import { inTurns } from '../aws/in-turns.ts';
import { randomId } from '../random-bytes.ts';
import { type Author, type Change, isImport, loggedClient, newImportId } from './change.ts';
import { logItem, newChange } from './change-log.ts';
import { mayUseLess } from './may-use-less.ts';
import {
  changeKey,
  clientKey,
  directoryKey,
  exceptionsKey,
  type StoredClient,
  storedValue,
  toChange,
  toStoredClient,
} from './records.ts';
import type { RegisteredClient } from './registered-client.ts';
import { removedMark, sinceFor } from './since.ts';

/*
 * Changes many clients in few calls, as one import that can be taken back. Records are written as in client-store.ts, each in one
 * conditional write with its change, many at a time; the rest is written in batches. Where this process is alone with the database,
 * what was read is still there, and records are written in batches, too.
 */

/** One client of an import: what is stored, what is to be stored (undefined to remove it), and the change that says so. */
export type ClientWrite = {
  clientId: string;
  client: RegisteredClient | undefined;
  before: StoredClient | undefined;
  change: Change;
};

export type ClientImportStore = ReturnType<typeof clientImportStore>;

/** Ids that one update of the exceptions adds or removes. */
const mostIds = 100;

export function clientImportStore(
  { database, batches, isAlone }: { database: Database; batches: Batches; isAlone: boolean },
  table: string,
  now: () => number,
) {
  async function find(clientIds: readonly string[]): Promise<Map<string, StoredClient>> {
    const items = await batches.get(table, clientIds.map(clientKey));
    const stored = (clientId: string): [string, StoredClient][] => {
      const item = items.get(clientKey(clientId).pk);
      return item ? [[clientId, toStoredClient(item)]] : [];
    };
    return new Map(clientIds.flatMap(stored));
  }

  return {
    /** Returns what is stored about clients, by id, also about removed ones. */
    find,

    /** Writes the entry of an import to the change log: when it begins, and again with its `outcome`. */
    async logImport(entry: Change): Promise<void> {
      await database.put({ TableName: table, Item: logItem(entry) });
    },

    /** Copies changes into the log, where they may already be. A record is written before its change is logged. */
    logChanges: (changes: readonly Change[]): Promise<void> => batches.put(table, changes.map(logItem)),

    async findImport(id: string): Promise<Change | undefined> {
      const item = await database.get({ TableName: table, Key: changeKey(id), ConsistentRead: true });
      const change = item && toChange(item);
      return change && isImport(change) ? change : undefined;
    },

    /** Makes the entry of a new import of so many clients. */
    newImport: (author: Author, clients: number): Change => {
      const id = newImportId(now());
      return { id, at: now(), ...author, importId: id, clients };
    },

    /** Prepares a write. `undoes`: the change that it takes back. */
    prepare(
      clientId: string,
      client: RegisteredClient | undefined,
      before: StoredClient | undefined,
      { by, why, importId, undoes }: Author & { importId: string; undoes?: string },
    ): ClientWrite {
      // What an import takes back is there, or goes: nothing comes back by that.
      const since = client && sinceFor(client, before?.value, false, now());
      const next = client && { ...client, since };
      const change = newChange(
        {
          at: now(),
          by,
          why,
          client: clientId,
          since: before?.value?.since,
          before: before?.value && loggedClient(before.value),
          after: client && loggedClient(client),
          importId,
          undoes,
        },
        (before?.version ?? 0) + 1,
      );
      return { clientId, client: next, before, change };
    },

    /**
     * Writes clients, each under the condition that it is still as it was read. Returns the ids of those that somebody else has
     * changed. As in client-store.ts, a client that may use less than S256 is an exception from before its write until after it.
     */
    async write(writes: readonly ClientWrite[]): Promise<string[]> {
      const isException = ({ client }: ClientWrite) => client !== undefined && mayUseLess(client);
      await batches.put(
        table,
        writes.map(({ clientId }) => directoryKey(clientId)),
      );
      await markExceptions(writes.filter(isException), 'ADD');
      await batches.put(
        table,
        writes.flatMap(({ before }) => (before ? [logItem(before.lastChange)] : [])),
      );
      const lost = isAlone ? await putRecords(writes) : await updateRecords(writes);
      const won = writes.filter(({ clientId }) => !lost.includes(clientId));
      await batches.put(
        table,
        won.map(({ change }) => logItem(change)),
      );
      await markExceptions(
        won.filter((write) => !isException(write)),
        'DELETE',
      );
      return lost;
    },

    /**
     * Lists the changes of an import that were not taken back, one per client. While the import is unfinished, its last changes may
     * not be in the log yet, so all clients are looked at.
     */
    async changesOf({ id, outcome }: Change): Promise<Change[]> {
      const items = await database.query({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk >= :from',
        FilterExpression: 'importId = :id',
        ExpressionAttributeValues: { ':pk': 'changes', ':from': timeOf(id), ':id': id },
      });
      const logged = items.map(toChange).filter((change) => !isImport(change));
      const latest = outcome === undefined ? (await allLatest()).filter(({ importId }) => importId === id) : [];
      const all = [...new Map([...logged, ...latest].map((change) => [change.id, change])).values()];
      const undone = new Set(all.map(({ undoes }) => undoes));
      return all.filter((change) => change.undoes === undefined && !undone.has(change.id));
    },
  };

  async function allLatest(): Promise<Change[]> {
    const listed = await database.query({
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'directory' },
    });
    const stored = await find(listed.map((item) => item['sk'] as string));
    return [...stored.values()].map(({ lastChange }) => lastChange);
  }

  async function putRecords(writes: readonly ClientWrite[]): Promise<string[]> {
    const recordOf = ({ clientId, client, before, change }: ClientWrite): Item => ({
      ...clientKey(clientId),
      version: (before?.version ?? 0) + 1,
      lastChange: change,
      attempt: randomId(),
      value: client && storedValue(client),
      since: markOf(client),
      replacedSecrets: replacedSecrets(before),
    });
    await batches.put(table, writes.map(recordOf));
    return [];
  }

  async function updateRecords(writes: readonly ClientWrite[]): Promise<string[]> {
    const lost: string[] = [];
    await inTurns(writes, async (write) => {
      if (!(await updateRecord(write))) lost.push(write.clientId);
    });
    return lost;
  }

  async function updateRecord({ clientId, client, before, change }: ClientWrite): Promise<boolean> {
    const replaced = replacedSecrets(before);
    const set = ['version = :next', 'lastChange = :change', 'attempt = :attempt'];
    const remove: string[] = [];
    (client ? set : remove).push(client ? '#value = :value' : '#value');
    const since = markOf(client);
    (since === undefined ? remove : set).push(since === undefined ? '#since' : '#since = :since');
    (replaced ? set : remove).push(replaced ? 'replacedSecrets = :replaced' : 'replacedSecrets');
    const { won } = await database.updateOnce({
      TableName: table,
      Key: clientKey(clientId),
      UpdateExpression: `SET ${set.join(', ')}${remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''}`,
      ConditionExpression: before ? 'version = :version' : 'attribute_not_exists(version)',
      ExpressionAttributeNames: { '#value': 'value', '#since': 'since' },
      ExpressionAttributeValues: {
        ':next': (before?.version ?? 0) + 1,
        ':change': change,
        ':attempt': randomId(),
        ...(client && { ':value': storedValue(client) }),
        ...(since !== undefined && { ':since': since }),
        ...(replaced && { ':replaced': replaced }),
        ...(before && { ':version': before.version }),
      },
    });
    return won;
  }

  async function markExceptions(writes: readonly ClientWrite[], verb: 'ADD' | 'DELETE'): Promise<void> {
    for (let at = 0; at < writes.length; at += mostIds) {
      const ids = writes.slice(at, at + mostIds).map(({ clientId }) => clientId);
      await database.update({
        TableName: table,
        Key: exceptionsKey,
        UpdateExpression: `${verb} clientIds :ids`,
        ExpressionAttributeValues: { ':ids': new Set(ids) },
      });
    }
  }
}

const markOf = (client: RegisteredClient | undefined): string | undefined => (client ? client.since : removedMark);

/** The hashes that an import keeps beside a client which it replaces, so that taking it back does not lock the client out. */
const replacedSecrets = (before: StoredClient | undefined): readonly string[] | undefined =>
  before?.value && before.value.secretHashes.length > 0 ? before.value.secretHashes : undefined;

/** The time with which the id of an import begins; those of its changes begin with the same or a later one. */
const timeOf = (id: string): string => id.split('-')[0] ?? '';
