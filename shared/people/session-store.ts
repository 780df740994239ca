import * as v from 'valibot';
import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import { generateSecret, hashSecret } from '../secret.ts';
import { isAlive, type Session } from './session.ts';

/** A session as its own person sees it in a list. `id` names it and is no secret. */
export type ListedSession = Session & { id: string };

/** What a new session starts with; lifetimes in seconds. */
export type SessionStart = {
  sub: string;
  /** Of the account that was read when they proved who they are. */
  epoch: number;
  amr: readonly string[];
  now: number;
  /** When they proved who they are, where that was before; never in the future. */
  authTime?: number | undefined;
  lifetime: number;
  idleLifetime?: number;
  userAgent?: string | undefined;
  /** Clients to be told that were carried over from a session before. */
  notices?: readonly string[] | undefined;
};

export type SessionStore = ReturnType<typeof sessionStore>;

/**
 * Sessions in the People table, one partition per person. Only the cookie has the id of a session: the subject, and a secret
 * of which the table has the hash.
 */
export function sessionStore(database: Database, table: string) {
  /** Returns the session as it was: of several who end it at once, one gets it. */
  async function remove(key: Item): Promise<Session | undefined> {
    const item = await database.takeOut({ TableName: table, Key: key });
    return item && toSession(item);
  }

  const list = async (sub: string, now: number): Promise<ListedSession[]> => {
    const items = await database.query({
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': partition(sub) },
      // Who ends all sessions means the one that began a moment ago as well.
      ConsistentRead: true,
    });
    return items.map((item) => ({ ...toSession(item), id: item['sk'] as string })).filter(isAlive(now));
  };

  /** A session of a person by the `id` of the list, also one that is over but not yet removed. */
  async function findListed(sub: string, id: string, isConsistent = false): Promise<Session | undefined> {
    const Key = { pk: partition(sub), sk: id };
    const read = (ConsistentRead: boolean) => database.get({ TableName: table, Key, ConsistentRead });
    const item = (isConsistent ? undefined : await read(false)) ?? (await read(true));
    return item && toSession(item);
  }

  return {
    /** A new session with a new id, which is returned for the cookie. */
    async start({
      sub,
      epoch,
      amr,
      now,
      authTime = now,
      lifetime,
      idleLifetime = lifetime,
      userAgent,
      notices = [],
    }: SessionStart): Promise<string> {
      const secret = generateSecret();
      const expiresAt = now + lifetime;
      const idleUntil = Math.min(now + idleLifetime, expiresAt);
      const session: Session = {
        sub,
        epoch,
        authTime: Math.min(authTime, now),
        amr,
        idleUntil,
        expiresAt,
        idleLifetime,
        userAgent,
      };
      await database.put({
        TableName: table,
        Item: {
          pk: partition(sub),
          sk: hashSecret(secret),
          ...session,
          ...(notices.length > 0 && { notices: new Set(notices) }),
          purgeAt: expiresAt,
        },
      });
      return `${Buffer.from(sub).toString('base64url')}.${secret}`;
    },

    /**
     * The session of a cookie, unless it is over; whether its account still stands by it is for `judgeEpoch` to say. One
     * eventually consistent read, at half the price, unless it is to be consistent; when that finds nothing, a consistent one.
     */
    async find(sessionId: string, now: number, { isConsistent = false } = {}): Promise<Session | undefined> {
      const sub = subjectOf(sessionId);
      const session = sub === '' ? undefined : await findListed(sub, listedIdOf(sessionId), isConsistent);
      return session && isAlive(now)(session) ? session : undefined;
    },

    findListed,

    /** Notes that a session is in use, once half of its idle time is over: a session in use costs no write. */
    async keepAlive(sessionId: string, session: Session, now: number): Promise<void> {
      const key = keyOf(sessionId);
      if (key === undefined || session.idleUntil === session.expiresAt) return;
      if (session.idleUntil - now > session.idleLifetime / 2) return;
      await database
        .update({
          TableName: table,
          Key: key,
          UpdateExpression: 'SET idleUntil = :idleUntil',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeValues: { ':idleUntil': Math.min(now + session.idleLifetime, session.expiresAt) },
        })
        .catch((error: unknown) => {
          if (!(error instanceof ConditionFailed)) throw error; // it was ended in this moment
        });
    },

    /** Notes a client that wants to be told when the session ends, or whose grants end with it. One write, the first time only. */
    async note(sessionId: string, session: Session, clientId: string): Promise<void> {
      const key = keyOf(sessionId);
      const notice = noticeOf(listedIdOf(sessionId), clientId);
      if (key === undefined || session.notices?.includes(notice)) return;
      await database
        .update({
          TableName: table,
          Key: key,
          UpdateExpression: 'ADD notices :notice',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeValues: { ':notice': new Set([notice]) },
        })
        .catch((error: unknown) => {
          if (!(error instanceof ConditionFailed)) throw error; // it was ended in this moment
        });
    },

    /**
     * Lets the session that stays go on under the epoch that its person's other sessions ended with. One that was ended in this
     * moment stays ended.
     */
    async stampAgain(sessionId: string, from: number, to: number): Promise<void> {
      const key = keyOf(sessionId);
      if (key === undefined) return;
      await database
        .update({
          TableName: table,
          Key: key,
          UpdateExpression: 'SET epoch = :to',
          ConditionExpression:
            from === 0 ? 'attribute_exists(pk) AND (attribute_not_exists(epoch) OR epoch = :from)' : 'epoch = :from',
          ExpressionAttributeValues: { ':from': from, ':to': to },
        })
        .catch((error: unknown) => {
          if (!(error instanceof ConditionFailed)) throw error;
        });
    },

    /** Returns the session as it was; undefined when there was none. */
    async end(sessionId: string): Promise<Session | undefined> {
      const key = keyOf(sessionId);
      return key && remove(key);
    },

    /** The sessions of a person that are not over. */
    list,

    /** Ends one session of a person by the `id` of the list. */
    endListed: (sub: string, id: string): Promise<Session | undefined> => remove({ pk: partition(sub), sk: id }),

    /** Ends every session of a person; returns how many there were. */
    async endAll(sub: string, now: number): Promise<number> {
      const sessions = await list(sub, now);
      await Promise.all(sessions.map(({ id }) => remove({ pk: partition(sub), sk: id })));
      return sessions.length;
    },
  };
}

