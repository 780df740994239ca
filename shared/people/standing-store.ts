import * as v from 'valibot';
import type { Database, Item } from '../aws/dynamodb.ts';
import type { Account } from './account.ts';
import { type Standing, standingAttributes } from './still-valid.ts';

/*
 * What functions may know of an account that have nothing to do with how somebody signs in: whether it stands by what was made in its
 * name, and its claims with its username. Its password hash is in the same item and is not read here.
 */

export const accountKey = (sub: string) => ({ pk: `account#${sub}`, sk: 'account' });

export const standingRecord = v.object({
  disabledAt: v.optional(v.number()),
  epoch: v.optional(v.number(), 0),
  clientEpochs: v.optional(v.record(v.string(), v.number()), {}),
  pairwiseSubjects: v.optional(v.record(v.string(), v.string())),
  endedSessions: v.optional(
    v.pipe(
      v.set(v.string()),
      v.transform((ended) => [...ended]),
    ),
    () => new Set<string>(),
  ),
});

/** What of the item decides which ways to sign in count. */
export const waysRecord = v.object({
  waysFrom: v.optional(v.number(), 0),
  recentFrom: v.optional(v.number()),
  recentSince: v.optional(v.number()),
});

/** What a read asks for that only decides whether something is still good. */
export const standingOnly = { ProjectionExpression: standingAttributes.join(', ') };

export const toStanding = (item: Item): Standing => v.parse(standingRecord, item);

/** The attributes of an account that become claims. */
export const claimAttributes = ['claims', 'username'] as const;

/** What clients may learn about a person: the claims of the account, and its username where they name no `preferred_username`. */
export function toClaims({ claims = {}, username }: Item): Account['claims'] {
  const told = claims as Account['claims'];
  return username === undefined || told['preferred_username'] ? told : { ...told, preferred_username: username };
}

export type StandingStore = ReturnType<typeof standingStore>;

export function standingStore(database: Database, table: string) {
  return {
    /** Only what decides whether something is still good, read consistently; undefined when there is no account. */
    async findStanding(sub: string): Promise<Standing | undefined> {
      const Key = accountKey(sub);
      const item = await database.get({ TableName: table, Key, ConsistentRead: true, ...standingOnly });
      return item && toStanding(item);
    },

    /** The same in the same read, with the claims of the person. */
    async findWithClaims(sub: string): Promise<{ standing: Standing; claims: Account['claims'] } | undefined> {
      const Key = accountKey(sub);
      const ProjectionExpression = [...claimAttributes, ...standingAttributes].join(', ');
      const item = await database.get({ TableName: table, Key, ConsistentRead: true, ProjectionExpression });
      return item && { standing: toStanding(item), claims: toClaims(item) };
    },

    /** Only the claims: what clients may learn does not come with the password hash. None for an account that is disabled. */
    async findClaims(sub: string): Promise<Account['claims'] | undefined> {
      const Key = accountKey(sub);
      const ProjectionExpression = [...claimAttributes, 'disabledAt'].join(', ');
      const item = await database.get({ TableName: table, Key, ProjectionExpression });
      return item && item['disabledAt'] === undefined ? toClaims(item) : undefined;
    },
  };
}
