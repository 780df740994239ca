import type { Database, Item } from '../aws/dynamodb.ts';
import { generateSecret, hashSecret } from '../secret.ts';

/** Somebody is signed in in one browser. Times are epoch seconds. */
export type Session = { sub: string; authTime: number; expiresAt: number };

export type SessionStore = ReturnType<typeof sessionStore>;

/** Sessions in the People table, under the hash of the id that only the cookie holds. */
export function sessionStore(database: Database, table: string) {
  const key = (sessionId: string) => ({ pk: `session#${hashSecret(sessionId)}`, sk: 'session' });

  return {
    /** A new session with a new id; `lifetime` is in seconds. Returns the id for the cookie. */
    async start(sub: string, now: number, lifetime: number): Promise<string> {
      const sessionId = generateSecret();
      const session: Session = { sub, authTime: now, expiresAt: now + lifetime };
      await database.put({ TableName: table, Item: { ...key(sessionId), ...session, purgeAt: session.expiresAt } });
      return sessionId;
    },

    /**
     * The session of a cookie, unless it has expired. One eventually consistent read, at half the price; only when that
     * finds nothing, as in the moment after signing in, a consistent one.
     */
    async find(sessionId: string, now: number): Promise<Session | undefined> {
      const read = (ConsistentRead: boolean) => database.get({ TableName: table, Key: key(sessionId), ConsistentRead });
      const item = (await read(false)) ?? (await read(true));
      const session = item && toSession(item);
      return session && now < session.expiresAt ? session : undefined;
    },

    async end(sessionId: string): Promise<void> {
      await database.remove({ TableName: table, Key: key(sessionId) });
    },
  };
}

const toSession = (item: Item): Session => ({
  sub: item['sub'] as string,
  authTime: item['authTime'] as number,
  expiresAt: item['expiresAt'] as number,
});
