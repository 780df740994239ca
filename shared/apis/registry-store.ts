import type { Database, Item } from '../aws/dynamodb.ts';
import type { Author, Change } from '../clients/change.ts';
import { logChange, newChange } from '../clients/change-log.ts';
import type { Conflict } from '../clients/client-store.ts';
import { randomId } from '../random-bytes.ts';
import { ok, type Result, refuse } from '../result.ts';

/*
 * What is registered beside clients, in the Clients table: APIs, scope values, types of authorization details, and whose assertions are trusted, one item each, all in one partition. There are few,
 * so one query reads them all. Each write is conditional and stores the change together with the thing; the change is copied into the
 * change log afterwards. The item of something removed stays without its members, to keep its version and last change.
 */

/** Something registered and the number of its last change. `changed` is absent when no author is on record. */
export type Registered<Value> = { value: Value; version: number; changed: Change | undefined };

/** What tells one kind of thing from another. */
export type Kind<Value> = {
  /** The member of a change that names a thing of this kind. */
  logAs: 'api' | 'scope' | 'detailType' | 'trust';
  /** The attributes that are stored. The first one is its name, which nothing else has. */
  attributes: readonly [keyof Value & string, ...(keyof Value & string)[]];
  /** Sorts the kinds apart within the partition. */
  sortKey: (name: string) => string;
  document: (value: Value) => Readonly<Record<string, unknown>>;
  parse: (item: Item) => Value;
};

const partition = 'apis';

/** Reads everything that is registered in one query. */
export const readRegistry = (database: Database, table: string, ConsistentRead: boolean): Promise<Item[]> =>
  database.query({
    TableName: table,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': partition },
    ConsistentRead,
  });

/** The things of one kind among the items. */
export const ofKind = <Value>({ attributes: [name], parse }: Kind<Value>, items: readonly Item[]): Value[] =>
  items.filter((item) => item[name] !== undefined).map(parse);

export function registryStore<Value extends object>(
  kind: Kind<Value>,
  database: Database,
  table: string,
  now: () => number,
) {
  const { attributes, logAs, document } = kind;
  const [nameAttribute] = attributes;
  const key = (name: string) => ({ pk: partition, sk: kind.sortKey(name) });
  const read = (name: string) => database.get({ TableName: table, Key: key(name), ConsistentRead: true });
  const isThere = (item: Item): boolean => item[nameAttribute] !== undefined;
  const toRegistered = (item: Item): Registered<Value> => ({
    value: kind.parse(item),
    version: versionOf(item),
    changed: item['lastChange'] as Change | undefined,
  });

  return {
    async list(): Promise<Registered<Value>[]> {
      return (await readRegistry(database, table, true)).filter(isThere).map(toRegistered);
    },

    async find(name: string): Promise<Registered<Value> | undefined> {
      const item = await read(name);
      return item && isThere(item) ? toRegistered(item) : undefined;
    },

    /**
     * Adds or replaces. `expected` is the version the caller decided on, 0 for something new; without it, any version is replaced.
     * Refuses when the version has changed.
     */
    put: (value: Value, author: Author, expected?: number) =>
      write(String(value[nameAttribute]), value, author, expected),

    remove: (name: string, author: Author, expected?: number) => write(name, undefined, author, expected),
  };

  async function write(
    name: string,
    value: Value | undefined,
    author: Author,
    expected: number | undefined,
  ): Promise<Result<number, Conflict>> {
    const item = await read(name);
    const current = item && isThere(item) ? toRegistered(item) : undefined;
    const stored = versionOf(item);
    const seen = current?.version ?? 0;
    if (expected !== undefined && expected !== seen) return refuse({ reason: 'changed_meanwhile', version: seen });
    if (item?.['lastChange'] !== undefined) await logChange(database, table, item['lastChange'] as Change);

    const before = current && { before: document(current.value) };
    const after = value && { after: document(value) };
    const change = newChange({ at: now(), ...author, [logAs]: name, ...before, ...after }, stored + 1);
    const hasVersion = item && 'version' in item;
    const outcome = await database.updateOnce({
      TableName: table,
      Key: key(name),
      UpdateExpression: setMembers(attributes, value),
      ConditionExpression: hasVersion ? 'version = :version' : 'attribute_not_exists(version)',
      ExpressionAttributeNames: Object.fromEntries(attributes.map((attribute) => [`#${attribute}`, attribute])),
      ExpressionAttributeValues: {
        ':next': stored + 1,
        ':change': change,
        ':attempt': randomId(),
        ...(hasVersion && { ':version': stored }),
        ...(value && valuesOf(attributes, value)),
      },
    });
    if (!outcome.won) return refuse({ reason: 'changed_meanwhile', version: versionOf(outcome.item) });
    await logChange(database, table, change);
    return ok(stored + 1);
  }
}

/** Writes the members that there are and removes the others; all of them when nothing is there any more. */
function setMembers<Value>(attributes: readonly (keyof Value & string)[], value: Value | undefined): string {
  const present = attributes.filter((name) => value?.[name] !== undefined);
  const absent = attributes.filter((name) => !present.includes(name)).map((name) => `#${name}`);
  const set = [
    'version = :next',
    'lastChange = :change',
    'attempt = :attempt',
    ...present.map((name) => `#${name} = :${name}`),
  ];
  return `SET ${set.join(', ')}${absent.length > 0 ? ` REMOVE ${absent.join(', ')}` : ''}`;
}

const valuesOf = <Value>(attributes: readonly (keyof Value & string)[], value: Value): Item =>
  Object.fromEntries(attributes.flatMap((name) => (value[name] === undefined ? [] : [[`:${name}`, value[name]]])));

const versionOf = (item: Item | undefined): number => Number(item?.['version'] ?? 0);
