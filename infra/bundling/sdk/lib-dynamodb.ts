import { type AttributeValue, marshall, unmarshall } from './attribute-values.ts';
import type { DynamoDBClient } from './client-dynamodb.ts';
import { type Command, commandOf } from './json-client.ts';

/* Replaces @aws-sdk/lib-dynamodb in the bundles, with the commands that shared/aws uses. Leaves out undefined values. */

export class DynamoDBDocumentClient {
  readonly #client: DynamoDBClient;

  private constructor(client: DynamoDBClient) {
    this.#client = client;
  }

  /** Ignores the settings: leaving out undefined values, which they ask for, is built in. */
  static from(client: DynamoDBClient, _settings: object): DynamoDBDocumentClient {
    return new DynamoDBDocumentClient(client);
  }

  send<Output>(command: Command<Output>): Promise<Output> {
    return this.#client.send(command);
  }
}

type Values = Record<string, unknown>;
type Attributes = Record<string, AttributeValue>;
type Keys<Key> = Record<string, { Keys: Key[] }>;

type Input = {
  Key?: Values;
  Item?: Values;
  ExpressionAttributeValues?: Values | undefined;
  ExclusiveStartKey?: Values | undefined;
};

const valued = ['Key', 'Item', 'ExpressionAttributeValues', 'ExclusiveStartKey'] as const;

function write(input: Input): unknown {
  const body: Record<string, unknown> = { ...input };
  for (const member of valued) {
    const values = input[member];
    if (values !== undefined) body[member] = marshall(values);
  }
  return body;
}

type Output<Item> = { Item?: Item; Attributes?: Item; Items?: Item[]; LastEvaluatedKey?: Item };

function read({ Item, Attributes, Items, LastEvaluatedKey, ...rest }: Output<Attributes>): Output<Values> {
  return {
    ...rest,
    ...(Item && { Item: unmarshall(Item) }),
    ...(Attributes && { Attributes: unmarshall(Attributes) }),
    ...(Items && { Items: Items.map(unmarshall) }),
    ...(LastEvaluatedKey && { LastEvaluatedKey: unmarshall(LastEvaluatedKey) }),
  };
}

export const GetCommand = commandOf('GetItem', write, read);
export const PutCommand = commandOf('PutItem', write, read);
export const UpdateCommand = commandOf('UpdateItem', write, read);
export const DeleteCommand = commandOf('DeleteItem', write, read);
export const QueryCommand = commandOf('Query', write, read);

const mapValues = <From, To>(record: Record<string, From>, change: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));

const eachKey = <From, To>(tables: Keys<From>, change: (key: From) => To): Keys<To> =>
  mapValues(tables, (table) => ({ ...table, Keys: table.Keys.map(change) }));

type BatchGet<Item> = { Responses?: Record<string, Item[]>; UnprocessedKeys?: Keys<Item> };

export const BatchGetCommand = commandOf(
  'BatchGetItem',
  ({ RequestItems, ...rest }: { RequestItems: Keys<Values> }) => ({
    ...rest,
    RequestItems: eachKey(RequestItems, marshall),
  }),
  ({ Responses, UnprocessedKeys, ...rest }: BatchGet<Attributes>): BatchGet<Values> => ({
    ...rest,
    ...(Responses && { Responses: mapValues(Responses, (items) => items.map(unmarshall)) }),
    ...(UnprocessedKeys && { UnprocessedKeys: eachKey(UnprocessedKeys, unmarshall) }),
  }),
);

type BatchWrite = { RequestItems: Record<string, { DeleteRequest: { Key: Values } }[]> };

/** Deletes alone. */
export const BatchWriteCommand = commandOf(
  'BatchWriteItem',
  ({ RequestItems, ...rest }: BatchWrite) => ({
    ...rest,
    RequestItems: mapValues(RequestItems, (requests) =>
      requests.map(({ DeleteRequest: { Key } }) => ({ DeleteRequest: { Key: marshall(Key) } })),
    ),
  }),
  (answer: object) => answer,
);
