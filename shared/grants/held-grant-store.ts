import type { Database, Item } from '../aws/dynamodb.ts';
import { inTurns } from '../aws/in-turns.ts';
import { type Acting, actingIn } from './acting.ts';
import type { Grant } from './grant.ts';
import { toGrant } from './grant-record.ts';
import { heldQuery, revokeGrant } from './grant-store.ts';

/*
 * The grants that a person holds, as the account page and whoever ends something see them. /authorize and /token do without.
 */

/** What one call of `clearAway` does at most. */
const pagesAtOnce = 10;
const pageLength = 100;

/** The epoch that grants are still good under, of the account or of one client; undefined: none is good. */
export type Current = { counter: 'epoch' | 'clientEpoch'; current: number | undefined; clientId?: string };

export type HeldGrantStore = ReturnType<typeof heldGrantStore>;

export function heldGrantStore(database: Database, table: string) {
  const read = (id: string): Promise<Item | undefined> =>
    database.get({ TableName: table, Key: { id }, ConsistentRead: true });

  return {
    /**
     * Tidies up after what a person took back: revokes the grants that are worth nothing since, a thousand at most. Nothing depends
     * on it, and whoever calls it again goes on where it ended.
     */
    async clearAway(sub: string, { counter, current, clientId }: Current, now: number): Promise<void> {
      const older = `(attribute_not_exists(${counter}) OR ${counter} <> :current)`;
      const meant: [string?, Item?] = current === undefined ? [] : [older, { ':current': current }];
      let from: Item | undefined;
      for (let page = 0; page < pagesAtOnce; page += 1) {
        const { items, next } = await database.queryPage({
          ...heldQuery(table, sub, clientId),
          Limit: pageLength,
          ExclusiveStartKey: from,
        });
        await inTurns(items, ({ id }) => revokeGrant(database, table, id as string, now, ...meant));
        if (next === undefined) return;
        from = next;
      }
    },

    /**
     * Lists the grants with refresh tokens that a person gave, to one client or to all. May miss a grant made just now, because
     * an index lags behind its table.
     */
    async listOf(sub: string, clientId?: string): Promise<(Grant & { acting: Acting[] })[]> {
      const held = await database.query(heldQuery(table, sub, clientId));
      const items = await inTurns(held, ({ id }) => read(id as string));
      return items.filter((item) => item !== undefined).map((item) => ({ ...toGrant(item), acting: actingIn(item) }));
    },

    /** Revokes one of them. Idempotent. */
    revoke: (id: string, now: number): Promise<void> => revokeGrant(database, table, id, now),
  };
}