const partition = (sub: string) => `sessions#${sub}`;

const shape = /^([\w-]{1,344})\.([\w-]{43})$/;

/** Whose session an id would be. Proves nothing: only the table knows whether there is such a session. */
export const subjectOf = (sessionId: string): string =>
  Buffer.from(shape.exec(sessionId)?.[1] ?? '', 'base64url').toString();

/** How a session is named where its secret must not stand. */
export const listedIdOf = (sessionId: string): string => hashSecret(shape.exec(sessionId)?.[2] ?? '');

/** A client and the session id that it knows (`sid` of its ID tokens). Neither has a space in it. */
const noticeOf = (sid: string, clientId: string): string => `${sid} ${clientId}`;

/** The names that clients know of a session (`sid`): its own, and those of sessions whose place it took. */
export const sidsOf = (id: string, session: Session | undefined): string[] => [
  id,
  ...(session?.notices ?? []).map((notice) => parseNotice(notice).sid),
];

/** `since`: when the session of this `sid` was replaced by another one (epoch seconds). */
export function parseNotice(notice: string): { sid: string; clientId: string; since?: number } {
  const [sid = '', clientId = '', since] = notice.split(' ');
  return { sid, clientId, ...(since !== undefined && { since: Number(since) }) };
}

/** Of one client, besides the session that is there: who signs in again and again would make the item as large as can be. */
const mostReplaced = 3;

/** The notices of a session that takes the place of those that have ended: of each client the newest few. */
export function carryOver(ended: readonly (Session | undefined)[], now: number): string[] {
  const notices = ended
    .flatMap((session) => session?.notices ?? [])
    .map((notice) => ({ since: now, ...parseNotice(notice) }))
    .toSorted((one, other) => other.since - one.since);
  const byClient = Map.groupBy(notices, ({ clientId }) => clientId);
  const kept = [...byClient.values()].flatMap((newest) => newest.slice(0, mostReplaced));
  return kept.map(({ sid, clientId, since }) => `${noticeOf(sid, clientId)} ${since}`);
}

/** The item of a session; undefined for a cookie that cannot be one of ours. */
export const keyOf = (sessionId: string) =>
  shape.test(sessionId) ? { pk: partition(subjectOf(sessionId)), sk: listedIdOf(sessionId) } : undefined;

const record = v.object({
  sub: v.string(),
  epoch: v.optional(v.number(), 0),
  authTime: v.number(),
  amr: v.array(v.string()),
  idleUntil: v.number(),
  expiresAt: v.number(),
  idleLifetime: v.number(),
  userAgent: v.optional(v.string()),
  notices: v.optional(
    v.pipe(
      v.set(v.string()),
      v.transform((notices) => [...notices]),
    ),
  ),
});

export const toSession = (item: Item): Session => v.parse(record, item);
