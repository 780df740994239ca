import type { Database } from '../aws/dynamodb.ts';
import { generateSecret, hashSecret } from '../secret.ts';

/** Seconds. A sign-in page may be open for a while before somebody uses the passkey it offers (WebAuthn §5.4: 5 to 10 minutes). */
export const challengeLifetime = 600;

/** What a challenge is for: a browser, by the secret in its cookie, and when a passkey is to be made, one account. */
export type ChallengeUse = { browser: string; sub?: string | undefined };

export type ChallengeStore = ReturnType<typeof challengeStore>;

/**
 * Challenges of WebAuthn ceremonies (§13.4.3) in the People table. Random, good once, for ten minutes and in one browser. The
 * table has the hash of each, and the hash of the cookie.
 */
export function challengeStore(database: Database, table: string) {
  const keyOf = (challenge: string) => ({ pk: `challenge#${hashSecret(challenge)}`, sk: 'challenge' });

  return {
    /** A new challenge: 32 random bytes in base64url, as WebAuthn writes them in JSON. */
    async issue(use: ChallengeUse, now: number): Promise<string> {
      const challenge = generateSecret();
      const expiresAt = now + challengeLifetime;
      const item = { ...keyOf(challenge), use: useOf(use), expiresAt, purgeAt: expiresAt };
      await database.put({ TableName: table, Item: item });
      return challenge;
    },

    /** Spends a challenge. True for exactly one of those who try with the same use, and only in time. */
    async spend(challenge: string, use: ChallengeUse, now: number): Promise<boolean> {
      const { won } = await database.updateOnce({
        TableName: table,
        Key: keyOf(challenge),
        UpdateExpression: 'SET spentAt = :now, attempt = :attempt',
        ConditionExpression: '#use = :use AND expiresAt > :now AND attribute_not_exists(spentAt)',
        ExpressionAttributeNames: { '#use': 'use' },
        ExpressionAttributeValues: { ':use': useOf(use), ':now': now, ':attempt': generateSecret() },
      });
      return won;
    },
  };
}

/** A challenge to sign in is none to make a passkey, and one for an account is none for another. */
const useOf = ({ browser, sub }: ChallengeUse): string =>
  hashSecret(sub === undefined ? `sign-in\n${browser}` : `add\n${browser}\n${sub}`);
