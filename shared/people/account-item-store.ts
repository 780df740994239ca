import { randomBytes, randomInt } from 'node:crypto';
import * as v from 'valibot';
import type { Database, Item } from '../aws/dynamodb.ts';
import { type Account, linkPurposes } from './account.ts';
import { type Standing, standingAttributes } from './still-valid.ts';

/*
 * The item of one account in the People table, under its subject.
 */

export const accountKey = (sub: string) => ({ pk: `account#${sub}`, sk: 'account' });

/** What a read asks for that needs no more than the claims, and whether they may still be told. */
export const claimsOnly = { ProjectionExpression: 'claims, disabledAt' };

/** The claims in an item that was read with {@link claimsOnly}; undefined when the account is disabled. */
export const toClaims = (item: Item): Account['claims'] | undefined =>
  item['disabledAt'] === undefined ? (item['claims'] as Account['claims']) : undefined;

const standingRecord = v.object({
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

const record = v.object({
  sub: v.string(),
  username: v.optional(v.string()),
  email: v.optional(v.string()),
  passwordHash: v.optional(v.string()),
  claims: v.record(v.string(), v.unknown()),
  ...standingRecord.entries,
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

/** Names one try of a write, so that a repeated write whose reply was lost knows itself. */
export const newAttempt = () => randomBytes(16).toString('base64url');

/**
 * Where the epoch of a new account starts: anywhere, so that a subject that is given out again does not bring to life what was
 * made in the name of the account before.
 */
export const firstEpoch = (): number => randomInt(2 ** 40);

/** Part of every write that takes back what was there before: raises the epoch. */
export const raised = {
  set: 'epoch = if_not_exists(epoch, :zero) + :one',
  values: { ':zero': 0, ':one': 1 },
};

export type AccountItemStore = ReturnType<typeof accountItemStore>;

export function accountItemStore(database: Database, table: string) {
  return {
    async find(sub: string): Promise<Account | undefined> {
      const item = await database.get({ TableName: table, Key: accountKey(sub), ConsistentRead: true });
      return item && toAccount(item);
    },

    /** Only what decides whether something is still good, read consistently; undefined when there is no account. */
    async findStanding(sub: string): Promise<Standing | undefined> {
      const Key = accountKey(sub);
      const item = await database.get({ TableName: table, Key, ConsistentRead: true, ...standingOnly });
      return item && toStanding(item);
    },

    /**
     * One write on an account that is there. Answers with the account as it is then; undefined when there is none, or when
     * `condition` does not hold. Safe to repeat.
     */
    async update(sub: string, expression: string, values: Item = {}, condition?: string): Promise<Account | undefined> {
      const named = [...new Set(expression.concat(condition ?? '').match(/#\w+/g) ?? [])];
      const { won, item } = await database.updateOnce({
        TableName: table,
        Key: accountKey(sub),
        UpdateExpression: `SET attempt = :attempt${expression.startsWith('SET ') ? `, ${expression.slice(4)}` : ` ${expression}`}`,
        ConditionExpression: ['attribute_exists(pk)', ...(condition ? [condition] : [])].join(' AND '),
        ...(named.length > 0 && {
          ExpressionAttributeNames: Object.fromEntries(named.map((name) => [name, name.slice(1)])),
        }),
        ExpressionAttributeValues: { ...values, ':attempt': newAttempt() },
      });
      return won && item ? toAccount(item) : undefined;
    },
  };
}
