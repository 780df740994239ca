import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, BatchWriteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, StoreUnavailable } from './dynamodb.ts';
import { inTurns } from './in-turns.ts';

/*
 * Reads and writes of many items per call, for operators only. What a throttled table leaves undone is sent again, more slowly
 * every time, so that a table that is busy slows an import down and loses nothing of it.
 */

type Key = { pk: string; sk: string };

export type Batches = {
  /** Returns the items that are there, by `pk`, for keys with different ones. */
  get(table: string, keys: readonly Key[], projection?: string): Promise<Map<string, Item>>;
  /** Returns every item of a table in one call, or undefined when there are more than `most`. */
  getAll(table: string, most: number): Promise<Item[] | undefined>;
  /** Writes items without a condition, in no particular order: for keys that nobody else can have. */
  put(table: string, items: readonly Item[]): Promise<void>;
};

const mostKeys = 100;
const mostItems = 25;

/** Milliseconds to wait before trying again what was throttled; doubled every time. */
const firstPause = 50;
const mostTries = 12;

/** `together`: how many calls run at the same time. */
export function batches(client: DynamoDBClient, together?: number): Batches {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

  /** Sends a request until nothing of it is left. `send` returns the rest. */
  async function sendAll<Request>(
    request: Request,
    send: (rest: Request) => Promise<Request | undefined>,
  ): Promise<void> {
    let rest: Request | undefined = request;
    for (let tries = 0; rest !== undefined; tries += 1) {
      if (tries === mostTries) throw new StoreUnavailable('the table stays throttled');
      if (tries > 0) await pause(Math.min(firstPause * 2 ** (tries - 1), 5_000));
      rest = await send(rest).catch((error: unknown) => {
        if (isThrottled(error)) return rest;
        throw new StoreUnavailable(error);
      });
    }
  }

  return {
    async get(table, keys, projection) {
      const found = new Map<string, Item>();
      // The same key twice in a request would be refused.
      const wanted = [...new Map(keys.map((key) => [key.pk, key])).values()];
      await inTurns(
        inParts(wanted, mostKeys),
        async (part) => {
          await sendAll(part, async (Keys) => {
            const asked = {
              Keys,
              ConsistentRead: true,
              ...(projection !== undefined && { ProjectionExpression: projection }),
            };
            const answer = await documents.send(new BatchGetCommand({ RequestItems: { [table]: asked } }));
            for (const item of answer.Responses?.[table] ?? []) found.set(item['pk'] as string, item);
            const rest = answer.UnprocessedKeys?.[table]?.Keys as Key[] | undefined;
            return rest && rest.length > 0 ? rest : undefined;
          });
        },
        together,
      );
      return found;
    },

    async getAll(table, most) {
      const found: Item[] = [];
      let isAll = false;
      await sendAll(table, async (TableName) => {
        const page = await documents.send(new ScanCommand({ TableName, Limit: most, ConsistentRead: true }));
        found.push(...(page.Items ?? []));
        isAll = page.LastEvaluatedKey === undefined;
        return undefined;
      });
      return isAll ? found : undefined;
    },

    async put(table, items) {
      await inTurns(
        inParts(items, mostItems),
        async (part) => {
          const requests = part.map((Item) => ({ PutRequest: { Item } }));
          await sendAll(requests, async (rest) => {
            const answer = await documents.send(new BatchWriteCommand({ RequestItems: { [table]: rest } }));
            const left = answer.UnprocessedItems?.[table] as typeof requests | undefined;
            return left && left.length > 0 ? left : undefined;
          });
        },
        together,
      );
    },
  };
}

function inParts<Part>(all: readonly Part[], most: number): Part[][] {
  return Array.from({ length: Math.ceil(all.length / most) }, (_, at) => all.slice(at * most, (at + 1) * most));
}

const isThrottled = (error: unknown): boolean =>
  ['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'].includes(
    (error as Error).name,
  );

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
