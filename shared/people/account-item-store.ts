import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { Database, Item } from '../aws/dynamodb.ts';
import { type Account, linkPurposes } from './account.ts';

/*
 * The item of one account in the People table, keyed by its subject.
 */

export const accountKey = (sub: string) => ({ pk: `account#${sub}`, sk: 'account' });

/** Reads only the claims, and whether they may still be released. */
export const claimsOnly = { ProjectionExpression: 'claims, disabledAt' };

/** Returns the claims in an item read with {@link claimsOnly}, or undefined when the account is disabled. */
export const toClaims = (item: Item): Account['claims'] | undefined =>
  item['disabledAt'] === undefined ? (item['claims'] as Account['claims']) : undefined;

const record = v.object({
  sub: v.string(),
  username: v.optional(v.string()),
  email: v.optional(v.string()),
  passwordHash: v.optional(v.string()),
  claims: v.record(v.string(), v.unknown()),
  disabledAt: v.optional(v.number()),
  createdAt: v.optional(v.number()),
  invitation: v.optional(
    v.object({
      hash: v.string(),
      purpose: v.picklist(linkPurposes),
      expiresAt: v.number(),
      spentAt: v.optional(v.number()),
    }),
  ),
  version: v.optional(v.number(), 0),
});

export const toAccount = (item: Item): Account => v.parse(record, item);

/** Identifies one attempt to write, so that a retry after a lost reply recognizes its own write. */
export const newAttempt = () => randomBytes(16).toString('base64url');

export type AccountItemStore = ReturnType<typeof accountItemStore>;

export function accountItemStore(database: Database, table: string) {
  return {
    async find(sub: string): Promise<Account | undefined> {
      const item = await database.get({ TableName: table, Key: accountKey(sub), ConsistentRead: true });
      return item && toAccount(item);
    },

    /** Updates an existing account in one write. Returns false when there is none or `condition` does not hold. Safe to repeat. */
    async update(sub: string, expression: string, values: Item = {}, condition?: string): Promise<boolean> {
      const named = [...new Set(expression.concat(condition ?? '').match(/#\w+/g) ?? [])];
      const { won } = await database.updateOnce({
        TableName: table,
        Key: accountKey(sub),
        UpdateExpression: `SET attempt = :attempt${expression.startsWith('SET ') ? `, ${expression.slice(4)}` : ` ${expression}`}`,
        ConditionExpression: ['attribute_exists(pk)', ...(condition ? [condition] : [])].join(' AND '),
        ...(named.length > 0 && {
          ExpressionAttributeNames: Object.fromEntries(named.map((name) => [name, name.slice(1)])),
        }),
        ExpressionAttributeValues: { ...values, ':attempt': newAttempt() },
      });
      return won;
    },
  };
}
