import { ok, type Result, refuse } from '../result.ts';
import type { Refusal } from './refusal.ts';

/**
 * Request parameters, decoded once. Names and values are plain strings; nothing is merged, truncated or guessed.
 * Read them with {@link single} after {@link refuseUnclear} has passed.
 */
export type Parameters = {
  /** Every value of a name that has at least one; a parameter without a value counts as omitted (RFC 6749 §3.1). */
  values: ReadonlyMap<string, readonly string[]>;
  /** Names sent more than once, with or without a value. */
  duplicated: ReadonlySet<string>;
  /** Names whose value is not valid percent-encoded UTF-8. */
  malformed: ReadonlySet<string>;
};

export const maximumParameters = 100;

/** The only parameter that may be there more than once (RFC 8707 §2). */
const repeatable = 'resource';

/**
 * Parses `application/x-www-form-urlencoded` text: a raw query string or a form body (RFC 6749 appendix B).
 * Refuses `parameters_too_many` and `parameters_malformed` (a name that cannot be decoded).
 */
export function parseParameters(raw: string): Result<Parameters, Refusal> {
  const pairs = raw.split('&').filter((pair) => pair !== '');
  if (pairs.length > maximumParameters) return refuse({ reason: 'parameters_too_many' });
  const values = new Map<string, string[]>();
  const seen = new Set<string>();
  const duplicated = new Set<string>();
  const malformed = new Set<string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = decode(equals < 0 ? '' : pair.slice(equals + 1));
    if (name === undefined) return refuse({ reason: 'parameters_malformed' });
    if (seen.has(name) && name !== repeatable) duplicated.add(name);
    seen.add(name);
    if (value === undefined) malformed.add(name);
    else if (value !== '') values.set(name, [...(values.get(name) ?? []), value]);
  }
  return ok({ values, duplicated, malformed });
}

function decode(text: string): string | undefined {
  try {
    return text.isWellFormed() ? decodeURIComponent(text.replaceAll('+', ' ')) : undefined;
  } catch {
    return undefined;
  }
}

/** The value of a parameter; absent or empty is `undefined`. */
export const single = (parameters: Parameters, name: string): string | undefined => parameters.values.get(name)?.[0];

/** All values of a parameter that may be repeated, each once. */
export const multiple = (parameters: Parameters, name: string): string[] => [
  ...new Set(parameters.values.get(name) ?? []),
];

/** RFC 6749 §3.1, §3.2: a parameter MUST NOT be included more than once. Looks at all names, or only at `names`. */
export function refuseUnclear(parameters: Parameters, names?: readonly string[]): Refusal | undefined {
  const unclear = (set: ReadonlySet<string>) => [...set].some((name) => names === undefined || names.includes(name));
  if (unclear(parameters.duplicated)) return { reason: 'parameter_duplicated' };
  if (unclear(parameters.malformed)) return { reason: 'parameters_malformed' };
  return undefined;
}

/** The parameters, if every one of them is clear. Refuses `parameter_duplicated` and `parameters_malformed`, see {@link refuseUnclear}. */
export function admitClear(parsed: Result<Parameters, Refusal>): Result<Parameters, Refusal> {
  if (!parsed.ok) return parsed;
  const unclear = refuseUnclear(parsed.value);
  return unclear ? refuse(unclear) : parsed;
}

/** Percent-encodes everything that needs it, space included: every decoder reads `%20`, not every one reads `+`. */
export const encodePairs = (pairs: Iterable<readonly [string, string]>): string =>
  Array.from(pairs, ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');

/** Characters that may stand in a query as they are, so that an address does not grow on its way through our pages. */
const encodeLegibly = (text: string): string =>
  encodeURIComponent(text).replaceAll(/%(?:2F|3F|3A|40|24|2C|3B)/g, (escaped) => decodeURIComponent(escaped));

/** The parameters as a query string. A client secret that strayed into an authorization request goes no further. */
export const encodeParameters = ({ values }: Parameters): string =>
  [...values]
    .filter(([name]) => name !== 'client_secret')
    .flatMap(([name, list]) => list.map((value) => `${encodeLegibly(name)}=${encodeLegibly(value)}`))
    .join('&');
