import type { Database } from '../aws/dynamodb.ts';
import { tableDefinitions } from '../aws/tables.ts';
import type { Grant } from './grant.ts';

const heldBy = tableDefinitions.grants.indexes.byPerson.partitionKey;

/** Seconds after its end until a grant may be purged. */
const purgeDelay = 86_400;

export type AssertedGrantStore = ReturnType<typeof assertedGrantStore>;

/** Stores grants that no code leads to: those that an identity provider asserts. */
export const assertedGrantStore = (database: Database, table: string) => ({
  /**
   * Stores a grant that is in force at once, until `expiresAt`, and is found by its person. Safe to repeat, since nobody knows it yet.
   */
  async begin(grant: Grant): Promise<void> {
    await database.put({
      TableName: table,
      Item: { ...grant, [heldBy]: grant.sub, purgeAt: grant.expiresAt + purgeDelay },
    });
  },
});
