import { isDeepStrictEqual } from 'node:util';
import type { Batches } from '../aws/batches.ts';
import type { Database, Item } from '../aws/dynamodb.ts';
import { clientKey } from '../clients/records.ts';
import { type Account, claimsWithEmail, newSubject, signInNames, usernameKey } from './account.ts';
import type { GivenAccount } from './account-import.ts';
import { newAttempt, toAccount } from './account-item-store.ts';
import { accountStore } from './account-store.ts';
import { nameKey, nameStore } from './name-store.ts';
import { makeAccount, type NewAccount, newAccountItem } from './new-account.ts';
import { accountKey } from './standing-store.ts';

/*
 * Adds many accounts in few calls. Names are claimed under a condition, one call each and many at a time; what has a fresh random
 * subject needs none and is written in batches. An account whose subject comes from elsewhere is added like any other. Where this
 * process is alone with the database, what was free when it was read is still free, and everything is written in batches.
 */

/** `new`: it can be added. `same`: it is there already, as described. Else the member that is taken. */
export type Standing = 'new' | 'same' | 'username' | 'email' | 'claims.sub' | 'client';

export type AccountImportStore = ReturnType<typeof accountImportStore>;

type Key = { pk: string; sk: string };

/** Few enough items to look at all of them instead of asking for every name of a file. */
const fewItems = 1_000;

/** How many calls run at the same time. */
const atOnce = 48;

export function accountImportStore(
  { database, batches, isAlone }: { database: Database; batches: Batches; isAlone: boolean },
  tables: { people: string; clients: string },
) {
  const isClient = async (clientId: string) => {
    const found = await batches.get(tables.clients, [clientKey(clientId)]);
    return [...found.values()].some((item) => item['value'] !== undefined);
  };
  const accounts = accountStore(database, tables.people, isClient);
  const people = beforeWriting(batches, tables.people, isAlone);
  const names = nameStore(database, tables.people, (sub) => accounts.findBySubject(sub));

  return {
    /** Compares accounts with what is there. */
    async compare(given: readonly GivenAccount[]): Promise<Standing[]> {
      const held = await people.get(given.flatMap((each) => signInNames(each).map(nameKey)));
      const subjects = new Set(
        [...held.values()].map((item) => item['sub'] as string).concat(given.flatMap(subjectOf)),
      );
      const found = await people.get([...subjects].map(accountKey));
      const clients = await batches.get(tables.clients, [...new Set(given.flatMap(subjectOf))].map(clientKey));
      const accountOf = (sub: unknown) => {
        const item = typeof sub === 'string' ? found.get(accountKey(sub).pk) : undefined;
        return item && toAccount(item);
      };
      const holderOf = (name: string): Account | undefined => {
        const account = accountOf(held.get(nameKey(name).pk)?.['sub']);
        return account && signInNames(account).includes(usernameKey(name)) ? account : undefined;
      };
      return given.map((each) =>
        standingOf(each, holderOf, accountOf, (sub) => clients.get(clientKey(sub).pk)?.['value']),
      );
    },

    /** Adds accounts. Returns those that somebody else added in the meantime. Throws when the database does not answer. */
    async add(given: readonly NewAccount[], now: number): Promise<NewAccount[]> {
      people.forget();
      if (isAlone) {
        const made = given.map((account) => itemsOf(account, now));
        // Names first: interrupted, an account without its name would be added again.
        await batches.put(
          tables.people,
          made.flatMap(({ names }) => names),
        );
        await batches.put(
          tables.people,
          made.map(({ account }) => account),
        );
        return [];
      }
      const refused: NewAccount[] = [];
      const items: Item[] = [];
      await each(given, atOnce, async (account) => {
        if (account.claims['sub'] !== undefined) {
          if (!(await accounts.add(account, now)).ok) refused.push(account);
          return;
        }
        const made = makeAccount(account, newSubject({}), now);
        const taken = await names.claimAll(signInNames(account), made.sub, now);
        if (taken === undefined) items.push(newAccountItem(made, newAttempt()));
        else refused.push(account);
      });
      await batches.put(tables.people, items);
      return refused;
    },
  };
}

/** Reads a table from memory as long as nobody can have written to it: it has few items, and this process is alone with it. */
function beforeWriting(batches: Batches, table: string, isAlone: boolean) {
  const nameOf = ({ pk, sk }: Key) => `${pk}\n${sk}`;
  let mayRead = isAlone;
  let few: Promise<ReadonlyMap<string, Item> | undefined> | undefined;
  const readAll = async () => {
    const items = await batches.getAll(table, fewItems);
    return items && new Map(items.map((item) => [nameOf(item as Key), item]));
  };
  return {
    async get(keys: readonly Key[]): Promise<ReadonlyMap<string, Item>> {
      few ??= mayRead ? readAll() : Promise.resolve(undefined);
      const all = await few;
      if (all === undefined) return batches.get(table, keys);
      const found = keys.map((key) => [key.pk, all.get(nameOf(key))] as const);
      return new Map(found.filter((pair): pair is readonly [string, Item] => pair[1] !== undefined));
    },
    forget: () => {
      mayRead = false;
      few = undefined;
    },
  };
}

/** All items of a new account, for a database that nobody else can write to. */
function itemsOf(account: NewAccount, now: number): { names: Item[]; account: Item } {
  const made = makeAccount(account, newSubject(account.claims), now);
  const names = signInNames(account).map((name) => ({ ...nameKey(name), sub: made.sub, claimedAt: now }));
  return { names, account: newAccountItem(made, newAttempt()) };
}

const subjectOf = ({ claims }: GivenAccount): string[] => (typeof claims['sub'] === 'string' ? [claims['sub']] : []);

function standingOf(
  given: GivenAccount,
  holderOf: (name: string) => Account | undefined,
  accountOf: (sub: unknown) => Account | undefined,
  clientOf: (sub: string) => unknown,
): Standing {
  const { username, email, claims } = given;
  const holders = {
    username: username && holderOf(username),
    email: email && holderOf(email),
    'claims.sub': accountOf(claims['sub']),
  };
  const [member, holder] = Object.entries(holders).find(([, account]) => account) ?? [];
  if (holder) return isSame(given, holder as Account) ? 'same' : (member as Standing);
  const [sub] = subjectOf(given);
  return sub !== undefined && clientOf(sub) !== undefined ? 'client' : 'new';
}

/** A password is not compared: it may have changed since. */
function isSame(given: GivenAccount, account: Account): boolean {
  const told = (claims: Account['claims']) => ({ ...claims, sub: account.sub });
  return (
    (given.claims['sub'] ?? account.sub) === account.sub &&
    given.username === account.username &&
    given.email === account.email &&
    (given.disabled ?? false) === (account.disabledAt !== undefined) &&
    isDeepStrictEqual(told(claimsWithEmail(given.claims, given.email)), told(account.claims))
  );
}

/** Runs `work` for all items, some at a time. */
async function each<Item>(items: readonly Item[], most: number, work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) await work(items[at] as Item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
}
