import type { Database } from '../aws/dynamodb.ts';
import { countedAddress } from '../counted-address.ts';
import { hashSecret } from '../secret.ts';
import { usernameKey } from './account.ts';

/*
 * How often somebody may try to sign in. Attempts are counted before the password is looked at, so that parallel guesses
 * count too, and a success takes its attempt back. A counter lives for one window; nothing is ever locked for good.
 */

/** At most `attempts` failures within `window` seconds. */
export type Limit = { attempts: number; window: number };

export const signInLimits = {
  /** Ten guesses at one account in ten minutes: no password worth the name falls to that. */
  account: { attempts: 10, window: 600 },
  /** Fifty failures from one address in ten minutes: room for an office behind one address, not for spraying. */
  address: { attempts: 50, window: 600 },
  /** Twenty accounts from one address in an hour, or questions whether a username is taken. */
  registration: { attempts: 20, window: 3_600 },
  /** Five guesses in ten minutes at what comes after the first proof: three codes of a million are right at any time. */
  proof: { attempts: 5, window: 600 },
} as const satisfies Record<string, Limit>;

/** One attempt that was counted: `retryAfter` (seconds) when it is one too many, and a way to take it back. */
export type Attempt = { retryAfter?: number; takeBack(): Promise<void> };

export type ThrottleStore = ReturnType<typeof throttleStore>;

export function throttleStore(database: Database, table: string) {
  async function count(subject: string, { attempts, window }: Limit, now: number): Promise<Attempt> {
    const windowEnd = now - (now % window) + window;
    const key = { pk: `throttle#${subject}`, sk: String(windowEnd) };
    const add = (amount: number) =>
      database.update({
        TableName: table,
        Key: key,
        UpdateExpression: 'ADD attempts :amount SET purgeAt = :purgeAt',
        ExpressionAttributeValues: { ':amount': amount, ':purgeAt': windowEnd + window },
        ReturnValues: 'ALL_NEW',
      });
    const counted = (await add(1))['attempts'] as number;
    const takeBack = async () => void (await add(-1));
    return counted > attempts ? { retryAfter: windowEnd - now, takeBack } : { takeBack };
  }

  return {
    /** Counts an account that somebody wants to make from this address. */
    countRegistration: (sourceIp: string, now: number): Promise<Attempt> =>
      count(`registration#${countedAddress(sourceIp)}`, signInLimits.registration, now),

    /** Counts an attempt against the account (known or not) and the source address. The username is kept as a hash. */
    async countSignIn(username: string, sourceIp: string, now: number): Promise<Attempt> {
      const [account, address] = await Promise.all([
        count(`account#${hashSecret(usernameKey(username))}`, signInLimits.account, now),
        count(`address#${countedAddress(sourceIp)}`, signInLimits.address, now),
      ]);
      const retryAfter = Math.max(account.retryAfter ?? 0, address.retryAfter ?? 0);
      const takeBack = async () => void (await Promise.all([account.takeBack(), address.takeBack()]));
      return retryAfter > 0 ? { retryAfter, takeBack } : { takeBack };
    },

    /** Counts an attempt at what an account asks for besides the first proof: a code, or the current password. */
    countProof: (sub: string, now: number): Promise<Attempt> =>
      count(`proof#${hashSecret(sub)}`, signInLimits.proof, now),
  };
}
