import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import { type Account, signInNames, usernameKey } from './account.ts';

/*
 * The names that lead to accounts, one item each in the People table. A name is claimed before its account has it, and released
 * after its account has given it up. So a name counts only when both agree, and a claim left behind by an interrupted change can
 * be taken over.
 */

export const nameKey = (name: string) => ({ pk: `username#${usernameKey(name)}`, sk: 'username' });

/** Seconds after which a claim without an account counts as left behind. No call takes that long. */
const abandonedAfter = 300;

/** A description cannot be loaded because one of its names leads to another account. */
export class NameOfAnother extends Error {
  override name = 'NameOfAnother';
  constructor(taken: string) {
    super(`An account cannot be loaded: ${taken} is a name of another one.`);
  }
}

/** `findAccount` reads the account of a subject. */
export function nameStore(
  database: Database,
  TableName: string,
  findAccount: (sub: string) => Promise<Account | undefined>,
) {
  async function subjectOf(name: string): Promise<string | undefined> {
    const item = await database.get({ TableName, Key: nameKey(name), ConsistentRead: true });
    return item?.['sub'] as string | undefined;
  }

  /** Claims a name for a subject; one of several concurrent claims wins. Succeeds when the subject already has the name. */
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
    const holder = await findAccount(sub as string);
    return holder !== undefined && signInNames(holder).includes(usernameKey(name));
  }

  /** Claims all of the names or none. Returns a name that was taken. */
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

  /**
   * Returns the subject of the account that has the name. Without one, claims it for `sub`, or returns the subject that just
   * claimed it.
   */
  async function claimOrFind(name: string, sub: string, now: number): Promise<string> {
    const holder = await holderOf(name);
    if (holder !== undefined) return holder;
    if (await claim(name, sub, now)) return sub;
    const winner = await holderOf(name);
    if (winner === undefined) throw new NameOfAnother(name);
    return winner;
  }

  /**
   * Returns the subject that a name leads to, or will lead to once its account exists. A name that its account has given up leads
   * nowhere.
   */
  async function holderOf(name: string): Promise<string | undefined> {
    const sub = await subjectOf(name);
    const account = sub === undefined ? undefined : await findAccount(sub);
    return account === undefined || signInNames(account).includes(name) ? sub : undefined;
  }

  /**
   * Has those of these names that an account has lead to it. Of two changes of one account at once, each releases what it has not
   * written, and the other one may have: so both look again afterwards at what they have claimed and released.
   */
  async function settle(names: readonly string[], sub: string, now: number): Promise<void> {
    const account = names.length > 0 ? await findAccount(sub) : undefined;
    const own = account ? signInNames(account).filter((name) => names.includes(name)) : [];
    for (const name of own) if ((await subjectOf(name)) === undefined) await claim(name, sub, now);
  }

  return { subjectOf, claimAll, claimOrFind, release, settle };
}

/** Returns false when the condition of the write did not hold. */
async function holds(writing: Promise<unknown>): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}
