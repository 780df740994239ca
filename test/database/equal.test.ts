import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { localTableNames } from '../../infra/local/create-tables.ts';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import { inOrder, textOf, type WireCall, type WireReply } from '../explorer/tables-in-memory.ts';
import { rounds, seedOf } from '../support/rounds.ts';
import { memoryServer } from './memory-dynamodb.ts';
import {
  type Call,
  call,
  condition,
  inRound,
  look,
  maybe,
  person,
  put,
  update,
  withExpressions,
} from './random-calls.ts';
import { openWire } from './wire.ts';

/*
 * The database in memory, which most tests use, answers every call as the embedded one does, to the letter: replies, errors, pages and
 * capacity.
 */

const embedded = await startEmbeddedDynamoDB();
const inMemory = memoryServer();
await once(inMemory.listen(0, '127.0.0.1'), 'listening');
afterAll(async () => {
  await embedded.close();
  inMemory.close();
  inMemory.closeAllConnections();
});
const askEmbedded = await openWire(embedded.endpoint);
const askInMemory = await openWire(`http://127.0.0.1:${(inMemory.address() as AddressInfo).port}`);

/** A reply without what differs from call to call: when and where a table was made, and the order in which a batch is read. */
function comparable({ status, body }: WireReply): unknown {
  const { Responses, ...others } = JSON.parse(body, (name, value: unknown) =>
    ['TableId', 'TableArn', 'IndexArn', 'CreationDateTime', 'LastUpdateToPayPerRequestDateTime'].includes(name)
      ? undefined
      : value,
  ) as Record<string, unknown> & { Responses?: Record<string, object[]> };
  return {
    status,
    reply: textOf(others),
    ...(Responses && {
      read: Object.entries(Responses).map(([table, items]) => [table, ...items.map(textOf).toSorted(inOrder)]),
    }),
  };
}

const morePages = 5;

/** Asks both, and for the next pages as well. Returns how the call ended. */
async function compare(asked: WireCall, page = 1): Promise<string> {
  const [expected, reply] = await Promise.all([askEmbedded(asked), askInMemory(asked)]);
  expect({ ...asked, ...(comparable(reply) as object) }).toEqual({ ...asked, ...(comparable(expected) as object) });
  const { __type: type = 'done', LastEvaluatedKey } = JSON.parse(reply.body) as Record<string, string>;
  if (LastEvaluatedKey === undefined) return page === 1 ? type.slice(type.indexOf('#') + 1) : 'done on pages';
  if (page > morePages) return 'done on pages';
  const next = { ...(JSON.parse(asked.body) as object), ExclusiveStartKey: LastEvaluatedKey };
  return compare({ ...asked, body: JSON.stringify(next) }, page + 1);
}

/* What the tables of test/explorer do not know. */

const { grants, people } = localTableNames;
const sortKey = fc.constantFrom('account', 'b', 'c', 'session-1', 'session-2', 'x');
const bounds = fc.oneof(
  fc.constant({ text: '', values: [] }),
  fc
    .tuple(fc.constantFrom('=', '<', '<=', '>', '>='), sortKey)
    .map(([sign, one]) => ({ text: ` AND sk ${sign} ?`, values: [{ S: one }] })),
  fc.constantFrom('s', 'session-', '').map((one) => ({ text: ' AND begins_with(sk, ?)', values: [{ S: one }] })),
  fc
    .tuple(sortKey, sortKey)
    .map(([one, other]) => ({ text: ' AND sk BETWEEN ? AND ?', values: [{ S: one }, { S: other }] })),
);
const part = {
  Limit: fc.integer({ min: 1, max: 4 }),
  ReturnConsumedCapacity: fc.constantFrom('TOTAL', 'INDEXES'),
  Select: fc.constantFrom('COUNT'),
};
const scanned = fc.record(part, { requiredKeys: [] });
const queried = fc.record({ ...part, ScanIndexForward: fc.boolean() }, { requiredKeys: [] });
const returned = fc.record(
  {
    ReturnValues: fc.constantFrom('ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW', 'NONE', 'EVERYTHING'),
    ReturnConsumedCapacity: fc.constantFrom('TOTAL', 'INDEXES', 'NONE'),
  },
  { requiredKeys: [] },
);
const session = fc.tuple(person, sortKey).map(([pk, sk]) => ({ pk: { S: pk }, sk: { S: sk } }));

