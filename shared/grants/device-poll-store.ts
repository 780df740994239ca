import type { Database, Item } from '../aws/dynamodb.ts';
import { generateSecret } from '../secret.ts';
import type { DeviceRequest, Polled } from './device-request.ts';
import { toGrant } from './grant-record.ts';

/*
 * Requests of devices in the Grants table, as a poll sees them. They are stored by device-request-store.ts alone, so what is read back
 * has the right form.
 */

export type DevicePollStore = ReturnType<typeof devicePollStore>;

/** The attribute of the index `byPerson` under which a request waits for its user code. */
export const waitsUnder = 'heldBy';

export function devicePollStore(database: Database, table: string) {
  return {
    /** Returns the request, or the grant that it became, read consistently. */
    async find(id: string): Promise<Polled | undefined> {
      const item = await database.get({ TableName: table, Key: { id }, ConsistentRead: true });
      return item && toPolled(item);
    },

    /** Ends a request that waits: its device code and its user code are worth nothing from then on. False when it no longer waits. */
    async end(id: string, state: 'denied' | 'spent'): Promise<boolean> {
      const { won } = await database.updateOnce({
        TableName: table,
        Key: { id },
        UpdateExpression: `SET attempt = :attempt, #state = :state REMOVE ${waitsUnder}`,
        ConditionExpression: '#state = :waiting',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':state': state, ':waiting': 'waiting', ':attempt': generateSecret() },
      });
      return won;
    },
  };
}

const unapproved = ['waiting', 'denied', 'spent'];

/** An item with a person is a grant, whatever became of it. Any other is nothing that a device asked for. */
function toPolled(item: Item): Polled | undefined {
  if (unapproved.includes(item['state'] as string)) return item as DeviceRequest;
  return 'sub' in item ? toGrant(item) : undefined;
}
