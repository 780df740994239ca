import type { Database } from '../aws/dynamodb.ts';
import { cachedByKey } from '../cached.ts';
import { clientKey } from './records.ts';
import type { RegisteredClient } from './registered-client.ts';
import { isSelfRegistered } from './reserved-ids.ts';
import { remembered, removedMark } from './since.ts';

/** All that is read of a record here. The hashes of the client's secrets are in the same item. */
export const markAttributes = ['since', 'purgeAt'] as const;

export type MarkReader = ReturnType<typeof markReader>;

/**
 * Reads which client has an id now, and nothing else about it, for functions that stand in front of other people's APIs; remembered as
 * clients are. Undefined: no registered client has the id.
 */
export const markReader = (database: Database, table: string, now: () => number) =>
  cachedByKey(
    async (clientId): Promise<Pick<RegisteredClient, 'since'> | undefined> => {
      if (clientId.length > 255) return undefined; // longer than any registered id, and than a key may be
      const item = await database.get({
        TableName: table,
        Key: clientKey(clientId),
        // Who has just registered themselves comes at once.
        ConsistentRead: isSelfRegistered(clientId),
        ProjectionExpression: 'pk, #since, purgeAt',
        ExpressionAttributeNames: { '#since': 'since' },
      });
      if (item === undefined || item['since'] === removedMark) return undefined;
      const isOver = now() >= Number(item['purgeAt'] ?? Number.POSITIVE_INFINITY);
      return isOver ? undefined : { since: item['since'] as string | undefined };
    },
    remembered,
    now,
    1_000,
    // It may be on its way from another region.
    (mark, clientId) => mark !== undefined || !isSelfRegistered(clientId),
  );
