import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import { hashPassword } from '../password.ts';
import { ok, type Result, refuse } from '../result.ts';
import {
  type Account,
  type AccountDescription,
  canBeKey,
  claimsWithEmail,
  type Invitation,
  linkPurposes,
  newSubject,
  signInNames,
  usernameKey,
} from './account.ts';

/*
 * Accounts in the People table: the account under its subject, and one more item per name that leads to the subject.
 * A name is claimed before the account says that it has it, and released after the account has given it up. So a name counts
 * only when both agree, and a claim that was left behind by a broken-off change can be taken over.
 */

export const accountKey = (sub: string) => ({ pk: `account#${sub}`, sk: 'account' });
const nameKey = (name: string) => ({ pk: `username#${usernameKey(name)}`, sk: 'username' });

/** What a read asks for that needs no more than the claims, and whether they are still to be told. */
export const claimsOnly = { ProjectionExpression: 'claims, disabledAt' };

/** Seconds after which a claim without an account is one that somebody left behind. No call takes that long. */
const abandonedAfter = 300;

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

/** A description cannot be loaded because one of its names leads to another account. */
export class NameOfAnother extends Error {
  override name = 'NameOfAnother';
  constructor(taken: string) {
    super(`An account cannot be loaded: ${taken} is a name of another one.`);
  }
}

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

  async function subjectOf(name: string): Promise<string | undefined> {
    const item = await database.get({ TableName, Key: nameKey(name), ConsistentRead: true });
    return item?.['sub'] as string | undefined;
  }

  async function findBySubject(sub: string): Promise<Account | undefined> {
    const item = await database.get({ TableName, Key: accountKey(sub), ConsistentRead: true });
    return item && toAccount(item);
  }

  /** Of several who claim a name at once, one gets it. Claiming a name that is one's own already succeeds. */
  async function claim(name: string, sub: string, now: number): Promise<boolean> {
    const take = (condition: string, values: Item = {}) =>
      database.update({
        TableName,
        Key: nameKey(name),
        UpdateExpression: 'SET #sub = :sub, claimedAt = :now',
        ConditionExpression: condition,
        ExpressionAttributeNames: { '#sub': 'sub' },
        ExpressionAttributeValues: { ':sub': sub, ':now': now, ...values },
      });
    if (await holds(take('attribute_not_exists(pk) OR #sub = :sub'))) return true;
    const held = await database.get({ TableName, Key: nameKey(name), ConsistentRead: true });
    if (held === undefined || (await isInUse(held, name, now))) return false;
    const { sub: holder, claimedAt } = held;
    if (claimedAt === undefined) {
      return holds(take('#sub = :holder AND attribute_not_exists(claimedAt)', { ':holder': holder }));
    }
    return holds(take('#sub = :holder AND claimedAt = :claimedAt', { ':holder': holder, ':claimedAt': claimedAt }));
  }

  async function isInUse({ sub, claimedAt = 0 }: Item, name: string, now: number): Promise<boolean> {
    if (now - (claimedAt as number) < abandonedAfter) return true;
    const holder = await findBySubject(sub as string);
    return holder !== undefined && signInNames(holder).includes(usernameKey(name));
  }

  /** Claims all of the names or none; returns the one that was taken. */
  async function claimAll(names: readonly string[], sub: string, now: number): Promise<string | undefined> {
    const claimed: string[] = [];
    for (const name of names) {
      if (await claim(name, sub, now)) claimed.push(name);
      else {
        await release(claimed, sub);
        return name;
      }
    }
    return undefined;
  }

  async function release(names: readonly string[], sub: string): Promise<void> {
    for (const name of names) {
      await holds(
        database.remove({
          TableName,
          Key: nameKey(name),
          ConditionExpression: '#sub = :sub',
          ExpressionAttributeNames: { '#sub': 'sub' },
          ExpressionAttributeValues: { ':sub': sub },
        }),
      );
    }
  }

  /** One write on an account that is there; false when there is none, or when `condition` does not hold. Safe to repeat. */
  async function write(sub: string, expression: string, values: Item = {}, condition?: string): Promise<boolean> {
    const named = [...new Set(expression.concat(condition ?? '').match(/#\w+/g) ?? [])];
    const { won } = await database.updateOnce({
      TableName,
      Key: accountKey(sub),
      UpdateExpression: `SET attempt = :attempt${expression.startsWith('SET ') ? `, ${expression.slice(4)}` : ` ${expression}`}`,
      ConditionExpression: ['attribute_exists(pk)', ...(condition ? [condition] : [])].join(' AND '),
      ...(named.length > 0 && {
        ExpressionAttributeNames: Object.fromEntries(named.map((name) => [name, name.slice(1)])),
      }),
      ExpressionAttributeValues: { ...values, ':attempt': newAttempt() },
    });
    return won;
  }

  return {
    findBySubject,

    /** Whether an account has this subject. Reads the key alone. */
    async isSubject(sub: string): Promise<boolean> {
      const Key = accountKey(sub);
      return (await database.get({ TableName, Key, ProjectionExpression: 'pk', ConsistentRead: true })) !== undefined;
    },

    /** Only the claims: what clients may learn does not come with the password hash. None for an account that is disabled. */
    async findClaims(sub: string): Promise<Account['claims'] | undefined> {
      const item = await database.get({ TableName, Key: accountKey(sub), ...claimsOnly });
      return item && toClaims(item);
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
      };
      const attempt = newAttempt();
      try {
        await database.put({
          TableName,
          Item: { ...accountKey(sub), ...made, attempt },
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
     * subject stays, and so does what the description leaves open. Throws {@link NameOfAnother}. If we stop in between, the
     * next call goes on.
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
      const passwordHash = account.passwordHash ?? (password === undefined ? undefined : await hashPassword(password));
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
          `SET ${present.map((name) => `#${name} = :${name}`).join(', ')}`,
          ...(removes.length > 0 ? [`REMOVE ${removes.map((name) => `#${name}`).join(', ')}`] : []),
        ].join(' '),
        ExpressionAttributeNames: Object.fromEntries([...present, ...removes].map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(present.map((name) => [`:${name}`, sets[name]])),
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
      const won = await write(
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
      if (!won) {
        const current = await findBySubject(sub);
        await release(withoutNames(added, current ? signInNames(current) : []), sub);
        return refuse({ reason: 'changed_meanwhile' });
      }
      await release(withoutNames(signInNames(seen), signInNames(next)), sub);
      return ok(next);
    },

    /** Sets the password. A link that would have set it is void. False when there is no such account. */
    setPassword: (sub: string, passwordHash: string): Promise<boolean> =>
      write(sub, 'SET passwordHash = :hash REMOVE invitation', { ':hash': passwordHash }),

    /** Puts a better hash of the same password in the place of `from`; does nothing when somebody has set another one meanwhile. */
    upgradePassword: (sub: string, from: string, to: string): Promise<boolean> =>
      write(sub, 'SET passwordHash = :to', { ':from': from, ':to': to }, 'passwordHash = :from'),

    /** From now on the person cannot sign in, and a link does not let them in. Keeps the time of the first call. */
    disable: (sub: string, now: number): Promise<boolean> =>
      write(sub, 'SET disabledAt = if_not_exists(disabledAt, :now) REMOVE invitation', { ':now': now }),

    enable: (sub: string): Promise<boolean> => write(sub, 'REMOVE disabledAt'),

    /** The one link that is valid from now on. False when there is no such account, or it is disabled. */
    invite: (sub: string, invitation: Invitation): Promise<boolean> =>
      write(sub, 'SET invitation = :invitation', { ':invitation': invitation }, 'attribute_not_exists(disabledAt)'),

    /** Spends the link with this hash and sets the password, in one conditional write: of any number of attempts one wins. */
    accept: (sub: string, linkHash: string, passwordHash: string, now: number): Promise<boolean> =>
      write(
        sub,
        'SET passwordHash = :password, invitation.spentAt = :now',
        { ':password': passwordHash, ':link': linkHash, ':now': now },
        linkIsValid,
      ),

    /** The same for somebody who gets another way to sign in than a password. Whoever wins gives it to them. */
    spendLink: (sub: string, linkHash: string, now: number): Promise<boolean> =>
      write(sub, 'SET invitation.spentAt = :now', { ':link': linkHash, ':now': now }, linkIsValid),

    /** Removes the account and frees its names. Its sessions and consents are not touched. */
    async remove(account: Account): Promise<void> {
      await release(signInNames(account), account.sub);
      await database.remove({ TableName, Key: accountKey(account.sub) });
    },
  };

  /** The subject of the account that has the name; without one, `sub`, or that of somebody who claimed it in this moment. */
  async function claimOrFind(name: string, sub: string, now: number): Promise<string> {
    const holder = await holderOf(name);
    if (holder !== undefined) return holder;
    if (await claim(name, sub, now)) return sub;
    const winner = await holderOf(name);
    if (winner === undefined) throw new NameOfAnother(name);
    return winner;
  }

  /** Whom a name leads to, or will lead to once the account is there. A name that an account has given up leads nowhere. */
  async function holderOf(name: string): Promise<string | undefined> {
    const sub = await subjectOf(name);
    const account = sub === undefined ? undefined : await findBySubject(sub);
    return account === undefined || signInNames(account).includes(name) ? sub : undefined;
  }
}

/** False when the condition of the write did not hold. */
async function holds(writing: Promise<unknown>): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}

/** One condition for everything that a link can be spent on. */
const linkIsValid = [
  'invitation.#hash = :link',
  'attribute_not_exists(invitation.spentAt)',
  'invitation.expiresAt > :now',
  'attribute_not_exists(disabledAt)',
].join(' AND ');

const newAttempt = () => randomBytes(16).toString('base64url');

const withoutNames = (names: readonly string[], others: readonly string[]): string[] =>
  names.filter((name) => !others.includes(name));

/** From an item that was read with {@link claimsOnly}. */
export const toClaims = (item: Item): Account['claims'] | undefined =>
  item['disabledAt'] === undefined ? (item['claims'] as Account['claims']) : undefined;

const record = v.object({
  sub: v.string(),
  username: v.optional(v.string()),
  email: v.optional(v.string()),
  passwordHash: v.optional(v.string()),
  claims: v.record(v.string(), v.unknown()),
  disabledAt: v.optional(v.number()),
  createdAt: v.optional(v.number()),
  invitation: v.optional(
    v.object({
      hash: v.string(),
      purpose: v.picklist(linkPurposes),
      expiresAt: v.number(),
      spentAt: v.optional(v.number()),
    }),
  ),
  version: v.optional(v.number(), 0),
});

export const toAccount = (item: Item): Account => v.parse(record, item);
