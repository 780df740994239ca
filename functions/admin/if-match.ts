import type { Problem } from '../../shared/http/problem.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';

/** The versions that a change may be made on; `*` for whatever is there. */
export type IfMatch = '*' | ReadonlySet<string>;

/** RFC 9110 §8.8.3: a strong entity tag. Versions count up and are never used again, not even after a removal. */
export const entityTag = (version: number): string => `"${version}"`;

/** A list of tags, without `*`. */
export const listOfTags = /^\s*(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*\s*$/;

/** RFC 9110 §13.1.1. A weak tag is well-formed and never matches. */
export function parseIfMatch(header: string | undefined): Result<IfMatch | undefined, Problem> {
  if (header === undefined) return ok(undefined);
  if (header.trim() === '*') return ok('*');
  if (listOfTags.test(header)) return ok(new Set(header.match(/(?:W\/)?"[^"]*"/g)));
  const detail = 'is not a list of entity tags in double quotes, like "3", nor *';
  return refuse({ refusal: { reason: 'header_invalid' }, errors: [{ header: 'If-Match', detail }] });
}

/** Whether a change may be made on this version; absent conditions hold. */
export const matches = (ifMatch: IfMatch | undefined, version: number): boolean =>
  ifMatch === undefined || ifMatch === '*' || ifMatch.has(entityTag(version));

/** RFC 9110 §13.1.1: the problem of a change that was made for another version than the one that is there. */
export const stale = (version: number): Problem => ({
  refusal: { reason: 'precondition_failed' },
  detail: `It is at version ${version} now: read it, decide again and send its ETag in If-Match.`,
});
