import * as v from 'valibot';
import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import { type Home, withHome } from '../home.ts';
import { generateSecret, hashSecret } from '../secret.ts';
import { isAlive, type Session } from './session.ts';

/** A session as listed to its owner. `id` identifies it and is no secret. */
export type ListedSession = Session & { id: string };

/** The start of a new session; lifetimes in seconds. */
export type SessionStart = {
  sub: string;
  /** Of the account that was read when they proved who they are. */
  epoch: number;
  amr: readonly string[];
  now: number;
  /** When the person authenticated, if that was earlier; never in the future. */
  authTime?: number | undefined;
  lifetime: number;
  idleLifetime?: number;
  userAgent?: string | undefined;
  place?: string | undefined;
  clientId?: string | undefined;
  /** Notices carried over from an earlier session. */
  notices?: readonly string[] | undefined;
  /** The region where it begins, with several: the others have it a moment later. */
  home?: Home | undefined;
};

export type SessionStore = ReturnType<typeof sessionStore>;

/**
 * Sessions in the People table, one partition per person. Only the cookie holds a session's id: the subject and a secret, of
 * which the table stores the hash.
 */
export function sessionStore(database: Database, table: string) {
  /** Removes a session and returns it as it was, to one of several concurrent callers. */
  async function remove(key: Item): Promise<Session | undefined> {
    const item = await database.takeOut({ TableName: table, Key: key });
    return item && toSession(item);
  }

  const list = async (sub: string, now: number): Promise<ListedSession[]> => {
    const items = await database.query({
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': partition(sub) },
      // Consistent, because ending all sessions includes one that just began.
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
    /** Starts a session. Returns its id for the cookie. */
    async start({
      sub,
      epoch,
      amr,
      now,
      authTime = now,
      lifetime,
      idleLifetime = lifetime,
      userAgent,
      place,
      clientId,
      notices = [],
      home,
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
        place,
        clientId,
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
      return withHome(home, `${Buffer.from(sub).toString('base64url')}.${secret}`);
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
          if (!(error instanceof ConditionFailed)) throw error; // it has just ended
        });
    },

    /** Notes a client to tell when the session ends, or whose grants end with it. Writes only the first time. */
    async note(
      sessionId: string,
      session: Session,
      { clientId, clientSince }: Pick<Notice, 'clientId' | 'clientSince'>,
      subject?: string,
    ): Promise<void> {
      const key = keyOf(sessionId);
      const notice = noticeOf({ sid: listedIdOf(sessionId), clientId, clientSince, subject });
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
          if (!(error instanceof ConditionFailed)) throw error; // it has just ended
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

    /** Lists a person's sessions that are not over. */
    list,

    /** Ends one of a person's sessions by its `id` in the list. */
    endListed: (sub: string, id: string): Promise<Session | undefined> => remove({ pk: partition(sub), sk: id }),

    /** Ends all of a person's sessions. Returns their number. */
    async endAll(sub: string, now: number): Promise<number> {
      const sessions = await list(sub, now);
      await Promise.all(sessions.map(({ id }) => remove({ pk: partition(sub), sk: id })));
      return sessions.length;
    },
  };
}

const partition = (sub: string) => `sessions#${sub}`;

const shape = /^(?:[a-z]\.)?([\w-]{1,344})\.([\w-]{43})$/;

/** Returns the subject in a session id. Proves nothing: only the table knows whether the session exists. */
export const subjectOf = (sessionId: string): string =>
  Buffer.from(shape.exec(sessionId)?.[1] ?? '', 'base64url').toString();

/** Names a session where its secret must not appear. */
export const listedIdOf = (sessionId: string): string => hashSecret(shape.exec(sessionId)?.[2] ?? '');

/** A client to tell. `sid`: our id of the session of its ID tokens. `subject`: what it knows the person by, if not by the account's. */
type Notice = {
  sid: string;
  clientId: string;
  /** Which of the clients that have had the id; see shared/clients/since.ts. */
  clientSince?: string | undefined;
  /** When another session replaced the one with this `sid` (epoch seconds). */
  since?: number;
  subject?: string | undefined;
};

/** Formats a notice, of which no part contains a space. The mark of the client has no part of its own, which the version before would misread. */
function noticeOf({ sid, clientId, clientSince, since, subject }: Notice): string {
  const time = since === undefined ? undefined : String(since);
  const parts = [sid, clientId, clientSince === undefined ? time : `${time ?? '-'}@${clientSince}`, subject];
  const last = parts.findLastIndex((part) => part !== undefined);
  return parts
    .slice(0, last + 1)
    .map((part) => part ?? '-')
    .join(' ');
}

/** Returns the ids of a session that grants may have: its own and those of the sessions it replaced. */
export const sidsOf = (id: string, session: Session | undefined): string[] => [
  id,
  ...(session?.notices ?? []).map((notice) => parseNotice(notice).sid),
];

export function parseNotice(notice: string): Notice {
  const [sid = '', clientId = '', times = '', subject] = notice.split(' ');
  const [since, clientSince] = times.split('@');
  return {
    sid,
    clientId,
    ...(clientSince !== undefined && { clientSince }),
    ...(since !== '' && since !== '-' && { since: Number(since) }),
    ...(subject !== undefined && { subject }),
  };
}

/** Replaced sessions to remember per client, so that frequent sign-ins do not exceed the size of an item. */
const mostReplaced = 3;

/** Returns the notices for a session that replaces ended ones: the newest few of each client. */
export function carryOver(ended: readonly (Session | undefined)[], now: number): string[] {
  const notices = ended
    .flatMap((session) => session?.notices ?? [])
    .map((notice) => ({ since: now, ...parseNotice(notice) }))
    .toSorted((one, other) => other.since - one.since);
  const byClient = Map.groupBy(notices, ({ clientId }) => clientId);
  const kept = [...byClient.values()].flatMap((newest) => newest.slice(0, mostReplaced));
  return kept.map(noticeOf);
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
  place: v.optional(v.string()),
  clientId: v.optional(v.string()),
  notices: v.optional(
    v.pipe(
      v.set(v.string()),
      v.transform((notices) => [...notices]),
    ),
  ),
});

export const toSession = (item: Item): Session => v.parse(record, item);
