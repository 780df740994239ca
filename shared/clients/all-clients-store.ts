import type { Database } from '../aws/dynamodb.ts';
import { inTurns } from '../aws/in-turns.ts';
import { documentStore } from './document-store.ts';
import { clientKey, toVersionedClient } from './records.ts';
import type { RegisteredClient } from './registered-client.ts';

/** The most items that one call reads. */
const most = 100;

/**
 * Returns every client in the order of their ids, in as few calls as there can be: for pages that show all of them at once. Those that are
 * registered, except who registered themselves and were never used, and those by metadata document, as they were seen last. `now` is in
 * epoch seconds.
 */
export async function listEveryClient(database: Database, table: string, now: number): Promise<RegisteredClient[]> {
  const [registered, seen] = await Promise.all([
    listRegistered(database, table, now),
    documentStore(database, table).list(now),
  ]);
  const known = new Set(registered.map(({ clientId }) => clientId));
  const others = seen.map(({ client }) => client).filter(({ clientId }) => !known.has(clientId));
  return [...registered, ...others].toSorted((one, other) => (one.clientId < other.clientId ? -1 : 1));
}

async function listRegistered(database: Database, table: string, now: number): Promise<RegisteredClient[]> {
  const directory = await database.query({
    TableName: table,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': 'directory' },
    ConsistentRead: true,
  });
  const keys = directory.map(({ sk }) => clientKey(String(sk)));
  const parts = Array.from({ length: Math.ceil(keys.length / most) }, (_, at) =>
    keys.slice(at * most, (at + 1) * most),
  );
  const projection = {
    ProjectionExpression: 'pk, sk, #value, #since, version, lastChange, purgeAt',
    ExpressionAttributeNames: { '#value': 'value', '#since': 'since' },
  };
  const items = await inTurns(parts, (part) => database.getAll(table, part, { projection, isConsistent: true }));
  return items.flat().flatMap((item) => {
    if (item === undefined || Number(item['purgeAt'] ?? Number.POSITIVE_INFINITY) <= now) return [];
    const { value } = toVersionedClient(item);
    return value === undefined ? [] : [value];
  });
}
