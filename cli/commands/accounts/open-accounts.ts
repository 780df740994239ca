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

const subjectPrefix = 'sub:';

/**
 * Finds an account by its username, its email address or its subject; by that alone when it begins with `sub:`. Fails when there is
 * none, and when there are two: people choose their usernames, also one that is the subject of somebody else.
 */
export const findAccount = ({ accounts }: Pick<People, 'accounts'>, named: string): Promise<Account> =>
  findOnly({ accounts }, named, (name) => accounts.findByUsername(name), `There is no account ${named}.`);

/** Finds whom a link is for: what has an @ is an address, and never the username of somebody else. Fails as {@link findAccount}. */
export const findRecipient = ({ accounts }: Pick<People, 'accounts'>, named: string): Promise<Account> =>
  named.includes('@')
    ? findOnly(
        { accounts },
        named,
        (name) => accounts.findByAddress(name),
        `There is no account with the address ${named}.`,
      )
    : findAccount({ accounts }, named);

async function findOnly(
  { accounts }: Pick<People, 'accounts'>,
  named: string,
  findByName: (name: string) => Promise<Account | undefined>,
  problem: string,
): Promise<Account> {
  const isSub = named.startsWith(subjectPrefix);
  const sub = isSub ? named.slice(subjectPrefix.length) : named;
  const [byName, bySub] = await Promise.all([isSub ? undefined : findByName(named), accounts.findBySubject(sub)]);
  if (byName && bySub && byName.sub !== bySub.sub) {
    throw new Failure(
      `${named} is a name of one account and the sub of another: write ${subjectPrefix}${byName.sub} or ${subjectPrefix}${sub}.`,
    );
  }
  const found = byName ?? bySub;
  if (found === undefined) throw new Failure(problem);
  return found;
}

/** Finds an account again, after a write on it. Fails when it is gone. */
export const findAgain = async ({ accounts }: Pick<People, 'accounts'>, account: Account): Promise<Account> =>
  mustBeThere(await accounts.findBySubject(account.sub), account);

/** Returns what a write on an account made of it. Fails when the account, which existed a moment ago, is gone. */
export function mustBeThere(written: Account | undefined, account: Account): Account {
  if (written === undefined) throw new Failure(`Account ${displayName(account)} was removed by somebody else.`);
  return written;
}
