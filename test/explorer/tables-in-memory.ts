import { describeTable, localTableNames } from '../../infra/local/create-tables.ts';
import { type TableName, tableDefinitions } from '../../shared/aws/tables.ts';
import {
  type AttributeValue,
  act,
  type DynaliteStore,
  isAsAsked,
  parseRequest,
  type StoredItem,
} from './dynalite-parts.ts';

/*
 * DynamoDB as a pure function: tables and a call go in, a reply and the tables after it come out. Expressions are those of dynalite,
 * so it knows what dynalite knows, and throws for everything else, for pages and for filters.
 */

/** All items at one moment: their text, with sorted members, by table and key. Never changed in place. */
export type Tables = ReadonlyMap<string, string>;

export const noTables: Tables = new Map();

/** A call of DynamoDB on the wire: its operation and its JSON. */
export type WireCall = { operation: string; body: string };
export type WireReply = { status: number; body: string };

/** Answers a call. A condition that does not hold is a reply; a call that DynamoDB would not understand is thrown. */
export function answerCall(tables: Tables, { operation, body }: WireCall): { reply: WireReply; tables: Tables } {
  const request = JSON.parse(body) as Request;
  const after = new Map(tables);
  const store = storeOf(after);
  try {
    const output = answers[operation]?.(request, store, after);
    if (output === undefined) throw new Error(`${operation} is not known here`);
    return { reply: { status: 200, body: textOf(output) }, tables: after };
  } catch (error) {
    const { body: told } = error as { body?: { __type: string } };
    if (!told?.__type.endsWith('#ConditionalCheckFailedException')) throw error;
    return { reply: { status: 400, body: JSON.stringify(told) }, tables };
  }
}

type TableDescription = ReturnType<typeof describeTable>;
type Key = Record<string, AttributeValue>;
type Request = { TableName: string; IndexName?: string; RequestItems?: Record<string, { Keys: Key[] }> } & Record<
  string,
  unknown
>;
type Answer = (request: Request, store: DynaliteStore, tables: Map<string, string>) => Record<string, unknown>;

const single =
  (operation: string): Answer =>
  (request, store) =>
    act(operation, parseRequest(operation, request, store), store);

const answers: Record<string, Answer> = {
  GetItem: single('GetItem'),
  PutItem: single('PutItem'),
  UpdateItem: single('UpdateItem'),
  DeleteItem: single('DeleteItem'),

  BatchGetItem: ({ RequestItems = {} }, store) => ({
    Responses: Object.fromEntries(
      Object.entries(RequestItems).map(([TableName, { Keys, ...asked }]) => [
        TableName,
        Keys.map((key) => {
          const request = { TableName, Key: key, ...asked };
          return act('GetItem', parseRequest('GetItem', request, store), store)['Item'];
        }).filter((item) => item !== undefined),
      ]),
    ),
    UnprocessedKeys: {},
  }),

  Query: (request, store, tables) => {
    const { FilterExpression, ExclusiveStartKey, ScanIndexForward, Limit = Number.POSITIVE_INFINITY } = request;
    if (FilterExpression ?? ExclusiveStartKey ?? ScanIndexForward)
      throw new Error('this kind of query is not known here');
    const { KeyConditions = {} } = parseRequest('Query', request, store);
    const table = descriptionOf(request.TableName);
    const index = table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === request.IndexName);
    if (request.IndexName !== undefined && !index) throw new Error(`there is no index ${request.IndexName}`);
    const keys = namesOf(index ?? table);
    const found = itemsOf(tables, request.TableName)
      .filter((item) => keys.every((name) => item[name] !== undefined))
      .filter((item) => Object.entries(KeyConditions).every(([name, asked]) => isAsAsked(item[name], asked)))
      .map((item) => (index ? only(item, [...keys, ...namesOf(table)]) : item))
      .toSorted((one, other) => inOrder(orderOf(one, keys), orderOf(other, keys)));
    if (found.length >= (Limit as number)) throw new Error('pages are not known here');
    return { Items: found, Count: found.length, ScannedCount: found.length };
  },
};

/** A store for dynalite on these tables, which a write changes. An index needs no items of its own: a query looks at the table. */
function storeOf(tables: Map<string, string>): DynaliteStore {
  const nothing = {
    put: (_: string, __: StoredItem, done: () => void) => done(),
    del: (_: string, done: () => void) => done(),
  };
  return {
    options: { maxItemSize: 409_600 },
    getTable: (name, done) => done(null, descriptionOf(name)),
    getItemDb: (table) => ({
      lock: (_, run) => run((done) => done),
      get: (key, done) => {
        const text = tables.get(`${table} ${key}`);
        if (text === undefined) done(Object.assign(new Error('there is no such item'), { name: 'NotFoundError' }));
        else done(null, JSON.parse(text) as StoredItem);
      },
      put: (key, item, done) => {
        tables.set(`${table} ${key}`, textOf(item));
        done();
      },
      del: (key, done) => {
        tables.delete(`${table} ${key}`);
        done();
      },
    }),
    getIndexDb: () => nothing,
  };
}

const itemsOf = (tables: Tables, name: string): StoredItem[] =>
  [...tables].filter(([key]) => key.startsWith(`${name} `)).map(([, text]) => JSON.parse(text) as StoredItem);

const namesOf = ({ KeySchema }: Pick<TableDescription, 'KeySchema'>): string[] =>
  KeySchema.map(({ AttributeName }) => AttributeName);

const only = (item: StoredItem, names: readonly string[]): StoredItem =>
  Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));

/** By the sort key, which is text in all tables; what is equal in it, in any order that is always the same. */
const orderOf = (item: StoredItem, [, sortKey = '']: readonly string[]): string =>
  `${(item[sortKey] as { S?: string } | undefined)?.S ?? ''} ${textOf(item)}`;

const descriptions = new Map(
  Object.entries(localTableNames).map(([table, name]) => [
    name,
    describeTable(name, tableDefinitions[table as TableName]),
  ]),
);

function descriptionOf(name: string): TableDescription {
  const found = descriptions.get(name);
  if (!found) throw new Error(`there is no table ${name}`);
  return found;
}

export const inOrder = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

/** JSON with sorted members and sets: equal values have equal texts. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (name, member: unknown) => {
    if (Array.isArray(member)) return /^[SNB]S$/.test(name) ? member.toSorted(inOrder) : member;
    if (typeof member !== 'object' || member === null) return member;
    return Object.fromEntries(Object.entries(member).toSorted(([one], [other]) => inOrder(one, other)));
  });
}
