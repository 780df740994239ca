import type { JWK } from 'jose';
import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import type { SigningAlgorithm, StoredKey } from './signing-key.ts';

/** A key for refresh tokens, encrypted. From `signFrom` on it seals the tokens of new grants. Times are in epoch seconds. */
export type StoredRefreshKey = { kid: string; wrapped: Uint8Array; createdAt: number; signFrom: number };

/** The key of the nonces for DPoP proofs, encrypted. */
export type StoredNonceKey = Omit<StoredRefreshKey, 'signFrom'>;

/** The key of pairwise subjects, encrypted. */
export type StoredPairwiseKey = { wrapped: Uint8Array; createdAt: number };

const pairwiseKeyAt = { pk: 'pairwise', sk: 'only' };

/** The Keys table: one partition for signing keys, one for those that KMS has made and that are not stored yet, one for refresh token keys, one for the key of nonces, and one for the key of pairwise subjects. */
export type KeyStore = ReturnType<typeof keyStore>;

export function keyStore(database: Database, table: string) {
  const partition = (pk: string) =>
    database.query({
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      ConsistentRead: true,
    });

  /** Adds a key unless there is one with this id, so of two added at once only one is stored. */
  async function add(pk: string, { kid, ...key }: StoredNonceKey): Promise<void> {
    const Item = { pk, sk: kid, id: kid, ...key };
    try {
      await database.put({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' });
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }

  return {
    async list(): Promise<StoredKey[]> {
      return (await partition('signing')).map(toStoredKey);
    },

    async put(key: StoredKey): Promise<void> {
      await database.put({ TableName: table, Item: { pk: 'signing', sk: key.kid, ...key } });
      if (!('kmsKeyId' in key.private)) return;
      await database.remove({ TableName: table, Key: { pk: 'unfinished', sk: key.private.kmsKeyId } });
    },

    async findUnfinished(algorithm: SigningAlgorithm): Promise<string | undefined> {
      const found = (await partition('unfinished')).filter((item) => item['algorithm'] === algorithm);
      if (found.length === 0) return undefined;
      // Whoever stored a key may have failed before it was forgotten here.
      const stored = (await partition('signing')).map((item) => toStoredKey(item).private);
      const isStored = (id: unknown) => stored.some((kept) => 'kmsKeyId' in kept && kept.kmsKeyId === id);
      return found.find((item) => !isStored(item['sk']))?.['sk'] as string | undefined;
    },

    async noteUnfinished(algorithm: SigningAlgorithm, kmsKeyId: string): Promise<void> {
      await database.put({ TableName: table, Item: { pk: 'unfinished', sk: kmsKeyId, algorithm } });
    },

    /** Overwrites an existing key. Returns false when the key has been removed meanwhile, and does not bring it back. */
    async replace(key: StoredKey): Promise<boolean> {
      const Item = { pk: 'signing', sk: key.kid, ...key };
      try {
        await database.put({ TableName: table, Item, ConditionExpression: 'attribute_exists(pk)' });
        return true;
      } catch (error) {
        if (error instanceof ConditionFailed) return false;
        throw error;
      }
    },

    async remove(kid: string): Promise<void> {
      await database.remove({ TableName: table, Key: { pk: 'signing', sk: kid } });
    },

    /** Lists refresh token keys in no order. */
    async listRefreshKeys(): Promise<StoredRefreshKey[]> {
      return (await partition('refresh')).map(toRefreshKey);
    },

    addRefreshKey: (key: StoredRefreshKey): Promise<void> => add('refresh', key),

    /** The key of pairwise subjects; see pairwise-key.ts. */
    async findPairwiseKey(): Promise<StoredPairwiseKey | undefined> {
      const [item] = await partition(pairwiseKeyAt.pk);
      return item && { wrapped: item['wrapped'] as Uint8Array, createdAt: item['createdAt'] as number };
    },

    /** Adds it unless there is one: it never changes. */
    async addPairwiseKey(key: StoredPairwiseKey): Promise<void> {
      const Item = { ...pairwiseKeyAt, ...key };
      try {
        await database.put({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' });
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
      }
    },

    async removeRefreshKey(kid: string): Promise<void> {
      await database.remove({ TableName: table, Key: { pk: 'refresh', sk: kid } });
    },

    async findNonceKey(): Promise<StoredNonceKey | undefined> {
      const [item] = await partition('nonce');
      return item && toRefreshKey(item);
    },

    addNonceKey: (key: StoredNonceKey): Promise<void> => add('nonce', key),
  };
}

const toStoredKey = (item: Item): StoredKey => ({
  kid: item['kid'] as string,
  algorithm: item['algorithm'] as SigningAlgorithm,
  publicJwk: item['publicJwk'] as JWK,
  private: item['private'] as StoredKey['private'],
  signFrom: item['signFrom'] as number,
  ...(item['withdrawnAt'] !== undefined && { withdrawnAt: item['withdrawnAt'] as number }),
});

const toRefreshKey = (item: Item): StoredRefreshKey => ({
  kid: item['id'] as string,
  wrapped: item['wrapped'] as Uint8Array,
  createdAt: item['createdAt'] as number,
  signFrom: (item['signFrom'] ?? item['createdAt']) as number,
});
