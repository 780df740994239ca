import { type ConditionalOutcome, ConditionFailed, type Database, type Item } from '../shared/aws/dynamodb.ts';

/*
 * The verbs of shared/aws/dynamodb.ts over a Map, to measure the handlers as if the store answered at once. Understands the
 * expressions that the stores write. Only for measuring: nothing expires, and nothing is validated.
 */

type Key = { TableName?: string | undefined; Key?: Item | undefined };
type QueryInput = Key & Expressions & { IndexName?: string | undefined; Limit?: number | undefined };
type Expressions = {
  UpdateExpression?: string | undefined;
  ConditionExpression?: string | undefined;
  ExpressionAttributeNames?: Record<string, string> | undefined;
  ExpressionAttributeValues?: Item | undefined;
};

export function memoryDatabase(): Database {
  const tables = new Map<string, Map<string, Item>>();
  /** The keys of the items of an index, by what it is asked for. */
  const indexed = new Map<string, Set<string>>();
  const tableOf = (name = ''): Map<string, Item> => {
    const known = tables.get(name) ?? new Map<string, Item>();
    tables.set(name, known);
    return known;
  };
  const keyText = (key: Item = {}): string => [key['pk'] ?? key['id'], key['sk']].join('\n');
  function store(name: string | undefined, key: string, item: Item): void {
    tableOf(name).set(key, item);
    if (item['heldBy'] === undefined) return;
    const place = placeOf(item['heldBy'], item['clientId']);
    const held = indexed.get(place) ?? new Set();
    indexed.set(place, held.add(key));
  }
  const find = ({ TableName, Key }: Key): Item | undefined => tableOf(TableName).get(keyText(Key));

  function change(input: Key & Expressions): Item {
    const item = copyOf(find(input) ?? input.Key ?? {});
    if (!holds(input, find(input) ?? {})) throw new ConditionFailed();
    apply(input, item);
    store(input.TableName, keyText(input.Key), item);
    return item;
  }

  return {
    get: async (input) => find(input),
    getTogether: async (wanted) => wanted.map(find),
    getAll: async (table, keys) => keys.map((Key) => find({ TableName: table, Key })),
    getAcross: async (readings) =>
      readings.map(({ table, keys }) => keys.map((Key) => find({ TableName: table, Key }))),
    async removeAll(table, keys) {
      for (const Key of keys) tableOf(table).delete(keyText(Key));
    },
    async put(input) {
      const Item = input.Item ?? {};
      if (!holds(input, tableOf(input.TableName).get(keyText(Item)) ?? {})) throw new ConditionFailed();
      store(input.TableName, keyText(Item), Item);
    },
    async remove(input) {
      tableOf(input.TableName).delete(keyText(input.Key));
    },
    async takeOut(input) {
      const item = find(input);
      tableOf(input.TableName).delete(keyText(input.Key));
      return item;
    },
    update: async (input) => change(input),
    async updateOnce(input): Promise<ConditionalOutcome> {
      try {
        return { won: true, item: change(input) };
      } catch (error) {
        if (error instanceof ConditionFailed) return { won: false, item: find(input) };
        throw error;
      }
    },
    query: async (input) => page(input),
    queryPage: async (input) => ({ items: page(input), next: undefined }),
  };

  function page({ TableName, IndexName, Limit, ExpressionAttributeValues: values = {} }: QueryInput): Item[] {
    const table = tableOf(TableName);
    if (IndexName === undefined) return [...table.values()].filter(({ pk }) => pk === values[':pk']).slice(0, Limit);
    const place = placeOf(values[':sub'], values[':clientId']);
    const found: Item[] = [];
    for (const key of indexed.get(place) ?? []) {
      const item = table.get(key);
      if (item?.['heldBy'] === undefined) indexed.get(place)?.delete(key);
      else if (found.push(item) === Limit) break;
    }
    return found;
  }
}

const placeOf = (...parts: unknown[]): string => parts.join('\n');

const pathOf = (path: string, names: Record<string, string> = {}): string[] =>
  path.split('.').map((part) => names[part] ?? part);

const read = (item: Item, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, part) => (value as Item | undefined)?.[part], item);

function operand(
  text: string,
  item: Item,
  { ExpressionAttributeNames, ExpressionAttributeValues = {} }: Expressions,
): unknown {
  return text.startsWith(':') ? ExpressionAttributeValues[text] : read(item, pathOf(text, ExpressionAttributeNames));
}

