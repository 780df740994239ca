import { isReserved } from '../../../shared/clients/reserved-ids.ts';
import { type Account, displayName } from '../../../shared/people/account.ts';
import { type AccountStore, accountStore } from '../../../shared/people/account-store.ts';
import { type SessionStore, sessionStore } from '../../../shared/people/session-store.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import type { Opened } from '../../place.ts';

export type People = Opened & { accounts: AccountStore; sessions: SessionStore };

/** Opens the stores that hold people. */
export async function openPeople(context: Context): Promise<People> {
  const opened = await context.open();
  const table = opened.table('people');
  const isClient = async (clientId: string) =>
    isReserved(clientId) || (await opened.clients.find(clientId)) !== undefined;
  return {
    ...opened,
    accounts: accountStore(opened.database, table, isClient),
    sessions: sessionStore(opened.database, table),
  };
}

/** Finds an account by its username, its email address or its subject. Fails when there is none. */
export async function findAccount({ accounts }: Pick<People, 'accounts'>, named: string): Promise<Account> {
  const found = (await accounts.findByUsername(named)) ?? (await accounts.findBySubject(named));
  if (found === undefined) throw new Failure(`There is no account ${named}.`);
  return found;
}

/** Finds whom a link is for: what has an @ is an address, and never the username of somebody else. Fails when there is none. */
export async function findRecipient({ accounts }: Pick<People, 'accounts'>, named: string): Promise<Account> {
  if (!named.includes('@')) return findAccount({ accounts }, named);
  const found = (await accounts.findByAddress(named)) ?? (await accounts.findBySubject(named));
  if (found === undefined) throw new Failure(`There is no account with the address ${named}.`);
  return found;
}

/** Returns what a write on an account made of it. Fails when the account, which existed a moment ago, is gone. */
export function mustBeThere(written: Account | undefined, account: Account): Account {
  if (written === undefined) throw new Failure(`Account ${displayName(account)} was removed by somebody else.`);
  return written;
}
