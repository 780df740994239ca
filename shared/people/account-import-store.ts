import { isDeepStrictEqual } from 'node:util';
import type { Batches } from '../aws/batches.ts';
import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import { clientKey } from '../clients/records.ts';
import { isReserved } from '../clients/reserved-ids.ts';
import type { KeyWrapper } from '../keys/signing-key.ts';
import { randomId } from '../random-bytes.ts';
import { type Account, claimsWithEmail, newSubject, signInNames, usernameKey } from './account.ts';
import type { GivenAccount } from './account-import.ts';
import { toAccount } from './account-item-store.ts';
import { accountStore } from './account-store.ts';
import type { GivenLink } from './import/given-links.ts';
import { nameKey, nameStore } from './name-store.ts';
import { makeAccount, type NewAccount, newAccountItem } from './new-account.ts';
import { accountKey } from './standing-store.ts';
import { importedTotpItem } from './totp-store.ts';

/*
 * Adds many accounts in few calls. Names are claimed under a condition, one call each and many at a time; what has a fresh random
 * subject needs none and is written in batches. An account whose subject comes from elsewhere is added like any other. Where this
 * process is alone with the database, what was free when it was read is still free, and everything is written in batches.
 */

/** `new`: it can be added. `same`: it is there already, as described. Else the member that is taken. */
export type Standing = 'new' | 'same' | 'username' | 'email' | 'claims.sub' | 'links' | 'client';

/** A new account, and what comes with it. */
export type AddedAccount = NewAccount & Pick<GivenAccount, 'totp' | 'links'>;

/** The links to upstream providers, as far as an import writes them. */
export type Links = {
  keyOf(link: GivenLink): Key;
  /** Links an identity to an account. One of several concurrent claims wins. `instead`: a link that may be replaced. */
  claim(
    link: GivenLink,
    sub: string,
    details: { provider: string; label?: string | undefined },
    now: number,
    instead?: { sub: string; createdAt: number; epoch: number },
  ): Promise<boolean>;
  find(link: GivenLink): Promise<{ sub: string; createdAt: number; epoch: number } | undefined>;
};

export type AccountImportStore = ReturnType<typeof accountImportStore>;

type Key = { pk: string; sk: string };

/** Few enough items to look at all of them instead of asking for every name of a file. */
const fewItems = 1_000;

/** Seconds after which nobody goes on with what an import began; those of a claimed name. */
const abandonedAfter = 300;

/** How many calls run at the same time. */
const atOnce = 48;

