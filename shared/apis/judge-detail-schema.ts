import { findMismatch } from './match-detail.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Bytes, and levels: DynamoDB takes 32, and the schema is inside an item and the change log. */
const longest = 16_384;
const deepest = 24;

/**
 * What keeps a JSON Schema from being that of a type, as half a sentence; undefined when nothing does. It must describe objects and
 * refuse members that it does not name, as RFC 9396 §5 demands, and refer to nothing but itself.
 */
export function judgeDetailSchema(schema: Schema, type: string): string | undefined {
  if (Buffer.byteLength(JSON.stringify(schema)) > longest) return `is longer than ${longest} bytes`;
  if (depthOf(schema) > deepest) return `is nested deeper than ${deepest}`;
  const { properties } = schema;
  if (schema['additionalProperties'] !== false && schema['unevaluatedProperties'] !== false) {
    return 'does not say "additionalProperties": false, and unknown members have to be refused';
  }
  if (!isSchema(properties) || !Object.hasOwn(properties, 'type')) return 'has no type among its properties';
  return problemInside(schema, schema) ?? triedProblem(schema, type);
}

/** Tries the schema, so that what would fail at the first request fails here. */
function triedProblem(schema: Schema, type: string): string | undefined {
  try {
    const mismatch = findMismatch({ type }, schema);
    return mismatch?.member === 'type' ? `refuses the type ${type}` : undefined;
  } catch {
    return 'cannot be evaluated';
  }
}

function problemInside(value: unknown, root: Schema): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { $ref: reference, pattern, patternProperties } = value as Schema;
  if ('$id' in value || '$dynamicRef' in value || '$recursiveRef' in value) {
    return 'has $id, $dynamicRef or $recursiveRef: it may only refer to itself, by $ref';
  }
  if (typeof reference === 'string' && !leadsToSchema(reference, root))
    return `has a $ref that leads nowhere: ${reference}`;
  const patterns = [
    ...(typeof pattern === 'string' ? [pattern] : []),
    ...(isSchema(patternProperties) ? Object.keys(patternProperties) : []),
  ];
  const wrong = patterns.find((text) => !isPattern(text));
  if (wrong !== undefined) return `has a pattern that is no regular expression: ${wrong}`;
  for (const inner of Object.values(value)) {
    const problem = problemInside(inner, root);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** A JSON pointer to a schema that is not only one more reference, which could lead in a circle. */
function leadsToSchema(reference: string, root: Schema): boolean {
  if (!reference.startsWith('#/')) return false;
  const parts = reference.slice(2).split('/');
  const target = parts.reduce<unknown>((at, part) => (isSchema(at) ? at[unescaped(part)] : undefined), root);
  return isSchema(target) && target['$ref'] === undefined;
}

const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

/** Whether a path like `amount.currency` can lead to a member, as far as the schema lists its properties. */
export function namesMember(schema: Schema, path: string): boolean {
  let at: Schema = schema;
  for (const name of path.split('.')) {
    const { properties } = at;
    if (!isSchema(properties)) return at !== schema;
    if (!Object.hasOwn(properties, name)) return false;
    const next = properties[name];
    at = isSchema(next) ? next : {};
  }
  return true;
}
