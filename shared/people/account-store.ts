import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import { hashPassword, isOwnHash, verifyPassword } from '../password.ts';
import { randomId } from '../random-bytes.ts';
import { ok, type Result, refuse } from '../result.ts';
import {
  type Account,
  type AccountDescription,
  canBeKey,
  claimsWithEmail,
  isAddressOf,
  isNameOf,
  type MailedLink,
  newSubject,
  signInNames,
  usernameKey,
} from './account.ts';
import { accountItemStore, firstEpoch, isAtEpoch, raised, toAccount } from './account-item-store.ts';
import { credentialStore } from './credential-store.ts';
import { linkPlaces } from './invitation.ts';
import { mailedLinkStore } from './mailed-link-store.ts';
import { NameOfAnother, nameStore } from './name-store.ts';
import { makeAccount, type NewAccount, newAccountItem } from './new-account.ts';
import { removalOf } from './removal-store.ts';
import { accountKey, standingStore } from './standing-store.ts';
import { takingBackStore } from './taking-back-store.ts';

/*
 * Accounts in the People table: the account under its subject (account-item-store.ts), and one item per name that leads to the
 * subject (name-store.ts).
 */

/** Sets the members that are present; null removes a name. */
export type AccountChange = {
  username?: string | null | undefined;
  email?: string | null | undefined;
  claims?: Account['claims'] | undefined;
};

export type { NewAccount };

export type NameTaken = { reason: 'name_taken'; name: string };
export type SubjectTaken = { reason: 'subject_taken'; sub: string };
export type SubjectOfClient = { reason: 'subject_of_client'; sub: string };
export type ChangedMeanwhile = { reason: 'changed_meanwhile' };

export type AccountStore = ReturnType<typeof accountStore>;

/**
 * `isClient` tells whether a client has this id. A client is the subject of its own tokens, and no account may be mistaken for it
 * (RFC 9068 §5). Pass it when adding accounts whose subjects come from elsewhere; our own are random.
 */
