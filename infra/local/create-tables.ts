import {
  type AttributeDefinition,
  CreateTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { type TableDefinition, type TableName, tableDefinitions } from '../../shared/aws/tables.ts';

/** What the tables of a local run are called. */
export const localTableNames: Record<TableName, string> = {
  grants: 'pixy-grants',
  clients: 'pixy-clients',
  people: 'pixy-people',
  keys: 'pixy-keys',
};

/** Creates the tables that are missing, from the definitions that the CDK stack uses. `names` says what each is called. */
export async function createTables(client: DynamoDBClient, names: Record<TableName, string>): Promise<void> {
  const definitions = Object.entries(tableDefinitions) as [TableName, TableDefinition][];
  await Promise.all(definitions.map(([table, definition]) => createTable(client, names[table], definition)));
}

async function createTable(client: DynamoDBClient, name: string, { partitionKey, sortKey }: TableDefinition) {
  const keys = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: keys.map((key): AttributeDefinition => ({ AttributeName: key, AttributeType: 'S' })),
        KeySchema: keys.map(
          (key, index): KeySchemaElement => ({ AttributeName: key, KeyType: index ? 'RANGE' : 'HASH' }),
        ),
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.05, maxDelay: 1 }, { TableName: name });
}
