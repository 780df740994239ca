import * as v from 'valibot';
import type { Database } from '../aws/dynamodb.ts';
import { type Home, withHome } from '../home.ts';
import { generateSecret, hashSecret } from '../secret.ts';

/** Seconds between the password and the code. */
export const pendingLifetime = 300;

/** A person who gave the right password but no code yet. Not signed in. */
export type PendingSignIn = {
  sub: string;
  /** Of the account whose password it was. */
  epoch: number;
  /** What the person is called on the page. */
  account: string;
  keep: boolean;
  /** They have just set the password with a link, and are to see which ways into their account there are. */
  isReset?: boolean | undefined;
  /** They gave a code from a mail instead of a password. */
  isByMail?: boolean | undefined;
};

export type PendingStore = ReturnType<typeof pendingStore>;

/**
 * Sign-ins that wait for a code, in the People table. Only the cookie holds the secret of one; the table stores its hash. `home`: where
 * this is, with several regions. A secret begins with the letter of the region where the wait began, and is of use there alone.
 */
export function pendingStore(database: Database, table: string, home?: Home) {
  const keyOf = (secret: string) => ({ pk: `pending#${hashSecret(secret)}`, sk: 'pending' });

  return {
    /** Starts the wait. Returns the secret for the cookie. */
    async start(pending: PendingSignIn, now: number): Promise<string> {
      const secret = withHome(home, generateSecret());
      const expiresAt = now + pendingLifetime;
      await database.put({ TableName: table, Item: { ...keyOf(secret), ...pending, expiresAt, purgeAt: expiresAt } });
      return secret;
    },

    async find(secret: string, now: number): Promise<PendingSignIn | undefined> {
      const item = await database.get({ TableName: table, Key: keyOf(secret), ConsistentRead: true });
      const pending = item && v.parse(record, item);
      if (!pending || pending.spentAt !== undefined || now >= pending.expiresAt) return undefined;
      const { sub, epoch, account, keep, isReset, isByMail } = pending;
      return { sub, epoch, account, keep, isReset, isByMail };
    },

    /** Ends the wait. Returns true to exactly one caller, and only in time. */
    async spend(secret: string, now: number): Promise<boolean> {
      const { won } = await database.updateOnce({
        TableName: table,
        Key: keyOf(secret),
        UpdateExpression: 'SET spentAt = :now, attempt = :attempt',
        ConditionExpression: 'expiresAt > :now AND attribute_not_exists(spentAt)',
        ExpressionAttributeValues: { ':now': now, ':attempt': generateSecret() },
      });
      return won;
    },
  };
}

const record = v.object({
  sub: v.string(),
  epoch: v.optional(v.number(), 0),
  account: v.string(),
  keep: v.boolean(),
  isReset: v.optional(v.boolean()),
  isByMail: v.optional(v.boolean()),
  expiresAt: v.number(),
  spentAt: v.optional(v.number()),
});