export function accountStore(
  database: Database,
  table: string,
  isClient: (clientId: string) => Promise<boolean> = async () => false,
) {
  const TableName = table;
  const items = accountItemStore(database, table);
  const findBySubject = (sub: string) => items.find(sub);
  const { subjectOf, claimAll, claimOrFind, release, settle } = nameStore(database, table, findBySubject);

  /** The account that keeps others from having this name. */
  async function findHolder(name: string): Promise<Account | undefined> {
    const possible = canBeKey(name) ? name : ''; // no account has a name that cannot be a key
    const account = await findBySubject((await subjectOf(possible)) ?? '');
    return account && signInNames(account).includes(usernameKey(possible)) ? account : undefined;
  }

  return {
    ...credentialStore(items),
    ...mailedLinkStore(items),
    ...removalOf(items),
    ...takingBackStore(database, table, items),

    ...standingStore(database, table),

    findBySubject,

    /** Whether an account has this subject. Reads only the key. */
    async isSubject(sub: string): Promise<boolean> {
      const Key = accountKey(sub);
      return (await database.get({ TableName, Key, ProjectionExpression: 'pk', ConsistentRead: true })) !== undefined;
    },

    /** Finds an account by username or email address. Reads twice whether the name is known or not, so that timing reveals nothing. */
    async findByUsername(typed: string): Promise<Account | undefined> {
      const account = await findHolder(typed);
      return account && isNameOf(typed, account) ? account : undefined;
    },

    /** Finds an account by its email address alone: a username never counts as an address. */
    async findByAddress(address: string): Promise<Account | undefined> {
      const account = await findHolder(address);
      return account && isAddressOf(address, account) ? account : undefined;
    },

    /** Whether an account has a name that is compared as equal, be it a username or an address. */
    isTaken: async (name: string): Promise<boolean> => (await findHolder(name)) !== undefined,

    /** Adds an account. Refuses a name or subject that is taken, or is a client's. Of several concurrent claims to a name, one wins. */
    async add(account: NewAccount, now: number): Promise<Result<Account, NameTaken | SubjectTaken | SubjectOfClient>> {
      const sub = newSubject(account.claims);
      if (account.claims['sub'] !== undefined) {
        if (await findBySubject(sub)) return refuse({ reason: 'subject_taken', sub });
        if (await isClient(sub)) return refuse({ reason: 'subject_of_client', sub });
      }
      const names = signInNames(account);
      const taken = await claimAll(names, sub, now);
      if (taken !== undefined) return refuse({ reason: 'name_taken', name: taken });
      const made = makeAccount(account, sub, now);
      const attempt = randomId();
      try {
        await database.put({
          TableName,
          Item: newAccountItem(made, attempt),
          ConditionExpression: 'attribute_not_exists(pk)',
        });
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        const item = await database.get({ TableName, Key: accountKey(sub), ConsistentRead: true });
        if (item?.['attempt'] !== attempt) {
          const own = item ? signInNames(toAccount(item)) : [];
          await release(
            names.filter((name) => !own.includes(name)),
            sub,
          );
          return refuse({ reason: 'subject_taken', sub });
        }
      }
      return ok(made);
    },

    /**
     * Adds the account, or updates the one with this username (or with this address, without a username). Keeps its subject and
     * whatever the description leaves open. Another password, and disabling, end what was there before, links as well. Enabling keeps an account that its person has deleted. A username never leads to the
     * address of another account, nor the other way. Throws {@link NameOfAnother}. After an interruption, the next call continues.
     */
    async put(
      { password, disabled, ...account }: AccountDescription & { passwordHash?: string | undefined },
      now = Math.floor(Date.now() / 1_000),
    ): Promise<Account> {
      const [main = '', ...others] = signInNames(account);
      const sub = await claimOrFind(main, newSubject(account.claims), now);
      const before = await findBySubject(sub);
      const kind = account.username === undefined ? 'email' : 'username';
      if (before && !signInNames({ [kind]: before[kind] }).includes(main)) throw new NameOfAnother(main);
      const added = withoutNames(others, before ? signInNames(before) : []);
      const taken = await claimAll(added, sub, now);
      if (taken !== undefined) throw new NameOfAnother(taken);
      const passwordHash = account.passwordHash ?? (await hashUnlessKnown(password, before?.passwordHash));
      const isTakenBack = before && (disabled || (passwordHash ?? before.passwordHash) !== before.passwordHash);
      const sets: Item = {
        sub,
        username: account.username,
        email: account.email,
        claims: claimsWithEmail(account.claims, account.email),
        ...(passwordHash !== undefined && { passwordHash }),
        ...(disabled && { disabledByOperator: true, ...(before?.disabledAt === undefined && { disabledAt: now }) }),
        ...(before === undefined && { createdAt: now }),
        version: (before?.version ?? 0) + 1,
      };
      const removes = [
        ...Object.keys(sets).filter((name) => sets[name] === undefined),
        ...(disabled === false ? ['disabledAt', 'disabledByOperator', 'removal'] : []),
        ...(isTakenBack ? linkPlaces : []),
      ];
      const present = Object.keys(sets).filter((name) => sets[name] !== undefined);
      const item = await database.update({
        TableName,
        Key: accountKey(sub),
        UpdateExpression: [
          `SET ${[
            ...present.map((name) => `#${name} = :${name}`),
            ...(isTakenBack ? [raised.set] : []),
            ...(before === undefined ? ['epoch = if_not_exists(epoch, :first)'] : []),
          ].join(', ')}`,
          ...(removes.length > 0 ? [`REMOVE ${removes.map((name) => `#${name}`).join(', ')}`] : []),
        ].join(' '),
        ExpressionAttributeNames: Object.fromEntries([...present, ...removes].map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(present.map((name) => [`:${name}`, sets[name]])),
          ...(isTakenBack && raised.values),
          ...(before === undefined && { ':first': firstEpoch() }),
        },
        ReturnValues: 'ALL_NEW',
      });
      const left = before ? withoutNames(signInNames(before), [main, ...others]) : [];
      await release(left, sub);
      if (before) await settle([...added, ...left], sub, now);
      return toAccount(item);
    },

    /** Changes the names and claims of an account that is still at the version that was `seen`. Abandoned names become free. */
    async change(
      seen: Account,
      change: AccountChange,
      now: number,
      verification?: Pick<MailedLink, 'hash'>,
    ): Promise<Result<Account, NameTaken | ChangedMeanwhile>> {
      const { sub } = seen;
      const next: Account = {
        ...seen,
        username: change.username === undefined ? seen.username : (change.username ?? undefined),
        email: change.email === undefined ? seen.email : (change.email ?? undefined),
        version: seen.version + 1,
      };
      next.claims = claimsWithEmail(change.claims ?? seen.claims, next.email);
      const added = withoutNames(signInNames(next), signInNames(seen));
      const left = withoutNames(signInNames(seen), signInNames(next));
      const taken = await claimAll(added, sub, now);
      if (taken !== undefined) {
        await settle(withoutNames(added, [taken]), sub, now);
        return refuse({ reason: 'name_taken', name: taken });
      }
      const named = (['username', 'email'] as const).filter((name) => next[name] !== undefined);
      const unnamed = (['username', 'email'] as const).filter((name) => next[name] === undefined);
      const changed = await items.update(
        sub,
        [
          `SET #claims = :claims, #version = :version${named.map((name) => `, #${name} = :${name}`).join('')}${verification ? ', verification.spentAt = :now' : ''}`,
          ...(unnamed.length > 0 ? [`REMOVE ${unnamed.map((name) => `#${name}`).join(', ')}`] : []),
        ].join(' '),
        {
          ':claims': next.claims,
          ':version': next.version,
          ':seen': seen.version,
          ...Object.fromEntries(named.map((name) => [`:${name}`, next[name]])),
          ...(verification && { ':link': verification.hash, ':now': now, ':epoch': seen.epoch }),
        },
        [
          seen.version === 0 ? '(attribute_not_exists(#version) OR #version = :seen)' : '#version = :seen',
          ...(verification ? [canBeSpent, isAtEpoch(seen.epoch, ':epoch')] : []),
        ].join(' AND '),
      );
      if (changed === undefined) {
        const current = await findBySubject(sub);
        await release(withoutNames(added, current ? signInNames(current) : []), sub);
        await settle(added, sub, now);
        return refuse({ reason: 'changed_meanwhile' });
      }
      await release(left, sub);
      await settle([...added, ...left], sub, now);
      return ok(changed);
    },

    /** Removes the account and frees its names. What else there is in its name is worth nothing from then on. */
    async remove(account: Account): Promise<void> {
      await release(signInNames(account), account.sub);
      await database.remove({ TableName, Key: accountKey(account.sub) });
    },
  };
}

/** The condition of what a link allows that proves an address. */
const canBeSpent =
  'verification.#hash = :link AND verification.#epoch = :epoch AND attribute_not_exists(verification.spentAt) AND verification.expiresAt > :now AND attribute_not_exists(disabledAt)';

/** The hash of a password; the one that is stored, when it is of the same password. */
async function hashUnlessKnown(password: string | undefined, stored: string | undefined): Promise<string | undefined> {
  if (password === undefined) return undefined;
  const isKnown = stored !== undefined && isOwnHash(stored) && (await verifyPassword(password, stored));
  return isKnown ? stored : hashPassword(password);
}

const withoutNames = (names: readonly string[], others: readonly string[]): string[] =>
  names.filter((name) => !others.includes(name));
