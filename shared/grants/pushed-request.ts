import { createHmac, hash } from 'node:crypto';
import type { Parameters } from '../oauth/parameters.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { equalInConstantTime } from '../secret.ts';
import type { RefreshKeys } from './refresh-token.ts';

/** Seconds until a pushed request must have been opened (RFC 9126 §2.2), and until whoever opened it must have signed in. */
export const pushedLifetimes = { toOpen: 60, toComplete: 3_600 };

/**
 * An authorization request that a client pushed (RFC 9126). It waits under the hash of its reference until a code is issued for it:
 * then the same item is the grant. Times are in epoch seconds.
 */
export type PushedRequest = {
  id: string;
  clientId: string;
  /** Which of the clients that have had this id; see shared/clients/since.ts. */
  clientSince?: string | undefined;
  parameters: Parameters;
  pushedAt: number;
};

/**
 * Returns the id of a pushed request, and later of its grant. The reference is no secret from the browser, so it must not lead anywhere
 * as a code or a device code: with a byte that no text has, no text has this hash.
 */
export const pushedId = (reference: string): string =>
  hash('sha256', Buffer.concat([Buffer.of(0xff), Buffer.from(reference)]), 'base64url');

/**
 * What proves that a pushed request was opened in time: /authorize adds it to the addresses of our pages, so that a sign-in may take
 * longer than the reference is good for. It is made with a key, so that nobody else can prolong a request, and stored nowhere.
 */
export const openedMark = (reference: string, [key]: RefreshKeys): string => markBy(key, reference);

const markBy = (key: RefreshKeys[number], reference: string): string =>
  createHmac('sha256', key).update('opened').update(reference).digest('base64url');

/** Whether a pushed request can be gone on with at `now`. `mark` is what came along with it. Refuses `request_uri_expired`. */
export function refuseTooLate(
  { pushedAt }: PushedRequest,
  { reference, mark }: { reference: string; mark: string | undefined },
  keys: RefreshKeys,
  now: number,
): Refusal | undefined {
  if (now < pushedAt + pushedLifetimes.toOpen) return undefined;
  const wasOpened = mark !== undefined && keys.some((key) => equalInConstantTime(mark, markBy(key, reference)));
  return wasOpened && now < pushedAt + pushedLifetimes.toComplete ? undefined : { reason: 'request_uri_expired' };
}
