import * as v from 'valibot';
import type { Database } from '../aws/dynamodb.ts';
import { randomId } from '../random-bytes.ts';

export type FlowStore = ReturnType<typeof flowStore>;

const keyOf = (id: string) => ({ pk: `upstream-flow#${id}`, sk: 'flow' });

/** Flows in the People table, each valid for one callback. The table holds neither cookie nor state nor verifier. */
export const flowStore = (database: Database, table: string) => ({
  /** Stores a flow until `expiresAt` (epoch seconds). */
  async keep(id: string, sealed: Uint8Array, expiresAt: number): Promise<void> {
    await database.put({ TableName: table, Item: { ...keyOf(id), sealed, expiresAt, purgeAt: expiresAt } });
  },

  /** Takes the flow in one conditional write, so that only one of any number of callbacks gets it. Returns undefined when it is over. */
  async take(id: string, now: number): Promise<Uint8Array | undefined> {
    const outcome = await database.updateOnce({
      TableName: table,
      Key: keyOf(id),
      UpdateExpression: 'SET takenAt = :now, attempt = :attempt',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(takenAt) AND expiresAt > :now',
      ExpressionAttributeValues: { ':now': now, ':attempt': randomId() },
    });
    return outcome.won ? v.parse(record, outcome.item).sealed : undefined;
  },
});

const record = v.object({ sealed: v.instance(Uint8Array) });
