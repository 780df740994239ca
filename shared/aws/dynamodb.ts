import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  BatchWriteCommand,
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
 * The database, or another AWS `service` that stores something for Pixy, gave no answer or an error. The endpoint answers 503:
 * never a refusal, never a permission.
 */
export class StoreUnavailable extends Outage {
  override name = 'StoreUnavailable';
  readonly reason = 'store_unavailable';
  readonly service: string;
  /** Says in the log which service it was, unless it was the database. */
  readonly code: string | undefined;
  constructor(cause: unknown, service?: string) {
    super('the store is unavailable', { cause });
    this.service = service ?? 'the database';
    this.code = service;
  }
}

/** The condition of a write did not hold. */
export class ConditionFailed extends Error {
  override name = 'ConditionFailed';
}

/** The outcome of a conditional update: it won and made this item, or it lost to whatever is stored (perhaps nothing). */
export type ConditionalOutcome = { won: true; item: Item } | { won: false; item: Item | undefined };

/** Which attributes a read asks for. */
export type Projection = { ProjectionExpression: string; ExpressionAttributeNames?: Record<string, string> };

/** The attributes of the key and these, of which some are named like words of the expression language. */
export function projectionOf(attributes: readonly string[], reserved: readonly string[]): Projection {
  const written = (name: string) => (reserved.includes(name) ? `#${name}` : name);
  const named = attributes.filter((name) => reserved.includes(name));
  return {
    ProjectionExpression: ['pk', 'sk', ...attributes.map(written)].join(', '),
    ...(named.length > 0 && { ExpressionAttributeNames: Object.fromEntries(named.map((name) => [`#${name}`, name])) }),
  };
}

/** Reads one item, consistently. */
export type ReadItem = (one: { table: string; key: Item; projection: Projection }) => Promise<Item | undefined>;

/** Items to read of one table in a call of several, at most 100 in all. */
export type Reading = { table: string; keys: readonly Item[]; projection: Projection; isConsistent: boolean };

const isKeyOf = (key: Item, item: Item) => Object.entries(key).every(([name, value]) => item[name] === value);

export type Database = ReturnType<typeof openDatabase>;

/**
 * Wraps the AWS SDK in a few verbs. `AWS_ENDPOINT_URL_DYNAMODB` overrides the endpoint. Three attempts of at most two seconds
 * each stay well below API Gateway's 30 s.
 */
export function openDatabase(client = new DynamoDBClient(clientDefaults)) {
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

  /** Reads one item from each of several tables in one consistent call. Returns them in the order of `wanted`. */
  async function getTogether(
    wanted: readonly { TableName: string; Key: Item; ProjectionExpression?: string }[],
  ): Promise<(Item | undefined)[]> {
    const RequestItems = Object.fromEntries(
      wanted.map(({ TableName, Key, ...projection }) => [
        TableName,
        { Keys: [Key], ConsistentRead: true, ...projection },
      ]),
    );
    const responses = await readBatch(RequestItems);
    return wanted.map(({ TableName }) => responses[TableName]?.[0]);
  }

  async function readBatch(RequestItems: BatchGetCommandInput['RequestItems']): Promise<Record<string, Item[]>> {
    const { Responses, UnprocessedKeys } = await guard(documents.send(new BatchGetCommand({ RequestItems })));
    if (Object.keys(UnprocessedKeys ?? {}).length > 0) throw new StoreUnavailable('the read was throttled');
    return Responses ?? {};
  }

  /**
   * Reads from several tables in one call, with the attributes of each projection, the key included. Returns the items of each reading
   * in the order of its keys.
   */
  async function getAcross(readings: readonly Reading[]): Promise<(Item | undefined)[][]> {
    const responses = await readBatch(
      Object.fromEntries(
        readings.map(({ table, keys, projection, isConsistent }) => [
          table,
          { Keys: [...keys], ConsistentRead: isConsistent, ...projection },
        ]),
      ),
    );
    return readings.map(({ table, keys }) => keys.map((key) => responses[table]?.find((item) => isKeyOf(key, item))));
  }

  /** The same from one table. */
  const getAll = async (
    table: string,
    keys: readonly Item[],
    how: Pick<Reading, 'projection' | 'isConsistent'>,
  ): Promise<(Item | undefined)[]> => (await getAcross([{ table, keys, ...how }]))[0] ?? [];

  async function put(input: PutCommandInput): Promise<void> {
    await guard(documents.send(new PutCommand(input)));
  }

  async function remove(input: DeleteCommandInput): Promise<void> {
    await guard(documents.send(new DeleteCommand(input)));
  }

  /** Removes items of a table, 25 per call. What is throttled is left for another time. */
  async function removeAll(table: string, keys: readonly Item[]): Promise<void> {
    for (let start = 0; start < keys.length; start += 25) {
      const requests = keys.slice(start, start + 25).map((Key) => ({ DeleteRequest: { Key } }));
      await guard(documents.send(new BatchWriteCommand({ RequestItems: { [table]: requests } })));
    }
  }

  /**
   * Removes an item and returns it to one of several concurrent callers. Reads it first, because the SDK retries a delete whose
   * reply was lost, and by then the first attempt has removed it. After a retry, two callers may both get the item rather than
   * neither.
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

  /** Returns one page of a partition, and the key it ended at when there are more. */
  async function queryPage(input: QueryCommandInput): Promise<{ items: Item[]; next: Item | undefined }> {
    const page = await guard(documents.send(new QueryCommand(input)));
    return { items: page.Items ?? [], next: page.LastEvaluatedKey };
  }

  /** Returns all items of a partition. */
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
   * Makes a conditional write that survives a lost reply. The SDK retries such a write; if the first attempt was committed, the
   * retry fails its own condition. The update must therefore set the attribute `attempt` to a unique `:attempt`. When the
   * condition fails, the item is read consistently: if it carries our mark, we won.
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

  return { get, getTogether, getAll, getAcross, put, remove, removeAll, takeOut, update, updateOnce, query, queryPage };
}

/** How long a call of any AWS service may take. The SDK itself has no limit: a service that is silent would take the whole request. */
export const clientDefaults = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};
