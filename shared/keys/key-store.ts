import type { JWK } from 'jose';
import type { Database, Item } from '../aws/dynamodb.ts';
import type { SigningAlgorithm, StoredKey } from './signing-key.ts';

/** Signing keys in the Keys table: one partition, one item per key. */
export type KeyStore = ReturnType<typeof keyStore>;

export function keyStore(database: Database, table: string) {
  const toItem = (key: StoredKey): Item => ({ pk: 'signing', sk: key.kid, ...key });

  return {
    async list(): Promise<StoredKey[]> {
      const items = await database.query({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': 'signing' },
        ConsistentRead: true,
      });
      return items.map(toStoredKey);
    },

    async put(key: StoredKey): Promise<void> {
      await database.put({ TableName: table, Item: toItem(key) });
    },

    async remove(kid: string): Promise<void> {
      await database.remove({ TableName: table, Key: { pk: 'signing', sk: kid } });
    },
  };
}

const toStoredKey = (item: Item): StoredKey => ({
  kid: item['kid'] as string,
  algorithm: item['algorithm'] as SigningAlgorithm,
  publicJwk: item['publicJwk'] as JWK,
  wrappedPrivateKey: item['wrappedPrivateKey'] as Uint8Array,
  signFrom: item['signFrom'] as number,
});
