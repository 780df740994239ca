import type { Database } from '../aws/dynamodb.ts';
import type { tableDefinitions } from '../aws/tables.ts';
import { generateSecret, hashSecret } from '../secret.ts';
import { devicePollStore, waitsUnder } from './device-poll-store.ts';
import type { DeviceRequest, Polled } from './device-request.ts';
import type { Grant } from './grant.ts';

/*
 * Requests of devices in the Grants table: one item each, under the hash of the device code. While it waits, the index of grants by
 * person has it under the hash of its user code. Allowing it turns it into a grant in one conditional write.
 */

export type DeviceRequestStore = ReturnType<typeof deviceRequestStore>;

/** What a person adds to a request by allowing it. */
export type Approval = Pick<Grant, 'sub' | 'subject' | 'epoch' | 'clientEpoch' | 'authTime' | 'amr' | 'acr'>;

const byPerson = 'byPerson' satisfies keyof (typeof tableDefinitions)['grants']['indexes'];

/** Seconds after its end until a request may be purged. A device may still ask what became of it. */
const purgeDelay = 86_400;

const keyOf = (userCode: string): string => `user-code#${hashSecret(userCode)}`;

export function deviceRequestStore(database: Database, table: string) {
  const polls = devicePollStore(database, table);

  return {
    /** Stores a request that waits for a person. Safe to repeat, since nobody has its codes yet. */
    async ask(request: Omit<DeviceRequest, 'state'>, userCode: string): Promise<void> {
      await database.put({
        TableName: table,
        Item: {
          ...request,
          state: 'waiting',
          redirectUri: '',
          redirectUriSent: false,
          [waitsUnder]: keyOf(userCode),
          purgeAt: request.expiresAt + purgeDelay,
        },
      });
    },

    /**
     * Returns the request that waits with this user code at `now`. None when two have the same one, which only a new code can tell
     * apart, and for about a second after it was stored, because an index lags behind its table.
     */
    async findWaiting(userCode: string, now: number): Promise<DeviceRequest | undefined> {
      const ids = await database.query({
        TableName: table,
        IndexName: byPerson,
        KeyConditionExpression: `${waitsUnder} = :pk`,
        ExpressionAttributeValues: { ':pk': keyOf(userCode) },
      });
      const polled = ids.length === 1 ? await polls.find(ids[0]?.['id'] as string) : undefined;
      return polled?.state === 'waiting' && now < polled.expiresAt ? polled : undefined;
    },

    /** Returns what became of a request. */
    find: (id: string): Promise<Polled | undefined> => polls.find(id),

    /** Turns a request that waits at `now` into a grant. Exactly one of any number of decisions wins. */
    async allow(id: string, approval: Approval, now: number): Promise<boolean> {
      const { won } = await database.updateOnce({
        TableName: table,
        Key: { id },
        UpdateExpression:
          'SET attempt = :attempt, #state = :issued, #sub = :sub, epoch = :epoch, clientEpoch = :clientEpoch, ' +
          `authTime = :authTime, amr = :amr, acr = :acr${approval.subject === undefined ? '' : ', subject = :subject'} REMOVE ${waitsUnder}`,
        ConditionExpression: '#state = :waiting AND expiresAt > :now',
        ExpressionAttributeNames: { '#state': 'state', '#sub': 'sub' },
        ExpressionAttributeValues: {
          ':attempt': generateSecret(),
          ':issued': 'issued',
          ':waiting': 'waiting',
          ':now': now,
          ...Object.fromEntries(
            Object.entries(approval).flatMap(([name, value]) => (value === undefined ? [] : [[`:${name}`, value]])),
          ),
        },
      });
      return won;
    },

    /** Records that the person said no. */
    deny: (id: string): Promise<boolean> => polls.end(id, 'denied'),
  };
}
