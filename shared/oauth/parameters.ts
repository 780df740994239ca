import { ok, type Result, refuse } from '../result.ts';
import type { Refusal } from './refusal.ts';
import { tokenExchange } from './server-metadata.ts';

/**
 * Request parameters, decoded once. Names and values are plain strings; nothing is merged, truncated or guessed. Call {@link
 * refuseUnclear} before reading them with {@link single}.
 */
export type Parameters = {
  /** The values by name. A parameter without a value counts as omitted (RFC 6749 §3.1). */
  values: ReadonlyMap<string, readonly string[]>;
  /** Names sent more than once, with or without a value. */
  duplicated: ReadonlySet<string>;
  /** Names whose value is not valid percent-encoded UTF-8. */
  malformed: ReadonlySet<string>;
};

export const maximumParameters = 100;

/** The only parameter that may be repeated in every request (RFC 8707 §2). */
const repeatable = 'resource';

/**
 * Parses `application/x-www-form-urlencoded` text: a raw query string or a form body (RFC 6749 appendix B). Refuses with
 * `parameters_too_many`, or with `parameters_malformed` for a name that cannot be decoded. `most`: of parameters.
 */
export function parseParameters(raw: string, most = maximumParameters): Result<Parameters, Refusal> {
  const pairs = raw.split('&').filter((pair) => pair !== '');
  if (pairs.length > most) return refuse({ reason: 'parameters_too_many' });
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
    const before = values.get(name);
    if (value === undefined) malformed.add(name);
    else if (value === '') continue;
    else if (before) before.push(value);
    else values.set(name, [value]);
  }
  // In a token exchange, as many as there are APIs (RFC 8693 §2.1).
  if (values.get('grant_type')?.[0] === tokenExchange) duplicated.delete('audience');
  return ok({ values, duplicated, malformed });
}

/** Characters that stand for themselves; most names and many values have no others. */
const plain = /^[\w.~-]*$/;

function decode(text: string): string | undefined {
  if (plain.test(text)) return text;
  try {
    return text.isWellFormed() ? decodeURIComponent(text.replaceAll('+', ' ')) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the value of a parameter, or undefined when it is absent or empty. */
export const single = (parameters: Parameters, name: string): string | undefined => parameters.values.get(name)?.[0];

/** Returns all values of a repeatable parameter, without duplicates. */
export const multiple = (parameters: Parameters, name: string): string[] => [
  ...new Set(parameters.values.get(name) ?? []),
];

/** Refuses parameters that are repeated (RFC 6749 §3.1, §3.2) or malformed, among all names or only among `names`. */
export function refuseUnclear(parameters: Parameters, names?: readonly string[]): Refusal | undefined {
  const unclear = (set: ReadonlySet<string>) => [...set].some((name) => names === undefined || names.includes(name));
  if (unclear(parameters.duplicated)) return { reason: 'parameter_duplicated' };
  if (unclear(parameters.malformed)) return { reason: 'parameters_malformed' };
  return undefined;
}

/** Returns the parameters if none of them is unclear. Refuses `parameter_duplicated` and `parameters_malformed`; see {@link refuseUnclear}. */
export function admitClear(parsed: Result<Parameters, Refusal>): Result<Parameters, Refusal> {
  if (!parsed.ok) return parsed;
  const unclear = refuseUnclear(parsed.value);
  return unclear ? refuse(unclear) : parsed;
}

/** Percent-encodes everything that needs it. Encodes spaces as `%20`, which every decoder reads, rather than as `+`. */
export const encodePairs = (pairs: Iterable<readonly [string, string]>): string =>
  Array.from(pairs, ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');

/** Keeps characters that are legal in a query unencoded, so that a URL does not grow on its way through our pages. */
const encodeLegibly = (text: string): string =>
  plain.test(text)
    ? text
    : encodeURIComponent(text).replaceAll(/%(?:2F|3F|3A|40|24|2C|3B)/g, (escaped) => decodeURIComponent(escaped));

/** Encodes the parameters as a query string. Drops a client secret that strayed into an authorization request. */
export const encodeParameters = ({ values }: Parameters): string =>
  [...values]
    .filter(([name]) => name !== 'client_secret')
    .flatMap(([name, list]) => list.map((value) => `${encodeLegibly(name)}=${encodeLegibly(value)}`))
    .join('&');
