import fc from 'fast-check';
import { localTableNames } from '../../infra/local/create-tables.ts';

/* Calls of the kinds that the stores make, on a few items and attributes, so that most of them meet something. */

type Value = Record<string, unknown>;
const number = fc.integer({ min: -2, max: 12 }).map((value): Value => ({ N: String(value) }));
const text = fc.constantFrom('', 'a', 'b', 'ab', 'app').map((value): Value => ({ S: value }));
const set = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }).map((value): Value => ({ SS: value }));
const list = fc.array(text, { maxLength: 3 }).map((value): Value => ({ L: value }));
const map = fc.record({ num: number, usedAt: number, note: text }, { requiredKeys: [] }).map((M): Value => ({ M }));
const any = fc.oneof(number, text, set, list, map);

/** What is usually in an attribute; sometimes it is something else. */
const usually = (value: fc.Arbitrary<Value>) =>
  fc.oneof({ arbitrary: value, weight: 9 }, { arbitrary: any, weight: 1 });
const attributes = {
  epoch: number,
  expiresAt: number,
  label: text,
  state: text,
  kinds: set,
  listed: list,
  refresh: map,
};
const item = fc.record(Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, usually(value)])), {
  requiredKeys: [],
});

type Operand = { path: string; value: Value };
const operand = fc
  .constantFrom<[string, fc.Arbitrary<Value>]>(
    ['epoch', number],
    ['expiresAt', number],
    ['label', text],
    ['#state', text],
    ['kinds', set],
    ['listed', list],
    ['refresh', map],
    ['refresh.num', number],
    ['refresh.usedAt', number],
    ['refresh.note', text],
    ['refresh.gone.further', number],
    ['listed[0]', text],
  )
  .chain(([path, value]) => usually(value).map((one): Operand => ({ path, value: one })));
const path = operand.map((one) => one.path);

/** An expression, with a question mark for each of its values. */
export type Part = { text: string; values: Value[] };
const bare = (written: string): Part => ({ text: written, values: [] });

const atom = fc.oneof(
  fc
    .tuple(operand, fc.constantFrom('=', '<>'))
    .map(([one, sign]): Part => ({ text: `${one.path} ${sign} ?`, values: [one.value] })),
  // Only numbers and texts have an order; DynamoDB refuses other values here, the embedded one does not.
  fc
    .tuple(path, fc.constantFrom('<', '<=', '>', '>='), fc.oneof(number, text))
    .map(([where, sign, one]): Part => ({ text: `${where} ${sign} ?`, values: [one] })),
  path.map((where) => bare(`attribute_exists(${where})`)),
  path.map((where) => bare(`attribute_not_exists(${where})`)),
  fc
    .tuple(fc.constantFrom('kinds', 'listed', 'label', 'epoch'), text)
    .map(([where, one]): Part => ({ text: `contains(${where}, ?)`, values: [one] })),
  fc.tuple(path, number).map(([where, one]): Part => ({ text: `size(${where}) = ?`, values: [one] })),
);

const joined = (parts: Part[], by: string): Part => ({
  text: parts.map((one) => `(${one.text})`).join(` ${by} `),
  values: parts.flatMap(({ values }) => values),
});
export const condition = fc.oneof(
  atom,
  fc
    .tuple(fc.array(atom, { minLength: 2, maxLength: 3 }), fc.constantFrom('AND', 'OR'))
    .map(([parts, by]) => joined(parts, by)),
  fc.tuple(atom, atom, atom).map(([one, two, three]) => joined([joined([one, two], 'OR'), three], 'AND')),
);

const setting = fc.oneof(
  operand.map((one): Part => ({ text: `${one.path} = ?`, values: [one.value] })),
  fc
    .tuple(operand, path)
    // The embedded database cannot put something into itself.
    .filter(([one, other]) => !one.path.startsWith(`${other}.`) && !one.path.startsWith(`${other}[`))
    .map(([one, other]): Part => ({ text: `${one.path} = if_not_exists(${other}, ?)`, values: [one.value] })),
  fc
    .tuple(fc.constantFrom('epoch', 'expiresAt', 'refresh.num', 'label'), number, number)
    .map(([where, ...values]): Part => ({ text: `${where} = if_not_exists(${where}, ?) + ?`, values })),
);
const changing = ([where, one]: [string, Value]): Part => ({ text: `${where} ?`, values: [one] });
const adding = fc.oneof(
  fc.tuple(fc.constantFrom('kinds', 'label'), set),
  fc.tuple(fc.constantFrom('epoch', 'expiresAt'), number),
);
const section = (name: string, parts: fc.Arbitrary<Part>) =>
  fc.array(parts, { minLength: 1, maxLength: 2 }).map(
    (all): Part => ({
      text: `${name} ${all.map((one) => one.text).join(', ')}`,
      values: all.flatMap(({ values }) => values),
    }),
  );
