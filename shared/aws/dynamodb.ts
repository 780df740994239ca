import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  type DeleteCommandInput,
  DynamoDBDocumentClient,
  GetCommand,
  type GetCommandInput,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { Outage } from '../outage.ts';

export type Item = Record<string, unknown>;

/**
 * The database (or another `service` of AWS that keeps something for us) did not answer, or answered with anything but the data.
 * The endpoint turns it into a 503; it is never a refusal and never a permission.
 */
export class StoreUnavailable extends Outage {
  override name = 'StoreUnavailable';
  readonly reason = 'store_unavailable';
  readonly service: string;
  constructor(cause: unknown, service = 'the database') {
    super('the store is unavailable', { cause });
    this.service = service;
  }
}

/** A condition on a write did not hold. */
export class ConditionFailed extends Error {
  override name = 'ConditionFailed';
}

/** What a conditional update found: it won (and made this item), or something else is there (or nothing). */
export type ConditionalOutcome = { won: true; item: Item } | { won: false; item: Item | undefined };

export type Database = ReturnType<typeof openDatabase>;

/**
 * The AWS SDK behind a few verbs. The endpoint comes from `AWS_ENDPOINT_URL_DYNAMODB` when that is set.
 * Three attempts of at most two seconds each stay far below API Gateway's 30 s.
 */
export function openDatabase(client = new DynamoDBClient(databaseClientDefaults)) {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

  async function guard<Output>(call: Promise<Output>): Promise<Output> {
    try {
      return await call;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) throw new ConditionFailed();
      throw new StoreUnavailable(error);
    }
  }

  async function get(input: GetCommandInput): Promise<Item | undefined> {
    return (await guard(documents.send(new GetCommand(input)))).Item;
  }

  /** Items of different tables in one call, one of each, read consistently, in the order they were asked for. */
  async function getTogether(
    wanted: readonly { TableName: string; Key: Item; ProjectionExpression?: string }[],
  ): Promise<(Item | undefined)[]> {
    const RequestItems = Object.fromEntries(
      wanted.map(({ TableName, Key, ...projection }) => [
        TableName,
        { Keys: [Key], ConsistentRead: true, ...projection },
      ]),
    );
    const { Responses, UnprocessedKeys } = await guard(documents.send(new BatchGetCommand({ RequestItems })));
    if (Object.keys(UnprocessedKeys ?? {}).length > 0) throw new StoreUnavailable('the read was throttled');
    return wanted.map(({ TableName }) => Responses?.[TableName]?.[0]);
  }

  /** Items of one table in one call, with these attributes of each and those of its key, in the order of their keys. */
  async function getAll(
    table: string,
    keys: readonly { pk: string; sk: string }[],
    { attributes, isConsistent }: { attributes: readonly string[]; isConsistent: boolean },
  ): Promise<(Item | undefined)[]> {
    const names = ['pk', 'sk', ...attributes];
    const wanted = {
      Keys: [...keys],
      ConsistentRead: isConsistent,
      ProjectionExpression: names.map((name) => `#${name}`).join(', '),
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    };
    const request = { RequestItems: { [table]: wanted } };
    const { Responses, UnprocessedKeys } = await guard(documents.send(new BatchGetCommand(request)));
    if (Object.keys(UnprocessedKeys ?? {}).length > 0) throw new StoreUnavailable('the read was throttled');
    return keys.map(({ pk, sk }) => Responses?.[table]?.find((item) => item['pk'] === pk && item['sk'] === sk));
  }

  async function put(input: PutCommandInput): Promise<void> {
    await guard(documents.send(new PutCommand(input)));
  }

  async function remove(input: DeleteCommandInput): Promise<void> {
    await guard(documents.send(new DeleteCommand(input)));
  }

  /**
   * Removes an item and returns it: of several at once, one gets it. The item is read before: the SDK retries a delete whose reply
   * it did not get, and what the first try removed is gone by then. Rather two get it than none.
   */
  async function takeOut({ TableName, Key }: { TableName: string; Key: Item }): Promise<Item | undefined> {
    const before = await get({ TableName, Key, ConsistentRead: true });
    if (before === undefined) return undefined;
    const removal = new DeleteCommand({ TableName, Key, ReturnValues: 'ALL_OLD' });
    const { Attributes: removed, $metadata } = await guard(documents.send(removal));
    return removed ?? (($metadata.attempts ?? 1) > 1 ? before : undefined);
  }

  /** Returns the attributes that `ReturnValues` asks for. */
  async function update(input: UpdateCommandInput): Promise<Item> {
    return (await guard(documents.send(new UpdateCommand(input)))).Attributes ?? {};
  }

  /** One page of a partition, and the key it ended at when there is more. */
  async function queryPage(input: QueryCommandInput): Promise<{ items: Item[]; next: Item | undefined }> {
    const page = await guard(documents.send(new QueryCommand(input)));
    return { items: page.Items ?? [], next: page.LastEvaluatedKey };
  }

  /** All items of a partition, page by page. */
  async function query(input: QueryCommandInput): Promise<Item[]> {
    const items: Item[] = [];
    let ExclusiveStartKey: Item | undefined;
    do {
      const page = await queryPage({ ...input, ExclusiveStartKey });
      items.push(...page.items);
      ExclusiveStartKey = page.next;
    } while (ExclusiveStartKey);
    return items;
  }

  /**
   * One conditional write that survives a lost reply. The SDK retries a write whose reply it did not get; if the first try
   * was committed, the retry fails its own condition. So the update must set the attribute `attempt` to `:attempt`
   * (a value nobody else has): on a failed condition the item is read consistently, and our own mark means that we won.
   */
  async function updateOnce(input: UpdateCommandInput & { TableName: string; Key: Item }): Promise<ConditionalOutcome> {
    try {
      return { won: true, item: await update({ ...input, ReturnValues: 'ALL_NEW' }) };
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
    const item = await get({ TableName: input.TableName, Key: input.Key, ConsistentRead: true });
    const won = item !== undefined && item['attempt'] === input.ExpressionAttributeValues?.[':attempt'];
    return won ? { won, item } : { won: false, item };
  }

  return { get, getTogether, getAll, put, remove, takeOut, update, updateOnce, query, queryPage };
}

export const databaseClientDefaults = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
} as const;
