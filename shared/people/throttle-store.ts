import type { Database } from '../aws/dynamodb.ts';
import { countedAddress } from '../counted-address.ts';
import { type Home, withHome } from '../home.ts';
import { hashSecret } from '../secret.ts';
import { usernameKey } from './account.ts';
import { type Limit, signInLimits } from './sign-in-limits.ts';

/*
 * Limits how often anybody may try to sign in. Attempts are counted before the password is checked, so that parallel guesses
 * count too; a success takes its attempt back. A counter lives for one window; nothing is ever locked for good.
 */

/** A counted attempt: `retryAfter` (seconds) when it is one too many, and a way to take it back. */
export type Attempt = { retryAfter?: number; takeBack(): Promise<void> };

export type ThrottleStore = ReturnType<typeof throttleStore>;

/**
 * `home`: where this is, with several regions. Each has counters of its own: of one that they share, the copy of a low count could take the
 * place of a high one, again and again.
 */
export function throttleStore(database: Database, table: string, home?: Home) {
  async function count(subject: string, { attempts, window }: Limit, now: number, amount = 1): Promise<Attempt> {
    const windowEnd = now - (now % window) + window;
    const key = { pk: `throttle#${subject}`, sk: withHome(home, String(windowEnd)) };
    const add = (added: number) =>
      database.update({
        TableName: table,
        Key: key,
        UpdateExpression: 'ADD attempts :amount SET purgeAt = :purgeAt',
        ExpressionAttributeValues: { ':amount': added, ':purgeAt': windowEnd + window },
        ReturnValues: 'ALL_NEW',
      });
    const counted = (await add(amount))['attempts'] as number;
    const takeBack = async () => void (await add(-amount));
    return counted > attempts ? { retryAfter: windowEnd - now, takeBack } : { takeBack };
  }

  return {
    /** Counts an attempt to create an account from this address. */
    countRegistration: (sourceIp: string, now: number): Promise<Attempt> =>
      count(`registration#${countedAddress(sourceIp)}`, signInLimits.registration, now),

    /**
     * Counts a request for a mail from this address and with this name, known or not. Stores the name as a hash. Codes are of use to
     * who asked alone, so they are counted apart: whoever asks for them leaves the owner the links.
     */
    async countMailRequest(
      kind: 'link' | 'code',
      name: string,
      sourceIp: string,
      now: number,
    ): Promise<Pick<Attempt, 'retryAfter'>> {
      const address = await count(`mail-address#${countedAddress(sourceIp)}`, signInLimits.mailAddress, now);
      if (address.retryAfter !== undefined) return address;
      const counter = kind === 'code' ? 'mail-code-name' : 'mail-name';
      return count(`${counter}#${hashSecret(usernameKey(name))}`, signInLimits.mailName, now);
    },

    /** Counts a mail of a kind to an account. */
    countMail: (kind: string, sub: string, now: number): Promise<Attempt> =>
      count(`mail#${kind}#${hashSecret(sub)}`, signInLimits[kind === 'code' ? 'mailCode' : 'mailAccount'], now),

    /** Counts a client that registers itself from this address. */
    countClientRegistration: (sourceIp: string, now: number): Promise<Attempt> =>
      count(`client-registration#${countedAddress(sourceIp)}`, signInLimits.clientRegistration, now),

    /**
     * Counts an attempt against the account (known or not) and the source address. Stores the username as a hash. In a known
     * `browser` of the account, which its random number names, only the attempts of this browser lead to a refusal: guesses that
     * others make, even from the same address, do not keep its owner out.
     */
    async countSignIn(username: string, sourceIp: string, now: number, browser?: string): Promise<Attempt> {
      const account = `account#${hashSecret(usernameKey(username))}`;
      const address = await count(`address#${countedAddress(sourceIp)}`, signInLimits.address, now);
      // One that is refused counts for no account, or one address could keep everybody out.
      if (browser === undefined && address.retryAfter !== undefined) return address;
      const own = await count(
        browser === undefined ? account : `known#${hashSecret(browser)}`,
        signInLimits.account,
        now,
      );
      const takeBack = async () => void (await Promise.all([own.takeBack(), address.takeBack()]));
      return own.retryAfter === undefined ? { takeBack } : { retryAfter: own.retryAfter, takeBack };
    },

    /** Counts authorization requests that public clients pushed from this address. */
    countPushedRequests: (sourceIp: string, now: number, amount: number): Promise<Attempt> =>
      count(`pushed#${countedAddress(sourceIp)}`, signInLimits.pushedRequest, now, amount),

    /** Counts a device that asks for codes from this address. */
    countDeviceRequest: (sourceIp: string, now: number): Promise<Attempt> =>
      count(`device#${countedAddress(sourceIp)}`, signInLimits.deviceRequest, now),

    /** Counts a user code that somebody enters, against the person and the source address. */
    async countUserCode(sub: string, sourceIp: string, now: number): Promise<Attempt> {
      const [own, address] = await Promise.all([
        count(`user-code#${hashSecret(sub)}`, signInLimits.userCode, now),
        count(`user-code#${countedAddress(sourceIp)}`, signInLimits.userCode, now),
      ]);
      const retryAfter = Math.max(own.retryAfter ?? 0, address.retryAfter ?? 0);
      const takeBack = async () => void (await Promise.all([own.takeBack(), address.takeBack()]));
      return retryAfter > 0 ? { retryAfter, takeBack } : { takeBack };
    },

    /**
     * Counts an attempt at the code that an account requires after the first proof. In a `browser` that is known by a code, only its own attempts count, so that whoever knows the password cannot keep the owner out with wrong codes.
     */
    countProof: (sub: string, now: number, browser?: string): Promise<Attempt> =>
      count(
        browser === undefined ? `proof#${hashSecret(sub)}` : `known-proof#${hashSecret(browser)}`,
        signInLimits.proof,
        now,
      ),

    /**
     * Counts an attempt of somebody who is signed in at a code, or at the current password. Apart, so that whoever knows the password alone
     * cannot keep the owner from another one.
     */
    countOwnProof: (sub: string, now: number): Promise<Attempt> =>
      count(`own-proof#${hashSecret(sub)}`, signInLimits.proof, now),
  };
}