const comparisons: Record<string, (one: never, other: never) => boolean> = {
  '=': (one, other) => one === other,
  '<>': (one, other) => one !== other,
  '<': (one, other) => one < other,
  '>': (one, other) => one > other,
  '<=': (one, other) => one <= other,
  '>=': (one, other) => one >= other,
};

/** Parses each text once. */
function once<Parsed>(parse: (text: string) => Parsed): (text: string) => Parsed {
  const known = new Map<string, Parsed>();
  return (text) => {
    const parsed = known.get(text) ?? parse(text);
    known.set(text, parsed);
    return parsed;
  };
}

type Condition = {
  name?: string | undefined;
  path: string;
  member: string;
  one: string;
  comparison: string;
  other: string;
  sized?: string | undefined;
};

function parseCondition(condition: string): Condition {
  const [, name, path = '', member = ''] = /^(\w+)\(([^,)]+)(?:, ([^)]+))?\)$/.exec(condition) ?? [];
  const [one = '', comparison = '', other = ''] = condition.split(' ');
  const [, sized] = /^size\((.+)\)$/.exec(one) ?? [];
  return { name, path, member, one, comparison, other, sized };
}

/** Conditions joined by AND, each of which is one or several joined by OR in parentheses. */
const parseConditions = once((expression) =>
  expression.split(' AND ').map((condition) => {
    const [, choice] = /^\((.* OR .*)\)$/.exec(condition) ?? [];
    return (choice === undefined ? [condition] : choice.split(' OR ')).map(parseCondition);
  }),
);

/** Evaluates comparisons and functions. */
function holds(input: Expressions, item: Item): boolean {
  const holdsOne = ({ name, path, member, one, comparison, other, sized }: Condition): boolean => {
    if (name === 'attribute_exists') return operand(path, item, input) !== undefined;
    if (name === 'attribute_not_exists') return operand(path, item, input) === undefined;
    if (name === 'contains') return (operand(path, item, input) as unknown[])?.includes(operand(member, item, input));
    if (sized !== undefined) {
      return (operand(sized, item, input) as unknown[]).length === operand(other, item, input);
    }
    const compare = comparisons[comparison];
    if (compare === undefined) throw new Error(`a comparison that is not understood: ${comparison}`);
    return compare(operand(one, item, input) as never, operand(other, item, input) as never);
  };
  const { ConditionExpression } = input;
  return ConditionExpression === undefined || parseConditions(ConditionExpression).every((any) => any.some(holdsOne));
}

/** SET of values and REMOVE, and ADD and DELETE of set members, which only registration uses. */
const parseUpdate = once((expression) => {
  const verbs = expression.matchAll(/(SET|REMOVE|ADD|DELETE) (.*?)(?= (?:SET|REMOVE|ADD|DELETE) |$)/g);
  return [...verbs].flatMap(([, verb = '', list = '']) =>
    list.split(/, (?![^(]*\))/).map((clause) => {
      const [left = '', right = ''] = clause.split(verb === 'SET' ? ' = ' : ' ');
      const [, kept, fallback = ''] = /^if_not_exists\((.+), (.+)\)$/.exec(right) ?? [];
      return { verb, left, right, kept, fallback };
    }),
  );
});

function apply(input: Expressions, item: Item): void {
  for (const { verb, left, right, kept, fallback } of parseUpdate(input.UpdateExpression ?? '')) {
    const path = pathOf(left, input.ExpressionAttributeNames);
    const parent = read(item, path.slice(0, -1)) as Item;
    const name = path.at(-1) ?? '';
    if (verb === 'REMOVE') delete parent[name];
    else if (verb === 'SET')
      parent[name] =
        kept === undefined
          ? operand(right, item, input)
          : (operand(kept, item, input) ?? operand(fallback, item, input));
    else {
      const members = new Set(parent[name] as Set<unknown> | undefined);
      for (const member of operand(right, item, input) as Set<unknown>) {
        if (verb === 'ADD') members.add(member);
        else members.delete(member);
      }
      parent[name] = members;
    }
  }
}

/** Copies an item before a change, because earlier readers still hold it. Two levels deep, which is as deep as expressions go. */
const copyOf = (item: Item): Item =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, isPlain(value) ? { ...value } : value]));

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
