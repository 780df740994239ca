import type { Database, Item } from '../aws/dynamodb.ts';
import { hashPassword } from '../password.ts';
import { type Account, type AccountDescription, newSubject, usernameKey } from './account.ts';

/*
 * Accounts in the People table: the account under its subject, and a second item that leads from the username to the subject.
 */

export const accountKey = (sub: string) => ({ pk: `account#${sub}`, sk: 'account' });
const nameKey = (username: string) => ({ pk: `username#${usernameKey(username)}`, sk: 'username' });

/** What a read asks for that needs no more than the claims. */
export const claimsOnly = { ProjectionExpression: 'claims' };

export type AccountStore = ReturnType<typeof accountStore>;

export function accountStore(database: Database, table: string) {
  async function subjectOf(username: string): Promise<string | undefined> {
    const item = await database.get({ TableName: table, Key: nameKey(username), ConsistentRead: true });
    return item?.['sub'] as string | undefined;
  }

  async function findBySubject(sub: string): Promise<Account | undefined> {
    const item = await database.get({ TableName: table, Key: accountKey(sub), ConsistentRead: true });
    return item && toAccount(item);
  }

  return {
    findBySubject,

    /** Only the claims: what clients may learn does not come with the password hash. */
    async findClaims(sub: string): Promise<Account['claims'] | undefined> {
      const item = await database.get({ TableName: table, Key: accountKey(sub), ...claimsOnly });
      return item && toClaims(item);
    },

    /** Reads twice whether the name is known or not, so that the time does not tell. */
    async findByUsername(username: string): Promise<Account | undefined> {
      const possible = username.length <= 200 ? username : ''; // a longer one could not be a key, and nobody's
      return findBySubject((await subjectOf(possible)) ?? '');
    },

    /**
     * Adds the account, or gives an account of this username the new password and claims; its subject stays.
     * The name is claimed first: if we stop in between, the next call finds the claimed name and goes on.
     */
    async put({ username, password, claims }: AccountDescription): Promise<Account> {
      const sub = (await subjectOf(username)) ?? (await claimName(username, newSubject(claims)));
      const account: Account = { sub, username, passwordHash: await hashPassword(password), claims };
      await database.put({ TableName: table, Item: { ...accountKey(sub), ...account } });
      return account;
    },
  };

  /** Of several who claim a name at once, all learn the subject of the one who won. */
  async function claimName(username: string, sub: string): Promise<string> {
    const item = await database.update({
      TableName: table,
      Key: nameKey(username),
      UpdateExpression: 'SET #sub = if_not_exists(#sub, :sub)',
      ExpressionAttributeNames: { '#sub': 'sub' },
      ExpressionAttributeValues: { ':sub': sub },
      ReturnValues: 'ALL_NEW',
    });
    return item['sub'] as string;
  }
}

/** From an item that was read with {@link claimsOnly}. */
export const toClaims = (item: Item): Account['claims'] => item['claims'] as Account['claims'];

const toAccount = (item: Item): Account => ({
  sub: item['sub'] as string,
  username: item['username'] as string,
  passwordHash: item['passwordHash'] as string,
  claims: item['claims'] as Account['claims'],
});
