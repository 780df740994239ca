import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import { generateSecret } from '../secret.ts';
import { type ListedPasskey, type Passkey, passkeyKey, passkeyPartition, toPasskey, userHandleOf } from './passkey.ts';

export type PasskeyStore = ReturnType<typeof passkeyStore>;

/**
 * Passkeys in the People table: one partition per account, one item per passkey. An authenticator returns the user handle with
 * the credential id, and both form the item's key. So the same item is found from the account and from the passkey, and no second
 * one can be left behind.
 */
export function passkeyStore(database: Database, table: string) {
  const keyOf = (sub: string, id: string) => ({ pk: passkeyPartition(userHandleOf(sub)), sk: id });

  /** Updates an existing passkey in one write. Returns false when there is none or `condition` does not hold. */
  async function write(key: Item, expression: string, values: Item, condition?: string): Promise<boolean> {
    const names = [...new Set(`${expression} ${condition ?? ''}`.match(/#\w+/g) ?? [])];
    const { won } = await database.updateOnce({
      TableName: table,
      Key: key,
      UpdateExpression: `${expression}, attempt = :attempt`,
      ConditionExpression: ['attribute_exists(pk)', ...(condition ? [condition] : [])].join(' AND '),
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [name, name.slice(1)])),
      ExpressionAttributeValues: { ...values, ':attempt': generateSecret() },
    });
    return won;
  }

  return {
    /** Finds the passkey that an authenticator answered with. */
    async find(userHandle: string, credentialId: string): Promise<Passkey | undefined> {
      const Key = passkeyKey(userHandle, credentialId);
      const item = await database.get({ TableName: table, Key, ConsistentRead: true });
      return item && toPasskey(item);
    },

    /** Lists the passkeys of an account, oldest first. */
    async list(sub: string): Promise<ListedPasskey[]> {
      const items = await database.query({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': passkeyPartition(userHandleOf(sub)) },
        ConsistentRead: true,
      });
      return items
        .map((item) => ({ ...toPasskey(item), id: item['sk'] as string }))
        .sort((one, other) => one.createdAt - other.createdAt);
    },

    /** Adds a passkey. Returns false when the account already has it; it is never replaced (WebAuthn §7.1, step 26). */
    async add(passkey: Passkey): Promise<boolean> {
      const key = passkeyKey(userHandleOf(passkey.sub), passkey.credentialId);
      const attempt = generateSecret();
      try {
        await database.put({
          TableName: table,
          Item: { ...key, ...passkey, attempt },
          ConditionExpression: 'attribute_not_exists(pk)',
        });
        return true;
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        const item = await database.get({ TableName: table, Key: key, ConsistentRead: true });
        return item?.['attempt'] === attempt;
      }
    },

    /**
     * Records a use (WebAuthn §7.2, steps 22 and 24). Returns false when the passkey was removed, or when its counter did not
     * grow, as happens with a copied authenticator.
     */
    use(
      { sub, credentialId }: Pick<Passkey, 'sub' | 'credentialId' | 'counter'>,
      { counter, isBackedUp, now }: { counter: number; isBackedUp: boolean; now: number },
    ): Promise<boolean> {
      return write(
        passkeyKey(userHandleOf(sub), credentialId),
        'SET #counter = :counter, isBackedUp = :isBackedUp, lastUsedAt = :now',
        { ':counter': counter, ':isBackedUp': isBackedUp, ':now': now },
        counter === 0 ? '#counter = :counter' : '#counter < :counter',
      );
    },

    /** Renames a passkey by its `id` in the list. Returns false when there is none. */
    rename: (sub: string, id: string, name: string): Promise<boolean> =>
      write(keyOf(sub, id), 'SET #name = :name', { ':name': name }),

    /** Removes a passkey by its `id` in the list. Idempotent. */
    remove: (sub: string, id: string): Promise<void> => database.remove({ TableName: table, Key: keyOf(sub, id) }),
  };
}
