import {
  type AttributeDefinition,
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { type TableDefinition, type TableName, tableDefinitions } from '../../shared/aws/tables.ts';

/** Names of the tables in a local run. */
export const localTableNames: Record<TableName, string> = {
  grants: 'pixy-grants',
  clients: 'pixy-clients',
  people: 'pixy-people',
  keys: 'pixy-keys',
};

/** Creates the missing tables from the definitions that the CDK stack uses. `names` has the name of each. */
export async function createTables(client: DynamoDBClient, names: Record<TableName, string>): Promise<void> {
  const definitions = Object.entries(tableDefinitions) as [TableName, TableDefinition][];
  await Promise.all(definitions.map(([table, definition]) => createTable(client, names[table], definition)));
}

async function createTable(client: DynamoDBClient, name: string, definition: TableDefinition) {
  try {
    await client.send(new CreateTableCommand({ ...describeTable(name, definition), BillingMode: 'PAY_PER_REQUEST' }));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.05, maxDelay: 1 }, { TableName: name });
}

/** Describes a table as DynamoDB does. */
export function describeTable(name: string, { partitionKey, sortKey, indexes = {} }: TableDefinition) {
  const keys = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
  const indexed = Object.values(indexes).flatMap((index) => [index.partitionKey, index.sortKey]);
  return {
    TableName: name,
    AttributeDefinitions: [...new Set([...keys, ...indexed])].map(
      (key): AttributeDefinition => ({ AttributeName: key, AttributeType: 'S' }),
    ),
    KeySchema: keySchema(keys),
    ...(indexed.length > 0 && {
      GlobalSecondaryIndexes: Object.entries(indexes).map(([IndexName, index]) => ({
        IndexName,
        KeySchema: keySchema([index.partitionKey, index.sortKey]),
        Projection: { ProjectionType: 'KEYS_ONLY' as const },
      })),
    }),
  };
}

const keySchema = (keys: readonly string[]) =>
  keys.map((key, index) => ({ AttributeName: key, KeyType: index === 0 ? ('HASH' as const) : ('RANGE' as const) }));
