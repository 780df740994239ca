import type { Database } from '../aws/dynamodb.ts';
import { inTurns } from '../aws/in-turns.ts';
import { clientKey, toVersionedClient, type Versioned } from './records.ts';
import type { RegisteredClient } from './registered-client.ts';

/** The most items that one call reads. */
const most = 100;

/**
 * Returns every registered client in the order of their ids, in as few calls as there can be: for pages that show all of them at once.
 * Leaves out who registered themselves and were never used. `now` is in epoch seconds.
 */
export async function listAllClients(
  database: Database,
  table: string,
  now: number,
): Promise<Versioned<RegisteredClient>[]> {
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
    ProjectionExpression: 'pk, sk, #value, version, lastChange, purgeAt',
    ExpressionAttributeNames: { '#value': 'value' },
  };
  const items = await inTurns(parts, (part) => database.getAll(table, part, { projection, isConsistent: true }));
  return items.flat().flatMap((item) => {
    if (item === undefined || Number(item['purgeAt'] ?? Number.POSITIVE_INFINITY) <= now) return [];
    const { value, ...found } = toVersionedClient(item);
    return value === undefined ? [] : [{ ...found, value }];
  });
}