export function accountImportStore(
  { database, batches, isAlone }: { database: Database; batches: Batches; isAlone: boolean },
  tables: { people: string; clients: string },
  openWrapper: () => Promise<Pick<KeyWrapper, 'wrap'>>,
  links: Links,
) {
  const isClient = async (clientId: string) => {
    if (isReserved(clientId)) return true;
    const found = await batches.get(tables.clients, [clientKey(clientId)]);
    return [...found.values()].some((item) => item['value'] !== undefined);
  };
  const accounts = accountStore(database, tables.people, isClient);
  let wrapper: ReturnType<typeof openWrapper> | undefined;
  const people = beforeWriting(batches, tables.people, isAlone);
  const names = nameStore(database, tables.people, (sub) => accounts.findBySubject(sub));

  return {
    /** Compares accounts with what is there. */
    async compare(given: readonly GivenAccount[]): Promise<Standing[]> {
      const held = await people.get(given.flatMap((each) => signInNames(each).map(nameKey)));
      const pairs = await people.get(given.flatMap((each) => (each.links ?? []).map((link) => links.keyOf(link))));
      const subjects = new Set(
        [...held.values(), ...pairs.values()].map((item) => item['sub'] as string).concat(given.flatMap(subjectOf)),
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
      const isLinked = (link: GivenLink) => accountOf(pairs.get(links.keyOf(link).pk)?.['sub']) !== undefined;
      return given.map((each) =>
        standingOf(each, holderOf, accountOf, isLinked, (sub) => clients.get(clientKey(sub).pk)?.['value']),
      );
    },

    /**
     * Adds accounts. Returns those that somebody else added in the meantime. Throws when the database does not answer. What an
     * account signs in with is there before the account: interrupted, it would be open to its password alone.
     */
    async add(given: readonly AddedAccount[], now: number): Promise<AddedAccount[]> {
      people.forget();
      if (isAlone) {
        const made = await Promise.all(given.map((account) => itemsOf(account, now)));
        // Names first: interrupted, an account without its name would be added again.
        await batches.put(
          tables.people,
          made.flatMap(({ others }) => others),
        );
        await batches.put(
          tables.people,
          made.flatMap(({ account }) => (account === undefined ? [] : [account])),
        );
        return given.filter((_, at) => made[at]?.account === undefined);
      }
      const refused: AddedAccount[] = [];
      const factors: Item[] = [];
      const items: Item[] = [];
      await each(given, atOnce, async (account) => {
        if (account.claims['sub'] !== undefined) {
          if (!(await addKept(account, now))) refused.push(account);
          return;
        }
        const made = makeAccount(alone(account), newSubject({}), now);
        const taken = await names.claimAll(signInNames(account), made.sub, now);
        if (taken !== undefined || !(await linkAll(account, made.sub, now))) {
          refused.push(account);
          return;
        }
        factors.push(...(await factorsOf(account, made.sub, now)));
        items.push(newAccountItem(made, randomId()));
      });
      await batches.put(tables.people, factors);
      await batches.put(tables.people, items);
      return refused;
    },
  };

  /** All items of a new account, for a database that nobody else can write to. */
  async function itemsOf(account: AddedAccount, now: number): Promise<{ others: Item[]; account: Item | undefined }> {
    const made = makeAccount(alone(account), newSubject(account.claims), now);
    if (!(await linkAll(account, made.sub, now))) return { others: [], account: undefined };
    const claimed = signInNames(account).map((name) => ({ ...nameKey(name), sub: made.sub, claimedAt: now }));
    const others = [...claimed, ...(await factorsOf(account, made.sub, now))];
    return { others, account: newAccountItem(made, randomId()) };
  }

  /** Links an account that is about to be written. Returns false when an identity is somebody else's. */
  async function linkAll({ links: given = [] }: AddedAccount, sub: string, now: number): Promise<boolean> {
    for (const { issuer, subject, provider, label } of given) {
      const pair = { issuer, subject, provider };
      const held = await links.find(pair);
      const isLeft =
        held && now - held.createdAt > abandonedAfter && (await accounts.findBySubject(held.sub)) === undefined;
      if (held && held.sub !== sub && !isLeft) return false;
      if (!(await links.claim(pair, sub, { provider, label }, now, isLeft ? held : undefined))) return false;
    }
    return true;
  }

  async function factorsOf({ totp }: AddedAccount, sub: string, now: number): Promise<Item[]> {
    if (totp === undefined) return [];
    wrapper ??= openWrapper();
    return [await importedTotpItem(sub, totp, await wrapper, now)];
  }

  /** Adds an account that keeps its subject, for which somebody may have set up an authenticator app in the meantime. */
  async function addKept(account: AddedAccount, now: number): Promise<boolean> {
    const sub = String(account.claims['sub']);
    const [factor] = await factorsOf(account, sub, now);
    if (factor && !(await addFactor(factor, sub, now))) return false;
    const isLinked = await linkAll(account, sub, now);
    if (isLinked && (await accounts.add(alone(account), now)).ok) return true;
    if (factor) await removeFactor(factor);
    return false;
  }

  /** One that an interrupted import left behind is replaced, if it has no account and is too old to get one any more. */
  async function addFactor(factor: Item, sub: string, now: number): Promise<boolean> {
    if (await putIf(factor, 'attribute_not_exists(pk)')) return true;
    const { pk, sk } = factor;
    const held = await database.get({ TableName: tables.people, Key: { pk, sk }, ConsistentRead: true });
    const { attempt, createdAt } = held ?? {};
    const isLeft = typeof createdAt === 'number' && now - createdAt > abandonedAfter;
    if (!isLeft || (await accounts.findBySubject(sub)) !== undefined) return false;
    return putIf(factor, 'attempt = :held', { ':held': attempt });
  }

  async function putIf(Item: Item, ConditionExpression: string, values?: Item): Promise<boolean> {
    const condition = { ConditionExpression, ...(values && { ExpressionAttributeValues: values }) };
    try {
      await database.put({ TableName: tables.people, Item, ...condition });
      return true;
    } catch (error) {
      if (error instanceof ConditionFailed) return false;
      throw error;
    }
  }

  async function removeFactor({ pk, sk, attempt }: Item): Promise<void> {
    const condition = { ConditionExpression: 'attempt = :attempt', ExpressionAttributeValues: { ':attempt': attempt } };
    await database.remove({ TableName: tables.people, Key: { pk, sk }, ...condition }).catch((error: unknown) => {
      if (!(error instanceof ConditionFailed)) throw error;
    });
  }
}

/** The key of an authenticator app and links have items of their own, and never stand in the account's. */
function alone(given: AddedAccount): NewAccount {
  const { totp: _, links: __, ...account } = given;
  return account;
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

const subjectOf = ({ claims }: GivenAccount): string[] => (typeof claims['sub'] === 'string' ? [claims['sub']] : []);

function standingOf(
  given: GivenAccount,
  holderOf: (name: string) => Account | undefined,
  accountOf: (sub: unknown) => Account | undefined,
  isLinked: (link: GivenLink) => boolean,
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
  if (given.links?.some(isLinked)) return 'links';
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
