import * as v from 'valibot';
import type { Database, Item } from '../aws/dynamodb.ts';
import type { Account } from './account.ts';
import { type Standing, standingAttributes } from './still-valid.ts';

/*
 * What functions may know of an account that have nothing to do with how somebody signs in: whether it stands by what was made in its
 * name, and its claims. Its names and its password hash are in the same item and are not read here.
 */

export const accountKey = (sub: string) => ({ pk: `account#${sub}`, sk: 'account' });

export const standingRecord = v.object({
  disabledAt: v.optional(v.number()),
  epoch: v.optional(v.number(), 0),
  clientEpochs: v.optional(v.record(v.string(), v.number()), {}),
  endedSessions: v.optional(
    v.pipe(
      v.set(v.string()),
      v.transform((ended) => [...ended]),
    ),
    () => new Set<string>(),
  ),
});

/** What a read asks for that only decides whether something is still good. */
export const standingOnly = { ProjectionExpression: standingAttributes.join(', ') };

export const toStanding = (item: Item): Standing => v.parse(standingRecord, item);

export type StandingStore = ReturnType<typeof standingStore>;

export function standingStore(database: Database, table: string) {
  return {
    /** Only what decides whether something is still good, read consistently; undefined when there is no account. */
    async findStanding(sub: string): Promise<Standing | undefined> {
      const Key = accountKey(sub);
      const item = await database.get({ TableName: table, Key, ConsistentRead: true, ...standingOnly });
      return item && toStanding(item);
    },

    /** Only the claims: what clients may learn does not come with the password hash. None for an account that is disabled. */
    async findClaims(sub: string): Promise<Account['claims'] | undefined> {
      const Key = accountKey(sub);
      const item = await database.get({ TableName: table, Key, ProjectionExpression: 'claims, disabledAt' });
      return item?.['disabledAt'] === undefined ? (item?.['claims'] as Account['claims'] | undefined) : undefined;
    },
  };
}