/** Several items in the partitions and in the index, so that there are pages. */
const filling = fc
  .tuple(
    fc.uniqueArray(session, { minLength: 4, selector: ({ pk, sk }) => `${pk.S} ${sk.S}` }),
    fc.array(fc.tuple(person, fc.constantFrom('app', 'other')), { minLength: 2, maxLength: 5 }),
  )
  .map(([sessions, held]): Call[] => [
    ...sessions.map((key) => ({ operation: 'PutItem', request: { TableName: people, Item: key } })),
    ...held.map(([heldBy, clientId], index) => ({
      operation: 'PutItem',
      request: {
        TableName: grants,
        Item: { id: { S: `held${index}` }, heldBy: { S: heldBy }, clientId: { S: clientId } },
      },
    })),
  ]);

const further: fc.Arbitrary<Call> = fc.oneof(
  fc.tuple(person, bounds, queried, maybe(condition)).map(([pk, between, how, filter]) => ({
    operation: 'Query',
    request: withExpressions(
      { TableName: people, ...how },
      {
        KeyConditionExpression: { text: `pk = ?${between.text}`, values: [{ S: pk }, ...between.values] },
        FilterExpression: filter,
      },
    ),
  })),
  fc.tuple(person, queried).map(([heldBy, how]) => ({
    operation: 'Query',
    request: withExpressions(
      { TableName: grants, IndexName: 'byPerson', ...how },
      { KeyConditionExpression: { text: 'heldBy = ?', values: [{ S: heldBy }] } },
    ),
  })),
  fc
    .tuple(fc.constantFrom(grants, people, 'no-such-table'), scanned, maybe(condition))
    .map(([TableName, how, filter]) => ({
      operation: 'Scan',
      request: withExpressions({ TableName, ...how }, { FilterExpression: filter }),
    })),
  fc.tuple(session, fc.integer({ min: 0, max: 9 })).map(([key, epoch]) => ({
    operation: 'PutItem',
    request: { TableName: people, Item: { ...key, epoch: { N: String(epoch) } } },
  })),
  fc.uniqueArray(session, { minLength: 1, maxLength: 3 }).map((keys) => ({
    operation: 'BatchWriteItem',
    request: {
      RequestItems: {
        [people]: keys.map((Key, index) =>
          index === 0 ? { PutRequest: { Item: { ...Key, label: { S: 'batch' } } } } : { DeleteRequest: { Key } },
        ),
      },
    },
  })),
  fc.tuple(session, update, maybe(condition), returned).map(([Key, change, when, how]) => ({
    operation: 'UpdateItem',
    request: withExpressions(
      { TableName: people, Key, ...how },
      { UpdateExpression: change, ConditionExpression: when },
    ),
  })),
);

