import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

/*
 * A DynamoDB adapter for oidc-provider, as its documentation describes adapters: an item per model, and indexes for lookups by
 * anything but the id. Uses one table, with consistent reads, because what was just written is read back at once.
 */

const table = 'oidc-provider';
const index = (name: string) => ({
  IndexName: name,
  KeySchema: [{ AttributeName: name, KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
});
const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });

export async function dynamoAdapter(endpoint: string) {
  const client = new DynamoDBClient({ endpoint });
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [attribute('modelId'), attribute('uid'), attribute('grantId')],
      KeySchema: [{ AttributeName: 'modelId', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [index('uid'), index('grantId')],
    }),
  );

  return class {
    readonly model: string;
    constructor(model: string) {
      this.model = model;
    }

    #key(id: string) {
      return { modelId: { S: `${this.model}-${id}` } };
    }

    async upsert(id: string, payload: { uid?: string; grantId?: string }, expiresIn: number): Promise<void> {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: {
            ...this.#key(id),
            payload: { S: JSON.stringify(payload) },
            ...(this.model === 'Session' && payload.uid && { uid: { S: payload.uid } }),
            ...(this.model !== 'Session' && payload.grantId && { grantId: { S: payload.grantId } }),
            ...(expiresIn && { expiresAt: { N: String(Math.floor(Date.now() / 1_000) + expiresIn) } }),
          },
        }),
      );
    }

    async find(id: string): Promise<object | undefined> {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: this.#key(id), ConsistentRead: true }),
      );
      return this.#read(Item);
    }

    async findByUid(uid: string): Promise<object | undefined> {
      const { Items } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'uid',
          KeyConditionExpression: 'uid = :uid',
          ExpressionAttributeValues: { ':uid': { S: uid } },
          Limit: 1,
        }),
      );
      return this.#read(Items?.[0]);
    }

    async consume(id: string): Promise<void> {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: this.#key(id),
          UpdateExpression: 'SET #consumed = :now',
          ExpressionAttributeNames: { '#consumed': 'consumed' },
          ConditionExpression: 'attribute_exists(modelId)',
          ExpressionAttributeValues: { ':now': { N: String(Math.floor(Date.now() / 1_000)) } },
        }),
      );
    }

    async destroy(id: string): Promise<void> {
      await client.send(new DeleteItemCommand({ TableName: table, Key: this.#key(id) }));
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'grantId',
          KeyConditionExpression: 'grantId = :grantId',
          ExpressionAttributeValues: { ':grantId': { S: grantId } },
        }),
      );
      for (const { modelId } of Items) {
        if (modelId) await client.send(new DeleteItemCommand({ TableName: table, Key: { modelId } }));
      }
    }

    #read(item: Record<string, { S?: string | undefined; N?: string | undefined }> | undefined): object | undefined {
      if (item === undefined || Number(item['expiresAt']?.N ?? Number.POSITIVE_INFINITY) < Date.now() / 1_000)
        return undefined;
      const consumed = item['consumed']?.N;
      return {
        ...JSON.parse(item['payload']?.S ?? '{}'),
        ...(consumed !== undefined && { consumed: Number(consumed) }),
      };
    }
  };
}
