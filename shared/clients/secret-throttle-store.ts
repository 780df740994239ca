import type { Database } from '../aws/dynamodb.ts';
import { countedAddress } from '../counted-address.ts';
import { hashSecret } from '../secret.ts';

/*
 * How often somebody may guess the secret of a client: wrong secrets are counted per client and source address, in the Grants table,
 * so that all instances of all functions count together. A right secret costs nothing. Who is over the limit is refused out of
 * memory until the window ends; the client itself, from other addresses, is not touched, and nothing is ever locked for good.
 */

/** Twenty wrong secrets in ten minutes: more than a deployment with a stale secret tries by hand, nothing against 256 bits. */
export const secretLimit = { failures: 20, window: 600 } as const;

/** Whose secret was guessed: a registered client. Unknown client ids have one counter for all of them, per address. */
type Guessed = string | undefined;

/** An attempt that was counted: seconds to wait when it is one too many, and a way to take it back. */
export type CountedAttempt = { retryAfter: number | undefined; takeBack: () => Promise<void> };

export type SecretThrottle = ReturnType<typeof secretThrottle>;

/**
 * `now` is in epoch seconds. So many pairs of client and address are `remembered` to be refused; the one noted first makes room,
 * and is counted in the table again.
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

  /** Seconds that this address has to wait with this client, as far as this instance knows. Asks nobody. */
  function retryAfter(guessed: Guessed, sourceIp: string): number | undefined {
    const subject = subjectOf(guessed, sourceIp);
    const wait = (refusedUntil.get(subject) ?? 0) - now();
    if (wait > 0) return wait;
    refusedUntil.delete(subject);
    return undefined;
  }

  /** Adds to the counter of this window; one write. */
  async function add(amount: number, guessed: Guessed, sourceIp: string) {
    const { window } = secretLimit;
    const at = now();
    const windowEnd = at - (at % window) + window;
    const subject = subjectOf(guessed, sourceIp);
    const { failed } = await database.update({
      TableName: table,
      Key: { id: `throttle#${subject}#${windowEnd}` },
      UpdateExpression: 'ADD failed :amount SET purgeAt = :purgeAt',
      ExpressionAttributeValues: { ':amount': amount, ':purgeAt': windowEnd + window },
      ReturnValues: 'UPDATED_NEW',
    });
    return { failed: failed as number, subject, windowEnd, wait: windowEnd - at };
  }

  return {
    retryAfter,

    /** Counts a wrong secret, in one write. Returns the seconds to wait when it was one too many. */
    async countWrong(guessed: Guessed, sourceIp: string): Promise<number | undefined> {
      const known = retryAfter(guessed, sourceIp);
      if (known !== undefined) return known;
      const { failed, subject, windowEnd, wait } = await add(1, guessed, sourceIp);
      if (failed >= secretLimit.failures) refuseUntil(subject, windowEnd);
      return failed > secretLimit.failures ? wait : undefined;
    },

    /**
     * Counts an attempt before its secret is compared, in one write: of any number of guesses at once, no more than the limit are
     * compared. A few too many are not remembered: they may be right ones that are about to be taken back.
     */
    async countAttempt(guessed: Guessed, sourceIp: string): Promise<CountedAttempt> {
      const { failed, subject, windowEnd, wait } = await add(1, guessed, sourceIp);
      const { failures } = secretLimit;
      if (failed > 2 * failures) refuseUntil(subject, windowEnd);
      const takeBack = async () => void (await add(-1, guessed, sourceIp));
      return { retryAfter: failed > failures ? wait : undefined, takeBack };
    },
  };
}
