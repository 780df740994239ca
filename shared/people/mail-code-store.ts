import * as v from 'valibot';
import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import { equalInConstantTime, generateSecret, hashSecret } from '../secret.ts';
import { mailCodeHash, mailCodes } from './mail-code.ts';

/** Somebody who may sign in with a code: who, and under which epoch of their account. */
export type CodeHolder = { sub: string; epoch: number };

const record = v.object({ sub: v.string(), epoch: v.number(), hash: v.string() });

export type MailCodeStore = ReturnType<typeof mailCodeStore>;

/** Codes that were mailed, in the People table, under the hash of the secret of a browser. */
export function mailCodeStore(database: Database, table: string) {
  const keyOf = (key: string) => ({ pk: `mail-code#${key}`, sk: 'mail-code' });

  return {
    /** Whether the code of an order is kept already. */
    isKept: async (key: string): Promise<boolean> =>
      (await database.get({ TableName: table, Key: keyOf(key), ConsistentRead: true })) !== undefined,

    /** Keeps the code of an account, once: an order that is carried out again gives no tries back. `until` is in epoch seconds. */
    async keep(key: string, hash: string, { sub, epoch }: CodeHolder, until: number): Promise<void> {
      const Item = { ...keyOf(key), sub, epoch, hash, tries: 0, expiresAt: until, purgeAt: until };
      try {
        await database.put({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' });
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
      }
    },

    /**
     * Tries a code. Counts first, so that parallel guesses count too. One call, whether there is a code or not; a right one is spent
     * with another call, and of several attempts one wins.
     */
    async use(secret: string, code: string, now: number): Promise<CodeHolder | undefined> {
      const Key = keyOf(hashSecret(secret));
      const item = await count(database, table, Key, now);
      if (item === undefined) return undefined;
      const { sub, epoch, hash } = v.parse(record, item);
      if (!equalInConstantTime(hash, mailCodeHash(secret, code))) return undefined;
      const { won } = await database.updateOnce({
        TableName: table,
        Key,
        UpdateExpression: 'SET spentAt = :now, attempt = :attempt',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(spentAt)',
        ExpressionAttributeValues: { ':now': now, ':attempt': generateSecret() },
      });
      return won ? { sub, epoch } : undefined;
    },
  };
}

async function count(database: Database, table: string, Key: Item, now: number): Promise<Item | undefined> {
  try {
    return await database.update({
      TableName: table,
      Key,
      UpdateExpression: 'ADD tries :one',
      ConditionExpression: 'expiresAt > :now AND tries < :most AND attribute_not_exists(spentAt)',
      ExpressionAttributeValues: { ':one': 1, ':now': now, ':most': mailCodes.tries },
      ReturnValues: 'ALL_NEW',
    });
  } catch (error) {
    if (error instanceof ConditionFailed) return undefined;
    throw error;
  }
}
