import * as v from 'valibot';
import type { Database, Item } from '../aws/dynamodb.ts';
import { cached } from '../cached.ts';
import type { RegisteredApi } from './registered-api.ts';

/*
 * Registered APIs in the Clients table: one partition, one item per API. There are few of them, so one query reads them all.
 */

const remembered = 30;

export type ApiReader = ReturnType<typeof apiReader>;

const list = async (database: Database, table: string): Promise<RegisteredApi[]> => {
  const items = await database.query({
    TableName: table,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': 'apis' },
  });
  return items.map(toApi);
};

/** All APIs, remembered for 30 s. */
export const apiReader = (database: Database, table: string, now: () => number) => ({
  list: cached(() => list(database, table), remembered, now),
});

export const apiStore = (database: Database, table: string) => ({
  list: () => list(database, table),
  put: (api: RegisteredApi) => database.put({ TableName: table, Item: { pk: 'apis', sk: api.resource, ...api } }),
  remove: (resource: string) => database.remove({ TableName: table, Key: { pk: 'apis', sk: resource } }),
});

const record = v.object({
  resource: v.string(),
  scope: v.array(v.string()),
  accessTokenLifetime: v.optional(v.number()),
});

const toApi = (item: Item): RegisteredApi => v.parse(record, item);
