import { randomBytes } from 'node:crypto';
import type { Database } from '../aws/dynamodb.ts';
import { hashSecret } from '../secret.ts';

/** Remembers which client assertions were used, in the Grants table. */
export const assertionStore = (database: Database, table: string) => ({
  /** RFC 7523 §3: true for the first use of `jti` by this client, whoever else tries at the same time. Kept until `expiresAt` (epoch seconds). */
  async use(clientId: string, jti: string, expiresAt: number): Promise<boolean> {
    const outcome = await database.updateOnce({
      TableName: table,
      Key: { id: `assertion#${hashSecret(`${clientId}\n${jti}`)}` },
      UpdateExpression: 'SET purgeAt = :purgeAt, attempt = :attempt',
      ConditionExpression: 'attribute_not_exists(id)',
      ExpressionAttributeValues: { ':purgeAt': expiresAt + 300, ':attempt': randomBytes(16).toString('base64url') },
    });
    return outcome.won;
  },
});

export type AssertionStore = ReturnType<typeof assertionStore>;
