import type { Database } from '../aws/dynamodb.ts';
import { tableDefinitions } from '../aws/tables.ts';
import { randomId } from '../random-bytes.ts';
import { type Acting, actingAttribute } from './acting.ts';
import { oneMoreUse, withinBudget } from './grant-store.ts';

const heldBy = tableDefinitions.grants.indexes.byPerson.partitionKey;

export type ActingStore = ReturnType<typeof actingStore>;

/** Remembers in a grant who acts for its person. */
export const actingStore = (database: Database, table: string) => ({
  /**
   * Notes that a client acts, in one write that holds only while the grant is in force. From then on the grant is found by its person,
   * who sees the client. It is one use of the grant's budget. Otherwise says that the grant was not in force, or had none left.
   */
  async note(grantId: string, { clientId, at, scope }: Acting): Promise<'noted' | 'ended' | 'used up'> {
    const outcome = await database.updateOnce({
      TableName: table,
      Key: { id: grantId },
      UpdateExpression: `SET attempt = :attempt, #acting = :acting, ${heldBy} = #sub, uses = ${oneMoreUse}`,
      ConditionExpression: `#state = :redeemed AND ${withinBudget}`,
      ExpressionAttributeNames: { '#acting': actingAttribute(clientId), '#sub': 'sub', '#state': 'state' },
      ExpressionAttributeValues: {
        ':acting': { at, scope },
        ':redeemed': 'redeemed',
        ':none': 0,
        ':one': 1,
        ':attempt': randomId(),
      },
    });
    if (outcome.won) return 'noted';
    return outcome.item?.['state'] === 'redeemed' ? 'used up' : 'ended';
  },
});
