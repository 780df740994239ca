import { ConditionFailed, type Database } from '../aws/dynamodb.ts';
import { clientKey } from './records.ts';
import type { RegisteredClient } from './registered-client.ts';

/** How much longer than its grants a client stays, in seconds: at least, and when that is written anew. */
const spare = { least: 1_296_000, whole: 2_592_000 };

export type Renewable = Pick<RegisteredClient, 'clientId' | 'expiresAt'>;

/** Whether a client that registered itself would be gone before what it gets now can end. `lifetime`: of that, in seconds. */
export const needsRenewal = ({ expiresAt }: Renewable, lifetime: number, now: number): boolean =>
  expiresAt !== undefined && expiresAt <= now + lifetime + spare.least;

/**
 * Keeps a client that registered itself, because it is used: a little longer than anything that it gets now can live. Writes only
 * when that is not so already, about once in two weeks. `lifetime`: of its grants, in seconds.
 */
export const registrationRenewal =
  (database: Database, table: string, lifetime: number) =>
  async (client: Renewable, now: number): Promise<void> => {
    if (!needsRenewal(client, lifetime, now)) return;
    try {
      await database.update({
        TableName: table,
        Key: clientKey(client.clientId),
        UpdateExpression: 'SET purgeAt = :until',
        ConditionExpression: 'purgeAt < :until',
        ExpressionAttributeValues: { ':until': now + lifetime + spare.whole },
      });
    } catch (error) {
      // Somebody else has, or an operator has made it one of their own.
      if (!(error instanceof ConditionFailed)) throw error;
    }
  };
