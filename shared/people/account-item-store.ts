import { randomInt } from 'node:crypto';
import * as v from 'valibot';
import type { Database, Item } from '../aws/dynamodb.ts';
import { randomId } from '../random-bytes.ts';
import { type Account, linkPurposes } from './account.ts';
import { accountKey, standingRecord, waysRecord } from './standing-store.ts';

/*
 * The item of one account in the People table, keyed by its subject.
 */

const link = {
  hash: v.string(),
  expiresAt: v.number(),
  everything: v.optional(v.boolean()),
  spentAt: v.optional(v.number()),
};

const mailed = { salt: v.string(), by: v.string(), requestedAt: v.number() };
const mailedLink = { ...link, ...mailed };

const record = v.object({
  sub: v.string(),
  username: v.optional(v.string()),
  email: v.optional(v.string()),
  passwordHash: v.optional(v.string()),
  claims: v.record(v.string(), v.unknown()),
  ...standingRecord.entries,
  createdAt: v.optional(v.number()),
  invitation: v.optional(
    v.object({ ...link, ...v.partial(v.object(mailed)).entries, purpose: v.picklist(linkPurposes) }),
  ),
  mailedLink: v.optional(v.object(mailedLink)),
  alarmLink: v.optional(v.object({ ...mailedLink, email: v.optional(v.string()) })),
  restoringLink: v.optional(v.object({ ...mailedLink, email: v.string() })),
  verification: v.optional(v.object({ ...mailedLink, email: v.string(), epoch: v.number() })),
  disabledByOperator: v.optional(v.literal(true)),
  removal: v.optional(v.object({ due: v.number(), link: v.object(mailedLink) })),
  version: v.optional(v.number(), 0),
  removals: v.optional(v.number(), 0),
  removedWays: v.optional(
    v.pipe(
      v.set(v.string()),
      v.transform((ids) => [...ids]),
    ),
    () => new Set<string>(),
  ),
  ...waysRecord.entries,
});

export const toAccount = (item: Item): Account => v.parse(record, item);

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

/** Condition of a write by somebody who saw an epoch, which is in the value `name`. An account of before epochs has none, and stands at 0. */
export const isAtEpoch = (seen: number, name = ':seen'): string =>
  seen === 0 ? `(attribute_not_exists(epoch) OR epoch = ${name})` : `epoch = ${name}`;

const isFirst = '(attribute_not_exists(attempt) OR attempt <> :attempt)';

export type AccountItemStore = ReturnType<typeof accountItemStore>;

export function accountItemStore(database: Database, table: string) {
  return {
    async find(sub: string): Promise<Account | undefined> {
      const item = await database.get({ TableName: table, Key: accountKey(sub), ConsistentRead: true });
      return item && toAccount(item);
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
        // A retry of a write whose reply was lost must not raise the epoch once more.
        ConditionExpression: ['attribute_exists(pk)', isFirst, ...(condition ? [condition] : [])].join(' AND '),
        ...(named.length > 0 && {
          ExpressionAttributeNames: Object.fromEntries(named.map((name) => [name, name.slice(1)])),
        }),
        ExpressionAttributeValues: { ...values, ':attempt': randomId() },
      });
      return won && item ? toAccount(item) : undefined;
    },
  };
}
