import { randomBytes } from 'node:crypto';
import type { Database } from '../aws/dynamodb.ts';
import { tableDefinitions } from '../aws/tables.ts';
import { type Acting, actingAttribute } from './acting.ts';

const heldBy = tableDefinitions.grants.indexes.byPerson.partitionKey;

export type ActingStore = ReturnType<typeof actingStore>;

/** Remembers in a grant who acts for its person. */
export const actingStore = (database: Database, table: string) => ({
  /**
   * Notes that a client acts, in one write that holds only while the grant is in force. From then on the grant is found by its person,
   * who sees the client. Returns whether the grant was in force.
   */
  async note(grantId: string, { clientId, at, scope }: Acting): Promise<boolean> {
    const { won } = await database.updateOnce({
      TableName: table,
      Key: { id: grantId },
      UpdateExpression: `SET attempt = :attempt, #acting = :acting, ${heldBy} = #sub`,
      ConditionExpression: '#state = :redeemed',
      ExpressionAttributeNames: { '#acting': actingAttribute(clientId), '#sub': 'sub', '#state': 'state' },
      ExpressionAttributeValues: {
        ':acting': { at, scope },
        ':redeemed': 'redeemed',
        ':attempt': randomBytes(16).toString('base64url'),
      },
    });
    return won;
  },
});
