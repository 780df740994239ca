import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll } from 'vitest';
import { createTables } from '../../infra/local/create-tables.ts';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import { clientDefaults, openDatabase } from '../../shared/aws/dynamodb.ts';
import type { TableName } from '../../shared/aws/tables.ts';

process.env['AWS_REGION'] ??= 'eu-central-1';
process.env['AWS_ACCESS_KEY_ID'] ??= 'local';
process.env['AWS_SECRET_ACCESS_KEY'] ??= 'local';

/**
 * Fresh tables, for the top of a file, in a database with DynamoDB's semantics: the one at `AWS_ENDPOINT_URL_DYNAMODB` when that is set, else the
 * embedded one. `through` gives the endpoint that the stores talk to, to put something in between.
 */
export async function freshTables(through: (endpoint: string) => Promise<string> = async (endpoint) => endpoint) {
  const given = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  const embedded = given === undefined ? await startEmbeddedDynamoDB() : undefined;
  const endpoint = given ?? embedded?.endpoint ?? '';
  const prefix = `test-${randomBytes(6).toString('hex')}-`;
  const tables: Record<TableName, string> = {
    grants: `${prefix}grants`,
    clients: `${prefix}clients`,
    people: `${prefix}people`,
    keys: `${prefix}keys`,
  };
  const direct = new DynamoDBClient({ endpoint });
  await createTables(direct, tables);
  afterAll(async () => {
    direct.destroy();
    await embedded?.close();
  });
  const client = new DynamoDBClient({ ...clientDefaults, endpoint: await through(endpoint) });
  afterAll(() => client.destroy());
  return { tables, client, database: openDatabase(client), direct: openDatabase(direct) };
}
