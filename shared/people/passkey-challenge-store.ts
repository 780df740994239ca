import type { Database } from '../aws/dynamodb.ts';
import { generateSecret, hashSecret } from '../secret.ts';

/** Seconds. A sign-in page may be open for a while before anybody uses its passkey (WebAuthn §5.4: 5 to 10 minutes). */
export const challengeLifetime = 600;

/** What a challenge is bound to: a browser, by the secret in its cookie, and for making a passkey also an account. */
export type ChallengeUse = { browser: string; sub?: string | undefined };

export type ChallengeStore = ReturnType<typeof challengeStore>;

/**
 * Challenges of WebAuthn ceremonies (§13.4.3) in the People table: random, and valid once, for ten minutes, in one browser. The
 * table stores hashes of the challenge and the cookie.
 */
export function challengeStore(database: Database, table: string) {
  const keyOf = (challenge: string) => ({ pk: `challenge#${hashSecret(challenge)}`, sk: 'challenge' });

  return {
    /** Issues a challenge: 32 random bytes in base64url, as in WebAuthn's JSON. */
    async issue(use: ChallengeUse, now: number): Promise<string> {
      const challenge = generateSecret();
      const expiresAt = now + challengeLifetime;
      const item = { ...keyOf(challenge), use: useOf(use), expiresAt, purgeAt: expiresAt };
      await database.put({ TableName: table, Item: item });
      return challenge;
    },

    /** Spends a challenge. Returns true to exactly one caller with the same use, and only in time. */
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

/** Keeps a challenge to sign in from making a passkey, and one for an account from serving another. */
const useOf = ({ browser, sub }: ChallengeUse): string =>
  hashSecret(sub === undefined ? `sign-in\n${browser}` : `add\n${browser}\n${sub}`);