const sections = [
  section('SET', setting),
  section('REMOVE', path.map(bare)),
  section('ADD', adding.map(changing)),
  section('DELETE', fc.tuple(fc.constantFrom('kinds', 'epoch'), set).map(changing)),
];
export const update = fc
  .subarray(sections, { minLength: 1, maxLength: 2 })
  .chain((some) => fc.tuple(...some))
  .map((all): Part => ({ text: all.map((one) => one.text).join(' '), values: all.flatMap(({ values }) => values) }));

/** A call of the database, before its keys are those of its round. */
export type Call = { operation: string; request: object };

/** Puts expressions into a call, with a name for each value. */
export function withExpressions(request: object, expressions: Record<string, Part | undefined>): object {
  const values: Record<string, Value> = {};
  const written: Record<string, string> = {};
  for (const [name, one] of Object.entries(expressions)) {
    if (one === undefined) continue;
    const left = [...one.values];
    written[name] = one.text.replaceAll('?', () => {
      const key = `:v${Object.keys(values).length}`;
      values[key] = left.shift() as Value;
      return key;
    });
  }
  const usesName = Object.values(written).some((one) => one.includes('#state'));
  return {
    ...request,
    ...written,
    ...(usesName && { ExpressionAttributeNames: { '#state': 'state' } }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

const { grants, people } = localTableNames;
export const person = fc.constantFrom('ada', 'bob');
const places = [
  ...['1', '2'].map((id) => ({ TableName: grants, Key: { id: { S: id } } })),
  ...['account', 'x'].map((sk) => ({ TableName: people, Key: { pk: { S: 'ada' }, sk: { S: sk } } })),
];
const place = fc.constantFrom(...places);
const held = fc.tuple(fc.option(person), fc.option(fc.constantFrom('app', 'other'))).map(([heldBy, clientId]) => ({
  ...(heldBy && { heldBy: { S: heldBy } }),
  ...(clientId && { clientId: { S: clientId } }),
}));
export const maybe = <Of>(of: fc.Arbitrary<Of>) => fc.option(of, { nil: undefined, freq: 2 });
const projection = maybe(
  fc
    .uniqueArray(fc.constantFrom('epoch', 'kinds', 'refresh.num', '#state', 'refresh.gone.further'), { minLength: 1 })
    .map((names): Part => ({ text: names.join(', '), values: [] })),
);

export const put = fc.tuple(place, held, item, maybe(condition)).map(([{ TableName, Key }, index, members, when]) => ({
  operation: 'PutItem',
  request: withExpressions({ TableName, Item: { ...members, ...index, ...Key } }, { ConditionExpression: when }),
}));

const change = fc
  .tuple(place, update, maybe(condition), fc.constantFrom('ALL_NEW', 'NONE'))
  .map(([where, change, when, ReturnValues]) => ({
    operation: 'UpdateItem',
    request: withExpressions({ ...where, ReturnValues }, { UpdateExpression: change, ConditionExpression: when }),
  }));

export const call = fc.oneof(
  put,
  { arbitrary: change, weight: 4 },
  fc.tuple(place, maybe(condition), fc.constantFrom('ALL_OLD', 'NONE')).map(([where, when, ReturnValues]) => ({
    operation: 'DeleteItem',
    request: withExpressions({ ...where, ReturnValues }, { ConditionExpression: when }),
  })),
  fc.tuple(place, projection).map(([where, names]) => ({
    operation: 'GetItem',
    request: withExpressions({ ...where, ConsistentRead: true }, { ProjectionExpression: names }),
  })),
  fc.tuple(projection).map(([names]) => ({
    operation: 'BatchGetItem',
    request: {
      RequestItems: {
        [grants]: withExpressions({ Keys: [{ id: { S: '1' } }, { id: { S: '2' } }] }, { ProjectionExpression: names }),
        [people]: withExpressions({ Keys: [{ pk: { S: 'ada' }, sk: { S: 'x' } }] }, { ProjectionExpression: names }),
      },
    },
  })),
  person.map((pk) => ({
    operation: 'Query',
    request: { TableName: people, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: pk } } },
  })),
  fc.tuple(person, maybe(fc.constantFrom('app', 'other'))).map(([heldBy, clientId]) => ({
    operation: 'Query',
    request: {
      TableName: grants,
      IndexName: 'byPerson',
      KeyConditionExpression: `heldBy = :sub${clientId === undefined ? '' : ' AND clientId = :client'}`,
      ExpressionAttributeValues: {
        ':sub': { S: heldBy },
        ...(clientId !== undefined && { ':client': { S: clientId } }),
      },
    },
  })),
);

/** Keys of one round: it leaves its items behind, and the next one must not see them. */
export const inRound = (round: number, request: object): string =>
  JSON.stringify(request).replaceAll(/"(id|pk|heldBy|:pk|:sub)":\{"S":"(\w+)"\}/g, `"$1":{"S":"${round} $2"}`);

/** Everything that is there, in the end. */
export const look = [
  ...places.map((where) => ({ operation: 'GetItem', request: where })),
  {
    operation: 'Query',
    request: {
      TableName: grants,
      IndexName: 'byPerson',
      KeyConditionExpression: 'heldBy = :sub',
      ExpressionAttributeValues: { ':sub': { S: 'ada' } },
    },
  },
];
