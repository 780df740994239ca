import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import { hashPassword, isOwnHash, verifyPassword } from '../password.ts';
import { ok, type Result, refuse } from '../result.ts';
import {
  type Account,
  type AccountDescription,
  canBeKey,
  claimsWithEmail,
  newSubject,
  signInNames,
  usernameKey,
} from './account.ts';
import { accountItemStore, firstEpoch, newAttempt, raised, toAccount } from './account-item-store.ts';
import { credentialStore } from './credential-store.ts';
import { NameOfAnother, nameStore } from './name-store.ts';
import { accountKey, standingStore } from './standing-store.ts';
import { takingBackStore } from './taking-back-store.ts';

/*
 * Accounts in the People table: the account under its subject (account-item-store.ts), and one more item per name that leads to
 * the subject (name-store.ts).
 */

export type NewAccount = Omit<AccountDescription, 'password' | 'disabled'> & {
  passwordHash?: string | undefined;
  disabledAt?: number | undefined;
};

/** Members that are there are set; null takes a name away. */
export type AccountChange = {
  username?: string | null | undefined;
  email?: string | null | undefined;
  claims?: Account['claims'] | undefined;
};

export type NameTaken = { reason: 'name_taken'; name: string };
export type SubjectTaken = { reason: 'subject_taken'; sub: string };
export type SubjectOfClient = { reason: 'subject_of_client'; sub: string };
export type ChangedMeanwhile = { reason: 'changed_meanwhile' };

export type AccountStore = ReturnType<typeof accountStore>;

/**
 * `isClient` tells whether there is a client with this id. A client is the subject of its own tokens, and nobody may be taken for
 * it (RFC 9068 §5). Whoever adds accounts with subjects from elsewhere gives it; those that are made here are random.
 */
export function accountStore(
  database: Database,
  table: string,
  isClient: (clientId: string) => Promise<boolean> = async () => false,
) {
  const TableName = table;
  const items = accountItemStore(database, table);
  const findBySubject = (sub: string) => items.find(sub);
  const { subjectOf, claimAll, claimOrFind, release } = nameStore(database, table, findBySubject);

  return {
    ...credentialStore(items),
    ...takingBackStore(database, table, items),

    ...standingStore(database, table),

    findBySubject,

    /** Whether an account has this subject. Reads the key alone. */
    async isSubject(sub: string): Promise<boolean> {
      const Key = accountKey(sub);
      return (await database.get({ TableName, Key, ProjectionExpression: 'pk', ConsistentRead: true })) !== undefined;
    },

    /** By username or email address. Reads twice whether the name is known or not, so that the time does not tell. */
    async findByUsername(typed: string): Promise<Account | undefined> {
      const possible = canBeKey(typed) ? typed : ''; // another one is nobody's
      const account = await findBySubject((await subjectOf(possible)) ?? '');
      return account && signInNames(account).includes(usernameKey(possible)) ? account : undefined;
    },

    /** A new account. Refuses a name or a subject that is somebody's, or a client's; of several who ask for one name at once, one gets it. */
    async add(account: NewAccount, now: number): Promise<Result<Account, NameTaken | SubjectTaken | SubjectOfClient>> {
      const sub = newSubject(account.claims);
      if (account.claims['sub'] !== undefined) {
        if (await findBySubject(sub)) return refuse({ reason: 'subject_taken', sub });
        if (await isClient(sub)) return refuse({ reason: 'subject_of_client', sub });
      }
      const names = signInNames(account);
      const taken = await claimAll(names, sub, now);
      if (taken !== undefined) return refuse({ reason: 'name_taken', name: taken });
      const made: Account = {
        ...account,
        sub,
        claims: claimsWithEmail(account.claims, account.email),
        createdAt: now,
        version: 1,
        epoch: firstEpoch(),
        clientEpochs: {},
        endedSessions: [],
      };
      const attempt = newAttempt();
      try {
        await database.put({
          TableName,
          // An empty set cannot be kept.
          Item: { ...accountKey(sub), ...made, endedSessions: undefined, attempt },
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
     * Adds the account, or gives the account of this username (without one, of this address) what the description says; its
     * subject stays, and so does what the description leaves open. Another password, and disabling, end what was there before.
     * Throws {@link NameOfAnother}. If we stop in between, the next call goes on.
     */
    async put(
      { password, disabled, ...account }: AccountDescription & { passwordHash?: string | undefined },
      now = Math.floor(Date.now() / 1_000),
    ): Promise<Account> {
      const [main = '', ...others] = signInNames(account);
      const sub = await claimOrFind(main, newSubject(account.claims), now);
      const before = await findBySubject(sub);
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
        ...(disabled && before?.disabledAt === undefined && { disabledAt: now }),
        ...(before === undefined && { createdAt: now }),
        version: (before?.version ?? 0) + 1,
      };
      const removes = [
        ...Object.keys(sets).filter((name) => sets[name] === undefined),
        ...(disabled === false ? ['disabledAt'] : []),
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
      if (before) await release(withoutNames(signInNames(before), [main, ...others]), sub);
      return toAccount(item);
    },

    /** Changes names and claims of an account that is still at the version that was seen; a name that is given up is free again. */
    async change(
      seen: Account,
      change: AccountChange,
      now: number,
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
      const taken = await claimAll(added, sub, now);
      if (taken !== undefined) return refuse({ reason: 'name_taken', name: taken });
      const named = (['username', 'email'] as const).filter((name) => next[name] !== undefined);
      const unnamed = (['username', 'email'] as const).filter((name) => next[name] === undefined);
      const changed = await items.update(
        sub,
        [
          `SET #claims = :claims, #version = :version${named.map((name) => `, #${name} = :${name}`).join('')}`,
          ...(unnamed.length > 0 ? [`REMOVE ${unnamed.map((name) => `#${name}`).join(', ')}`] : []),
        ].join(' '),
        {
          ':claims': next.claims,
          ':version': next.version,
          ':seen': seen.version,
          ...Object.fromEntries(named.map((name) => [`:${name}`, next[name]])),
        },
        seen.version === 0 ? '(attribute_not_exists(#version) OR #version = :seen)' : '#version = :seen',
      );
      if (changed === undefined) {
        const current = await findBySubject(sub);
        await release(withoutNames(added, current ? signInNames(current) : []), sub);
        return refuse({ reason: 'changed_meanwhile' });
      }
      await release(withoutNames(signInNames(seen), signInNames(next)), sub);
      return ok(changed);
    },

    /** Removes the account and frees its names. What else there is in its name is worth nothing from then on. */
    async remove(account: Account): Promise<void> {
      await release(signInNames(account), account.sub);
      await database.remove({ TableName, Key: accountKey(account.sub) });
    },
  };
}

/** The hash of a password; the one that is stored, when it is of the same password. */
async function hashUnlessKnown(password: string | undefined, stored: string | undefined): Promise<string | undefined> {
  if (password === undefined) return undefined;
  const isKnown = stored !== undefined && isOwnHash(stored) && (await verifyPassword(password, stored));
  return isKnown ? stored : hashPassword(password);
}

const withoutNames = (names: readonly string[], others: readonly string[]): string[] =>
  names.filter((name) => !others.includes(name));
