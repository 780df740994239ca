import type { Database, Item } from '../aws/dynamodb.ts';
import { generateSecret } from '../secret.ts';
import { type Consent, type ConsentNeed, consentKey, consentLists, consentPartition, toConsent } from './consent.ts';

/** Seconds in which the request that was allowed has to come back. */
const goOnWithin = 300;

export type ConsentStore = ReturnType<typeof consentStore>;

/** Consents in the People table, one partition per person and one item per client. */
export function consentStore(database: Database, table: string) {
  return {
    async find(sub: string, clientId: string): Promise<Consent | undefined> {
      const item = await database.get({ TableName: table, Key: consentKey(sub, clientId), ConsistentRead: true });
      return item && toConsent(item);
    },

    /**
     * Remembers what a person allows a client now beside what they allowed before, and the request it was for. One write that
     * adds, so of several at once none is lost.
     */
    async allow(sub: string, clientId: string, need: ConsentNeed, requestHash: string, now: number): Promise<void> {
      const added = consentLists.filter((name) => need[name].length > 0);
      await database.update({
        TableName: table,
        Key: consentKey(sub, clientId),
        UpdateExpression: [
          'SET grantedAt = :now, #request = :request',
          ...(added.length > 0 ? [`ADD ${added.map((name) => `#${name} :${name}`).join(', ')}`] : []),
        ].join(' '),
        ExpressionAttributeNames: {
          '#request': 'request',
          ...Object.fromEntries(added.map((name) => [`#${name}`, name])),
        },
        ExpressionAttributeValues: {
          ':now': now,
          ':request': { hash: requestHash, until: now + goOnWithin },
          ...Object.fromEntries(added.map((name) => [`:${name}`, new Set(need[name])])),
        },
      });
    },

    /** Uses up the permission for one request. True for exactly one of those who try, and only in time. */
    async useRequest(sub: string, clientId: string, requestHash: string, now: number): Promise<boolean> {
      const { won } = await database.updateOnce({
        TableName: table,
        Key: consentKey(sub, clientId),
        UpdateExpression: 'SET attempt = :attempt REMOVE #request',
        ConditionExpression: '#request.#hash = :hash AND #request.#until > :now',
        ExpressionAttributeNames: { '#request': 'request', '#hash': 'hash', '#until': 'until' },
        ExpressionAttributeValues: { ':hash': requestHash, ':now': now, ':attempt': generateSecret() },
      });
      return won;
    },

    /** Everything a person allowed, by client id. */
    async list(sub: string): Promise<(Consent & { clientId: string })[]> {
      const items: Item[] = await database.query({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': consentPartition(sub) },
      });
      return items.map((item) => ({ ...toConsent(item), clientId: item['sk'] as string }));
    },

    /** From now on the client has to ask again. Tokens it already has are another matter: see docs. */
    revoke: (sub: string, clientId: string): Promise<void> =>
      database.remove({ TableName: table, Key: consentKey(sub, clientId) }),
  };
}
