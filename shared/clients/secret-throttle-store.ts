import type { Database } from '../aws/dynamodb.ts';
import { countedAddress } from '../counted-address.ts';
import { hashSecret } from '../secret.ts';
import { secretLimit } from './secret-limit.ts';

/*
 * Limits how often the secret of a client can be guessed. Wrong secrets are counted per client and source address in the Grants
 * table, so that all instances of all functions share the count. A right secret is not counted, or its count is taken back. Over
 * the limit, an address is refused from memory until the window ends; the client is not affected at other addresses, and nothing
 * is ever locked for good.
 */

/** Seconds after which attempts that were being compared are decided, whatever their hashes take. */
const decidedAfter = 3;

/** The registered client whose secret was guessed. All unknown client ids share one counter per address. */
type Guessed = string | undefined;

/**
 * A counted attempt: seconds to wait when it is one too many, a way to take it back, and to note that its secret was wrong. One that is
 * neither was compared by somebody who failed, and stays counted.
 */
export type CountedAttempt = {
  retryAfter: number | undefined;
  takeBack: () => Promise<void>;
  noteWrong: () => Promise<void>;
};

export type SecretThrottle = ReturnType<typeof secretThrottle>;

/**
 * `now` returns epoch seconds. `remembered` limits how many refused pairs of client and address are kept in memory; beyond it,
 * the oldest is dropped and counted in the table again.
 */
export function secretThrottle(database: Database, table: string, now: () => number, remembered = 1_000) {
  const refusedUntil = new Map<string, number>();

  const subjectOf = (guessed: Guessed, sourceIp: string): string => {
    const address = countedAddress(sourceIp);
    return hashSecret(guessed === undefined ? address : `${address}\n${guessed}`);
  };

  function refuseUntil(subject: string, windowEnd: number): void {
    const oldest = refusedUntil.size >= remembered ? refusedUntil.keys().next().value : undefined;
    if (oldest !== undefined) refusedUntil.delete(oldest);
    refusedUntil.set(subject, windowEnd);
  }

  /** Returns the seconds that this address must wait with this client, as far as this instance knows. Makes no call. */
  function retryAfter(guessed: Guessed, sourceIp: string): number | undefined {
    const subject = subjectOf(guessed, sourceIp);
    const wait = (refusedUntil.get(subject) ?? 0) - now();
    if (wait > 0) return wait;
    refusedUntil.delete(subject);
    return undefined;
  }

  /** Adds to a counter of the window of `at`, in one write: `failed` has every attempt, and `wrong` those that were. */
  async function add(counter: 'failed' | 'wrong', amount: number, guessed: Guessed, sourceIp: string, at: number) {
    const { window } = secretLimit;
    const windowEnd = at - (at % window) + window;
    const subject = subjectOf(guessed, sourceIp);
    const { failed = 0, wrong = 0 } = await database.update({
      TableName: table,
      Key: { id: `throttle#${subject}#${windowEnd}` },
      UpdateExpression: 'ADD #counter :amount SET purgeAt = :purgeAt',
      ExpressionAttributeNames: { '#counter': counter },
      ExpressionAttributeValues: { ':amount': amount, ':purgeAt': windowEnd + window },
      ReturnValues: 'ALL_NEW',
    });
    return { failed: Number(failed), wrong: Number(wrong), subject, windowEnd, wait: windowEnd - at };
  }

  return {
    retryAfter,

    /** Counts a wrong secret in one write. Returns the seconds to wait when it was one too many. */
    async countWrong(guessed: Guessed, sourceIp: string): Promise<number | undefined> {
      const known = retryAfter(guessed, sourceIp);
      if (known !== undefined) return known;
      const { failed, subject, windowEnd, wait } = await add('failed', 1, guessed, sourceIp, now());
      if (failed >= secretLimit.failures) refuseUntil(subject, windowEnd);
      return failed > secretLimit.failures ? wait : undefined;
    },

    /**
     * Counts an attempt before its secret is compared, in one write, so that of any number of concurrent guesses no more than the
     * limit are compared. One too many is not counted, and waits for the window only where so many were wrong: where others are being
     * compared in this moment, they may be right, as those of a program that starts in many places at once.
     */
    async countAttempt(guessed: Guessed, sourceIp: string): Promise<CountedAttempt> {
      const at = now();
      const { failed, wrong, subject, windowEnd, wait } = await add('failed', 1, guessed, sourceIp, at);
      const { failures } = secretLimit;
      const takeBack = async () => void (await add('failed', -1, guessed, sourceIp, at));
      const noteWrong = async () => void (await add('wrong', 1, guessed, sourceIp, at));
      if (failed <= failures) return { retryAfter: undefined, takeBack, noteWrong };
      await takeBack();
      const retryAfter = wrong >= failures ? wait : Math.min(wait, decidedAfter);
      refuseUntil(subject, wrong >= failures ? windowEnd : at + retryAfter);
      return { retryAfter, takeBack, noteWrong };
    },
  };
}
