import type { Database } from '../aws/dynamodb.ts';
import type { Account, MailedLink } from './account.ts';
import { type AccountItemStore, isAtEpoch, raised } from './account-item-store.ts';
import { linkPlaces } from './invitation.ts';

/*
 * Accounts that their people delete. For a while they are disabled and can be had back; then they are removed. The People table has a
 * list of those that are due, by day, so that nobody has to search for them.
 */

const listed = 'removals';

/** What a deletion ends. Not the link at an address that was replaced, which takes the deletion back: a stranger may have deleted it. */
const voided = linkPlaces.filter((place) => place !== 'restoringLink');

/** When an account is removed (epoch seconds), and the link that keeps it. */
export type Removal = { due: number; link: MailedLink };

/** One of the list: a removal that may have been undone meanwhile. */
export type DueRemoval = { sub: string; sk: string };

/** What an account does about its removal. Each change is one conditional write. */
export function removalOf({ update }: Pick<AccountItemStore, 'update'>) {
  return {
    /**
     * Disables an account for somebody whose session is of the epoch `seen`, ends whatever was there before, and says when it is
     * removed. Undefined when that session has ended before.
     */
    startRemoval: (sub: string, seen: number, removal: Removal, now: number): Promise<Account | undefined> =>
      update(
        sub,
        `SET disabledAt = :now, removal = :removal, ${raised.set} REMOVE ${voided.join(', ')}`,
        { ...raised.values, ':now': now, ':removal': removal, ':seen': seen },
        `${isAtEpoch(seen)} AND attribute_not_exists(disabledAt)`,
      ),

    /** Keeps an account after all, for whoever has the link, unless an operator has disabled it. One of several attempts wins. */
    undoRemoval: (sub: string, { hash }: Pick<MailedLink, 'hash'>, now: number): Promise<Account | undefined> =>
      update(
        sub,
        'REMOVE disabledAt, removal',
        { ':link': hash, ':now': now },
        'removal.link.#hash = :link AND removal.due > :now AND attribute_not_exists(disabledByOperator)',
      ),
  };
}

export type RemovalStore = ReturnType<typeof removalStore>;

/** The list of accounts that are due. */
export function removalStore(database: Database, table: string) {
  return {
    /** Puts an account on the list, before it says itself that it is to be removed: one that does not is left alone. */
    note: (sub: string, due: number): Promise<void> =>
      database.put({ TableName: table, Item: { pk: listed, sk: `${due}#${sub}`, sub } }),

    /** Those that are due at `now` (epoch seconds). Times have ten digits until the year 2286, so they sort as text. */
    async listDue(now: number): Promise<DueRemoval[]> {
      const items = await database.query({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk < :now',
        ExpressionAttributeValues: { ':pk': listed, ':now': `${now + 1}` },
      });
      return items.map(({ sub, sk }) => ({ sub: sub as string, sk: sk as string }));
    },

    done: ({ sk }: Pick<DueRemoval, 'sk'>): Promise<void> =>
      database.remove({ TableName: table, Key: { pk: listed, sk } }),
  };
}
