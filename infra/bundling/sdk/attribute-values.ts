import { fromBase64, toBase64 } from './json-client.ts';

/** A DynamoDB attribute in JSON, in which every value names its type. */
export type AttributeValue = Record<string, unknown>;

type Values = Record<string, unknown>;

export function marshall(values: Values): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const name of Object.keys(values)) {
    if (values[name] !== undefined) attributes[name] = writeAttribute(values[name]);
  }
  return attributes;
}

export function unmarshall(attributes: Record<string, AttributeValue>): Values {
  const values: Values = {};
  for (const name of Object.keys(attributes)) values[name] = readAttribute(attributes[name] as AttributeValue);
  return values;
}

function writeAttribute(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: numberText(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (value instanceof Uint8Array) return { B: toBase64(value) };
  if (Array.isArray(value)) return { L: value.filter((one) => one !== undefined).map(writeAttribute) };
  if (value instanceof Set) return setOf([...value]);
  if (isPlain(value)) return { M: marshall(value) };
  throw new TypeError('there is no attribute type for this value');
}

function setOf(members: unknown[]): AttributeValue {
  const types = members.map((member) => Object.keys(writeAttribute(member))[0]);
  const type = types[0];
  if (type === undefined || !['S', 'N', 'B'].includes(type) || types.some((other) => other !== type)) {
    throw new TypeError('a set has at least one member, and all are strings, numbers or bytes');
  }
  return { [`${type}S`]: members.map((member) => writeAttribute(member)[type]) };
}

function numberText(value: number): string {
  if (Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return String(value);
  throw new TypeError('this number cannot be kept exactly');
}

const isPlain = (value: unknown): value is Values =>
  typeof value === 'object' && (Object.getPrototypeOf(value) ?? Object.prototype) === Object.prototype;

const readers: Record<string, (value: never) => unknown> = {
  S: (text: string) => text,
  N: (text: string) => numberOf(text),
  BOOL: (value: boolean) => value,
  NULL: () => null,
  B: fromBase64,
  L: (values: AttributeValue[]) => values.map(readAttribute),
  M: unmarshall,
  SS: (values: string[]) => new Set(values),
  NS: (values: string[]) => new Set(values.map(numberOf)),
  BS: (values: string[]) => new Set(values.map(fromBase64)),
};

function readAttribute(attribute: AttributeValue): unknown {
  for (const type in attribute) {
    const read = readers[type];
    if (read) return read(attribute[type] as never);
  }
  throw new TypeError('an attribute without a known type');
}

function numberOf(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  throw new TypeError('this number cannot be read exactly');
}
