import { randomBytes } from '../random-bytes.ts';
import type { RegisteredClient } from './registered-client.ts';

/*
 * Which client was meant, of those that have had an id one after the other. Adding a client marks its record with the second and 48
 * random bits. What people grant carries the mark of the client that they granted it to, and is worth nothing to another.
 *
 * A time alone would not do. Functions remember a client for 30 s, so some would go on granting to the removed one, later than the new
 * one was added; and who removes and adds by script does both in one second. A version alone would not do either: it begins anew when a
 * record was deleted, and two regions, or a restored backup, may count to the same one twice. The time is there for what carries no
 * mark: a function of the version before made it.
 */

/** Seconds for which functions remember a client: a change takes effect within them. */
export const remembered = 30;

/** What the record of a removed client has in the place of a mark, for those who read nothing else of it. */
export const removedMark = 'removed';

/** What somebody granted to a client. `at`: when, in epoch seconds. */
export type MadeFor = { clientSince?: string | undefined; at: number };

/** The mark of a client that is added now. */
export const newSince = (now: number): string => `${now}-${randomBytes(6).toString('hex')}`;

/** When a client was added, in epoch seconds. Undefined for records from before there were marks. */
export const addedAt = ({ since }: Pick<RegisteredClient, 'since'>): number | undefined =>
  since === undefined ? undefined : Number(since.split('-')[0]);

/**
 * Whether something was granted to this very client. What has a mark needs the same one; what has none must be from after the client was
 * added, by a second, and counts for a client without a mark whenever it was made. `client` is undefined when none is registered.
 */
export function isMadeFor({ clientSince, at }: MadeFor, client: Pick<RegisteredClient, 'since'> | undefined): boolean {
  if (clientSince !== undefined) return clientSince === client?.since;
  return at > ((client && addedAt(client)) ?? -1);
}

/**
 * Whether a token that a client got for itself (`iat` in epoch seconds) is of the one that has its id now. It has no mark, and one of the
 * same second counts: who adds a client gets a token at once. Undefined: none has it, and only registered clients get tokens for themselves.
 */
export const isOwnToken = (iat: number, client: Pick<RegisteredClient, 'since'> | undefined): boolean =>
  client !== undefined && iat >= (addedAt(client) ?? 0);

/**
 * The mark for a record that is about to be written: a client that is there keeps its own, one that comes back by a rollback gets back the
 * one that it had, and any other is new.
 */
export function sinceFor(
  client: RegisteredClient,
  current: RegisteredClient | undefined,
  comesBack: boolean,
  now: number,
): string | undefined {
  if (current !== undefined) return current.since;
  return comesBack ? client.since : newSince(now);
}