test('random calls are answered as by the embedded database', async () => {
  let round = 0;
  const met: Record<string, number> = {};
  const settings = { numRuns: rounds(30, 1_000), seed: seedOf(1) };
  const several = fc.array(fc.oneof(call, further), { minLength: 8, maxLength: 24 });
  await fc.assert(
    fc.asyncProperty(fc.array(put, { maxLength: 3 }), filling, several, async (puts, filled, calls) => {
      round += 1;
      for (const { operation, request } of [...puts, ...filled, ...calls, ...look]) {
        const body = inRound(round, request).replaceAll(/(:\{"S":")(ada|bob)"/g, `$1${round} $2"`);
        const end = await compare({ operation, body });
        met[`${operation} ${end}`] = (met[`${operation} ${end}`] ?? 0) + 1;
      }
    }),
    settings,
  );
  // Otherwise little was compared.
  for (const operation of ['PutItem', 'UpdateItem', 'DeleteItem']) {
    expect(met[`${operation} done`]).toBeGreaterThan(round / 3);
    expect(met[`${operation} ConditionalCheckFailedException`]).toBeGreaterThan(round / 10);
  }
  for (const operation of ['GetItem', 'BatchGetItem', 'BatchWriteItem', 'Query']) {
    expect(met[`${operation} done`]).toBeGreaterThan(round / 10);
  }
  for (const operation of ['UpdateItem', 'Query']) expect(met[`${operation} ValidationException`]).toBeGreaterThan(0);
  for (const operation of ['Query', 'Scan']) expect(met[`${operation} done on pages`]).toBeGreaterThan(round / 10);
  expect(met['Scan ResourceNotFoundException']).toBeGreaterThan(0);
});

describe('the same answer', () => {
  const TableName = grants;
  const Key = { id: { S: 'one' } };
  const values = { ':one': { N: '1' }, ':two': { N: '2' } };
  const setting = { UpdateExpression: 'SET epoch = :one' };
  test.each<[string, string, object | string]>([
    ['to what is no JSON', 'GetItem', '{'],
    ['to nothing', 'GetItem', ''],
    ['to an operation that there is not', 'GetEverything', {}],
    ['without a table', 'GetItem', { Key }],
    ['of a table that there is not', 'GetItem', { TableName: 'no-such-table', Key }],
    ['to another key', 'GetItem', { TableName, Key: { pk: { S: 'one' } } }],
    ['to an empty key', 'PutItem', { TableName, Item: { id: { S: '' } } }],
    ['to an item that is too big', 'PutItem', { TableName, Item: { ...Key, label: { S: 'x'.repeat(409_600) } } }],
    ['to a number that is none', 'PutItem', { TableName, Item: { ...Key, epoch: { N: 'many' } } }],
    ['to a value that is not used', 'UpdateItem', { TableName, Key, ...setting, ExpressionAttributeValues: values }],
    [
      'to a value that is missing',
      'UpdateItem',
      { TableName, Key, ...setting, ExpressionAttributeValues: { ':two': { N: '2' } } },
    ],
    [
      'to a name that is not used',
      'GetItem',
      { TableName, Key, ProjectionExpression: 'id', ExpressionAttributeNames: { '#a': 'a' } },
    ],
    ['to a reserved word', 'GetItem', { TableName, Key, ProjectionExpression: 'state' }],
    [
      'to bounds in the wrong order',
      'Scan',
      { TableName, FilterExpression: 'epoch BETWEEN :two AND :one', ExpressionAttributeValues: values },
    ],
    [
      'to a type that there is not',
      'Scan',
      { TableName, FilterExpression: 'attribute_type(epoch, :t)', ExpressionAttributeValues: { ':t': { S: 'Z' } } },
    ],
    ['to tables', 'ListTables', {}],
    ['about a table', 'DescribeTable', { TableName }],
    ['about a table that there is not', 'DescribeTable', { TableName: 'no-such-table' }],
    [
      'to a table that there is',
      'CreateTable',
      {
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    ],
  ])('%s', async (_, operation, asked) => {
    const body = typeof asked === 'string' ? asked : JSON.stringify(asked);
    // Twice, because the second time an expression may be one that is known.
    for (const __ of [1, 2]) await compare({ operation, body });
  });

  test('to the same expressions with other values, and with values of other types', async () => {
    for (const value of [{ N: '1' }, { N: '2' }, { S: 'text' }, { SS: ['a'] }, { NULL: true }, { L: [] }, { N: '3' }]) {
      const request = { TableName, Key, ExpressionAttributeValues: { ':value': value }, ReturnValues: 'ALL_NEW' };
      for (const UpdateExpression of ['SET epoch = :value', 'ADD epoch :value', 'DELETE epoch :value']) {
        await compare({ operation: 'UpdateItem', body: JSON.stringify({ ...request, UpdateExpression }) });
      }
    }
  });
});
