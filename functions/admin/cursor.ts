import * as v from 'valibot';
import type { QueryParameter } from './operation.ts';

/*
 * Pages of a list: `limit` says how long one is, `cursor` where it starts.
 */

const longestPage = 100;
const usualPage = 20;

/** Opaque to clients: what comes next, in base64url. */
const formatCursor = (last: string): string => Buffer.from(last).toString('base64url');

const parseCursor = (cursor: string): string => Buffer.from(cursor, 'base64url').toString();

const longestCursor = 400;

const isCursor = (cursor: string): boolean =>
  cursor.length <= longestCursor &&
  /^[\x21-\x7e]{1,255}$/.test(parseCursor(cursor)) &&
  formatCursor(parseCursor(cursor)) === cursor;

export const limit: QueryParameter = {
  schema: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[1-9]\d{0,2}$/, `is not a number from 1 to ${longestPage}`),
      v.transform(Number),
      v.maxValue(longestPage, `is over ${longestPage}`),
    ),
    String(usualPage),
  ),
  json: { type: 'integer', minimum: 1, maximum: longestPage, default: usualPage },
  description: 'At most so many entries. A page may have fewer although more follow: only next_cursor tells.',
};

export const cursor: QueryParameter = {
  schema: v.optional(
    v.pipe(v.string(), v.check(isCursor, 'is not a next_cursor of this list'), v.transform(parseCursor)),
  ),
  json: { type: 'string', pattern: '^[\\w-]*$', maxLength: longestCursor },
  description: 'The next_cursor of the page before.',
};

/** What the two say, after they were checked. */
export type Paging = { limit: number; cursor?: string };

export const nextCursor = (next: string | undefined): { next_cursor?: string } =>
  next === undefined ? {} : { next_cursor: formatCursor(next) };
