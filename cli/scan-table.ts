import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, StoreUnavailable } from '../shared/aws/dynamodb.ts';

/** What to look for in every item of a table, in DynamoDB's terms, and the key to continue after. */
export type Scan = {
  filter: string;
  names?: Record<string, string>;
  values: Item;
  projection?: string;
  after?: Item | undefined;
};

/** Yields the matching items of a whole table. For operators only, never on a request path, because every item read costs money. */
export async function* scanTable(client: DynamoDBClient, table: string, scan: Scan): AsyncGenerator<Item> {
  const documents = DynamoDBDocumentClient.from(client);
  let ExclusiveStartKey = scan.after;
  do {
    const page = await documents
      .send(
        new ScanCommand({
          TableName: table,
          FilterExpression: scan.filter,
          ExpressionAttributeNames: scan.names,
          ExpressionAttributeValues: scan.values,
          ProjectionExpression: scan.projection,
          ConsistentRead: true,
          ExclusiveStartKey,
        }),
      )
      .catch((error: unknown) => {
        throw new StoreUnavailable(error);
      });
    yield* page.Items ?? [];
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
}
