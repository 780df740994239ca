import type { Database } from '../aws/dynamodb.ts';
import { randomId } from '../random-bytes.ts';
import { hashSecret } from '../secret.ts';

/** Remembers used client assertions in the Grants table. */
export const assertionStore = (database: Database, table: string) => ({
  /**
   * Marks the `jti` of a client's assertion as used (RFC 7523 §3). Returns true to the first caller only, even among concurrent
   * ones. `expiresAt` (epoch seconds) is how long to remember it.
   */
  async use(clientId: string, jti: string, expiresAt: number): Promise<boolean> {
    const outcome = await database.updateOnce({
      TableName: table,
      Key: { id: `assertion#${hashSecret(`${clientId}\n${jti}`)}` },
      UpdateExpression: 'SET purgeAt = :purgeAt, attempt = :attempt',
      ConditionExpression: 'attribute_not_exists(id)',
      ExpressionAttributeValues: { ':purgeAt': expiresAt + 300, ':attempt': randomId() },
    });
    return outcome.won;
  },
});

export type AssertionStore = ReturnType<typeof assertionStore>;
