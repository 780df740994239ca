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

/** The registered client whose secret was guessed. All unknown client ids share one counter per address. */
type Guessed = string | undefined;

/** A counted attempt: seconds to wait when it is one too many, and a way to take it back. */
export type CountedAttempt = { retryAfter: number | undefined; takeBack: () => Promise<void> };

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

  /** Adds to the counter of this window in one write. */
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

    /** Counts a wrong secret in one write. Returns the seconds to wait when it was one too many. */
    async countWrong(guessed: Guessed, sourceIp: string): Promise<number | undefined> {
      const known = retryAfter(guessed, sourceIp);
      if (known !== undefined) return known;
      const { failed, subject, windowEnd, wait } = await add(1, guessed, sourceIp);
      if (failed >= secretLimit.failures) refuseUntil(subject, windowEnd);
      return failed > secretLimit.failures ? wait : undefined;
    },

    /**
     * Counts an attempt before its secret is compared, in one write, so that of any number of concurrent guesses no more than the
     * limit are compared. A small excess is not remembered, because it may consist of right secrets about to be taken back.
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
