import { Validator } from '@cfworker/json-schema';

/** What keeps a value from matching: a member, and a problem that completes a sentence starting with its name. */
export type Mismatch = { member: string; problem: string };

/**
 * Compares a value with a JSON Schema (2020-12), without turning the schema into code. Returns the first thing that does not match, or
 * undefined. Throws when the schema refers to something that there is not.
 */
export function findMismatch(value: unknown, schema: Readonly<Record<string, unknown>>): Mismatch | undefined {
  const { errors } = new Validator(schema, '2020-12').validate(value);
  // The last error is the innermost one of the first branch that failed.
  const innermost = errors.at(-1);
  if (innermost === undefined) return undefined;
  const { instanceLocation, keyword, error } = innermost;
  const missing = keyword === 'required' ? /"(.*)"/s.exec(error)?.[1] : undefined;
  if (missing !== undefined) return { member: memberAt(`${instanceLocation}/${missing}`), problem: 'is missing' };
  const problem = keyword === 'false' ? 'is unknown' : `does not match its ${keyword}`;
  return { member: memberAt(instanceLocation), problem };
}

/** `#/amount/currency` as `amount.currency`. */
const memberAt = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');
