import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import type { Account } from './account.ts';
import { type AccountItemStore, firstEpoch, isAtEpoch, raised } from './account-item-store.ts';
import { linkPlaces } from './invitation.ts';
import { accountKey, toStanding } from './standing-store.ts';
import { actingEndKey, clientEpochKey, clientEpochOf, endedSession } from './still-valid.ts';

/**
 * What a person takes back without changing how they sign in. Each is decided by one conditional write on their account: nobody
 * has to find and delete anything for it to count.
 */
export function takingBackStore(database: Database, table: string, { update }: Pick<AccountItemStore, 'update'>) {
  /** The account's item after one write; undefined when the condition does not hold. */
  async function change(sub: string, expressions: Expressions): Promise<Item | undefined> {
    try {
      return await database.update({ TableName: table, Key: accountKey(sub), ...expressions });
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
  }

  return {
    /**
     * Ends every session and every grant of a person, for somebody whose own session was made under the epoch `seen`. Answers with
     * the account as it is then; undefined when that session has ended before, or the account is gone.
     */
    takeBackAll: (sub: string, seen: number): Promise<Account | undefined> =>
      update(sub, `SET ${raised.set}`, { ...raised.values, ':seen': seen }, isAtEpoch(seen)),

    /**
     * Ends every session, grant and link of a person, also those of later epochs than the account tells: it may be one of an earlier moment,
     * which a backup brought back, and would reach those epochs once more by counting. So it goes somewhere else. Undefined without an account.
     */
    takeBackWhateverWas: (sub: string): Promise<Account | undefined> =>
      update(sub, `SET ${raised.set} REMOVE ${linkPlaces.join(', ')}`, { ...raised.values, ':one': firstEpoch() + 1 }),

    /**
     * Ends what one client got from a person, and in the same write, for a client that may act for people, that it does so by grants of
     * until `actingEndsAt` (epoch seconds). Answers with the epoch of what it gets from now on; undefined without an account.
     */
    async takeBackFrom(sub: string, clientId: string, actingEndsAt?: number): Promise<number | undefined> {
      const member = clientEpochKey(clientId);
      const endsActing = actingEndsAt !== undefined;
      const count = () =>
        change(sub, {
          UpdateExpression: `SET clientEpochs.#client = if_not_exists(clientEpochs.#client, :zero) + :one${endsActing ? ', clientEpochs.#acting = :end' : ''}`,
          ConditionExpression: 'attribute_exists(clientEpochs)',
          ExpressionAttributeNames: { '#client': member, ...(endsActing && { '#acting': actingEndKey(clientId) }) },
          ExpressionAttributeValues: { ...raised.values, ...(endsActing && { ':end': actingEndsAt }) },
          ReturnValues: 'ALL_NEW',
        });
      const begin = () =>
        change(sub, {
          UpdateExpression: 'SET clientEpochs = :first',
          ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(clientEpochs)',
          ExpressionAttributeValues: {
            ':first': { [member]: 1, ...(endsActing && { [actingEndKey(clientId)]: actingEndsAt }) },
          },
          ReturnValues: 'ALL_NEW',
        });
      // A member can only be counted up in a map that is there. Of two first ones at once, one makes it and the other counts.
      const item = (await count()) ?? (await begin()) ?? (await count());
      return item && clientEpochOf(toStanding(item), clientId);
    },

    /** Ends sessions together with what they gave to clients, by the names that clients know of them (`sid`). */
    async endWithGrants(sub: string, sids: readonly string[], now: number): Promise<void> {
      await change(sub, {
        UpdateExpression: 'ADD endedSessions :ended',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':ended': new Set(sids.map((sid) => endedSession(sid, now))) },
      });
    },

    /** Forgets ended sessions, as {@link endedSession} writes them, whose grants were all revoked one by one. */
    async forgetEnded(sub: string, ended: readonly string[]): Promise<void> {
      await change(sub, {
        UpdateExpression: 'DELETE endedSessions :ended',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':ended': new Set(ended) },
      });
    },
  };
}

type Expressions = Omit<Parameters<Database['update']>[0], 'TableName' | 'Key'>;
