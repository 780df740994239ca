import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTables, localTableNames } from '../../infra/local/create-tables.ts';
import type { WireCall, WireReply } from '../explorer/tables-in-memory.ts';
import { send } from '../support/http.ts';

const authorization =
  'AWS4-HMAC-SHA256 Credential=local/20300101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none';

/** Creates the tables of a local run in a database. Returns what asks it, as a client does. */
export async function openWire(endpoint: string): Promise<(call: WireCall) => Promise<WireReply>> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials });
  await createTables(client, localTableNames);
  client.destroy();
  return async ({ operation, body }) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20300101T000000Z',
      authorization,
    };
    const answer = await send(Number(new URL(endpoint).port), '/', { method: 'POST', headers, body });
    return { status: answer.status, body: answer.body };
  };
}
