import { Stream } from 'node:stream';
import type { Callback } from './dynalite-copy.ts';

/* Where the actions of dynalite find tables and items: maps instead of LevelDB, which answer at once, so that nothing needs a lock. */

type Range = {
  gt?: string;
  gte?: string;
  lt?: string;
  lte?: string;
  reverse?: boolean;
  limit?: number;
};

type Table = { TableStatus: string };

/** Items by key, in order. What is in it is never changed: dynalite copies an item before it changes it. */
function itemMap<Value = object>() {
  const items = new Map<string, Value>();
  const keys: string[] = [];

  /** How many keys come before this one, with it or without it. */
  function before(key: string, withIt: boolean): number {
    let [from, to] = [0, keys.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      const one = keys[middle] as string;
      if (one < key || (withIt && one === key)) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  function keysIn({ gt, gte, lt, lte, reverse = false, limit = -1 }: Range): string[] {
    const from = gt === undefined ? before(gte ?? '', false) : before(gt, true);
    const to = lt === undefined ? (lte === undefined ? keys.length : before(lte, true)) : before(lt, false);
    const found = keys.slice(from, to);
    if (reverse) found.reverse();
    return limit < 0 ? found : found.slice(0, limit);
  }

  return {
    lock: (_: string, run: (release: <Done>(done: Done) => Done) => void) => run((done) => done),
    get(key: string, done: Callback<Value>): void {
      const found = items.get(key);
      if (found === undefined) done(Object.assign(new Error('there is no such item'), { name: 'NotFoundError' }));
      else done(null, found);
    },
    put(key: string, value: Value, done: Callback<void>): void {
      if (!items.has(key)) keys.splice(before(key, false), 0, key);
      items.set(key, value);
      done();
    },
    del(key: string, done: Callback<void>): void {
      if (items.delete(key)) keys.splice(before(key, false), 1);
      done();
    },
    createKeyStream: (range: Range = {}): Stream => streamOf(keysIn(range)),
    createValueStream: (range: Range): Stream => streamOf(keysIn(range).map((key) => items.get(key))),
  };
}

/** A stream of the old kind, which dynalite takes, and which has less to do. */
function streamOf(values: readonly unknown[]): Stream {
  const stream = new Stream();
  process.nextTick(() => {
    for (const value of values) stream.emit('data', value);
    stream.emit('end');
  });
  return stream;
}

/** An empty database. */
export function memoryStore() {
  const tableDb = Object.assign(itemMap<Table>(), { awsAccountId: '000000000000', awsRegion: 'eu-central-1' });
  const maps = new Map<string, ReturnType<typeof itemMap>>();
  const mapOf = (name: string) => {
    const map = maps.get(name) ?? itemMap();
    maps.set(name, map);
    return map;
  };
  return {
    options: { createTableMs: 0, maxItemSize: 409_600 },
    tableDb,
    getItemDb: (table: string) => mapOf(table),
    getIndexDb: (kind: string, table: string, index: string) => mapOf(`${kind.toLowerCase()} ${table} ${index}`),
    /** `mustBeActive` may be left out. */
    getTable(name: string, ...rest: [Callback<Table>] | [mustBeActive: boolean, Callback<Table>]): void {
      const done = rest.at(-1) as Callback<Table>;
      tableDb.get(name, (_, table) => {
        if (table !== undefined && (rest[0] === false || table.TableStatus === 'ACTIVE')) done(null, table);
        else done(notFound(name, rest[0] !== false));
      });
    },
  };
}

function notFound(name: string, isBrief: boolean): Error {
  const message = `Requested resource not found${isBrief ? '' : `: Table: ${name} not found`}`;
  const body = { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', message };
  return Object.assign(new Error(message), { statusCode: 400, body });
}
