import type { Database, Item } from '../aws/dynamodb.ts';
import { generateSecret } from '../secret.ts';
import { type Consent, type ConsentNeed, consentKey, consentLists, consentPartition, toConsent } from './consent.ts';

/** Seconds within which the allowed request must come back. */
const goOnWithin = 300;

export type ConsentStore = ReturnType<typeof consentStore>;

/** Consents in the People table: one partition per person, one item per client. */
export function consentStore(database: Database, table: string) {
  return {
    async find(sub: string, clientId: string): Promise<Consent | undefined> {
      const item = await database.get({ TableName: table, Key: consentKey(sub, clientId), ConsistentRead: true });
      return item && toConsent(item);
    },

    /**
     * Adds what a person now allows a client to what they allowed before, and remembers the request it was for. A single write
     * that only adds, so concurrent calls lose nothing.
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

    /** Spends the permission for one request. Returns true to exactly one caller, and only in time. */
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

    /** Lists everything a person allowed, with client ids. */
    async list(sub: string): Promise<(Consent & { clientId: string })[]> {
      const items: Item[] = await database.query({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': consentPartition(sub) },
      });
      return items.map((item) => ({ ...toConsent(item), clientId: item['sk'] as string }));
    },

    /** Makes the client ask again. Tokens it already has are not affected; see the docs. */
    revoke: (sub: string, clientId: string): Promise<void> =>
      database.remove({ TableName: table, Key: consentKey(sub, clientId) }),
  };
}
