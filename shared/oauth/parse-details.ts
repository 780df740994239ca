import { ok, type Result, refuse } from '../result.ts';
import type { Detail } from './authorization-details.ts';
import type { Refusal } from './refusal.ts';

/** Bytes of the whole parameter: access tokens have the details, and API Gateway takes 10,240 bytes of headers. */
const longest = 4_096;
const mostElements = 20;
const deepest = 8;

/**
 * Parses `authorization_details`: a list of objects with a `type` each. Refuses `authorization_details_invalid` with the element that is
 * wrong. Whether the types exist and their members are right is not looked at here.
 */
export function parseDetails(text: string): Result<Detail[], Refusal> {
  if (Buffer.byteLength(text) > longest) return refuseDetails(`It has more than ${longest} bytes.`);
  const json = parsed(text);
  if (!Array.isArray(json) || json.length === 0 || json.length > mostElements) {
    return refuseDetails(`It is not a JSON array of 1 to ${mostElements} objects.`);
  }
  const wrong = json.flatMap((element, index) => problemsOf(element).map((problem) => `Element ${index} ${problem}.`));
  return wrong[0] === undefined ? ok(json.map(canonical)) : refuseDetails(wrong[0]);
}

export const refuseDetails = (because: string): Result<never, Refusal> =>
  refuse({ reason: 'authorization_details_invalid', because });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemsOf(element: unknown): string[] {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) return ['is not an object'];
  const { type } = element as { type?: unknown };
  if (typeof type !== 'string' || type === '') return ['has no type'];
  return isPlain(element, deepest) ? [] : [`is nested deeper than ${deepest}, or has a number beyond 2^53`];
}

/** Other programs read larger numbers as others (RFC 7493 §2.2), and a person may agree to them. */
function isPlain(value: unknown, levels: number): boolean {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => isPlain(member, levels - 1));
}

/** The canonical JSON of parsed JSON. It is built as text, so that a member named `__proto__` is one like any other. */
export function canonical(value: unknown): Detail {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
