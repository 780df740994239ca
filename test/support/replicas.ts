import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll } from 'vitest';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import { type TableDefinition, type TableName, tableDefinitions } from '../../shared/aws/tables.ts';
import { tables } from './server.ts';
import { proxyBefore } from './service-proxy.ts';

/*
 * What DynamoDB global tables do, between databases of this process: whoever writes an item writes the copy in the other regions some time
 * later, conditions hold in the own region alone, and of two writes of one item in two regions the later one wins everywhere, whole.
 */

type Key = Record<string, AttributeValue>;
type Item = Record<string, AttributeValue>;
/** The item as a write left it, or that it left none. `at`: which write of all it was. */
type Write = { table: string; key: Key; item: Item | undefined; at: number };

/** `none`: a copy is there before the write is answered. `until delivered`: when a test says so. */
export type Delay = 'none' | 'until delivered';

type Replica = { client: DynamoDBClient; endpoint: string; versions: Map<string, number>; incoming: Write[] };

const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);

/** A database per letter, with copies of these tables; closed after the last test of the file. Begins with copies that wait. */
export async function startReplicas(letters: readonly string[], copied: readonly string[]) {
  const replicas = new Map<string, Replica>();
  let count = 0;
  let delay: Delay = 'until delivered';

  for (const letter of letters) {
    const embedded = await startEmbeddedDynamoDB();
    afterAll(() => embedded.close());
    const client = clientOf(embedded.endpoint);
    const { endpoint } = await proxyBefore(embedded.endpoint, async ({ operation, body, pass }) => {
      const answer = await pass();
      if (writes.has(operation) && answer.status === 200) await passOn(letter, keysIn(operation, JSON.parse(body)));
      return answer;
    });
    replicas.set(letter, { client, endpoint, versions: new Map(), incoming: [] });
  }

  const replicaOf = (letter: string): Replica => {
    const replica = replicas.get(letter);
    if (replica === undefined) throw new Error(`there is no database ${letter}`);
    return replica;
  };

  async function passOn(letter: string, written: readonly { table: string; key: Key }[]): Promise<void> {
    const { client, versions } = replicaOf(letter);
    for (const { table, key } of written.filter((one) => copied.includes(one.table))) {
      const found = await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }));
      count += 1;
      const write = { table, key, item: found.Item, at: count };
      versions.set(nameOf(write), count);
      for (const [other, { incoming }] of replicas) if (other !== letter) incoming.push(write);
    }
    if (delay === 'none') await deliver();
  }

  async function deliver(): Promise<void> {
    for (const replica of replicas.values()) {
      for (const write of replica.incoming.splice(0)) await copy(write, replica);
    }
  }

  return {
    endpointOf: (letter: string): string => replicaOf(letter).endpoint,
    /** Everything that was written arrives everywhere. */
    deliver,
    setDelay: (next: Delay): void => {
      delay = next;
    },
    /** Runs `work` while copies wait, and lets them arrive afterwards. */
    async late<Value>(work: () => Promise<Value>): Promise<Value> {
      delay = 'until delivered';
      try {
        return await work();
      } finally {
        delay = 'none';
        await deliver();
      }
    },
  };
}

const clientOf = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });

const nameOf = ({ table, key }: Pick<Write, 'table' | 'key'>): string => `${table} ${JSON.stringify(key)}`;

/** The last writer wins: a copy of a write that is older than what is here changes nothing. */
async function copy(write: Write, { client, versions }: Replica): Promise<void> {
  const { table, key, item, at } = write;
  if (at < (versions.get(nameOf(write)) ?? 0)) return;
  versions.set(nameOf(write), at);
  await (item === undefined
    ? client.send(new DeleteItemCommand({ TableName: table, Key: key }))
    : client.send(new PutItemCommand({ TableName: table, Item: item })));
}

type Written = { TableName: string; Key?: Key; Item?: Item };
type Batch = {
  RequestItems: Record<string, readonly { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Key } }[]>;
};

/** Which items a call has written. */
function keysIn(operation: string, call: Written & Batch): { table: string; key: Key }[] {
  if (operation !== 'BatchWriteItem') {
    return [{ table: call.TableName, key: keyIn(call.TableName, call.Key ?? call.Item ?? {}) }];
  }
  return Object.entries(call.RequestItems).flatMap(([table, requests]) =>
    requests.map(({ PutRequest: put, DeleteRequest: gone }) => ({
      table,
      key: keyIn(table, put?.Item ?? gone?.Key ?? {}),
    })),
  );
}

function keyIn(table: string, attributes: Item): Key {
  const [name] = Object.entries(tables).find(([, one]) => one === table) ?? [];
  const { partitionKey, sortKey }: TableDefinition = tableDefinitions[name as TableName];
  const names = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
  return Object.fromEntries(names.map((one) => [one, attributes[one] as AttributeValue]));
}
