import type { Database, Item, Projection, ReadItem } from '../aws/dynamodb.ts';
import type { RegisteredClient } from '../clients/registered-client.ts';
import { encodeParameters, type Parameters, parseParameters } from '../oauth/parameters.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { ok, type Result, refuse } from '../result.ts';
import { generateSecret } from '../secret.ts';
import type { Grant } from './grant.ts';
import { type PushedRequest, pushedId, pushedLifetimes } from './pushed-request.ts';

/*
 * Pushed authorization requests in the Grants table: one item each, under the hash of the reference. The write that issues the code
 * turns the item into the grant, so that no request is good for two codes.
 */

export type PushedRequestStore = ReturnType<typeof pushedRequestStore>;

/** All that is read of a pushed request, and of the grant that it may have become. */
export const pushedAttributes = ['id', 'state', 'clientId', 'clientSince', 'request', 'pushedAt'] as const;

const projection: Projection = {
  ProjectionExpression: pushedAttributes.map((name) => `#${name}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(pushedAttributes.map((name) => [`#${name}`, name])),
};

/** Seconds after its end until a request or its grant may be purged. */
const purgeDelay = 86_400;

export const pushedRequestStore = (database: Database, table: string) => ({
  /** Keeps a request until it is completed or too old. Safe to repeat, since nobody has the reference yet. */
  async keep(
    reference: string,
    parameters: Parameters,
    { clientId, since }: Pick<RegisteredClient, 'clientId' | 'since'>,
    now: number,
  ): Promise<void> {
    await database.put({
      TableName: table,
      Item: {
        id: pushedId(reference),
        state: 'pushed',
        clientId,
        clientSince: since,
        request: encodeParameters(parameters),
        pushedAt: now,
        purgeAt: now + pushedLifetimes.toComplete + purgeDelay,
      },
    });
  },

  /**
   * Returns the request of a reference, read consistently, however old. `read` reads it, perhaps together with something else. Refuses `request_uri_unknown`, `request_uri_used`, and
   * `request_uri_of_another_client`.
   */
  async find(
    reference: string,
    clientId: string,
    read: ReadItem = async ({ key }) =>
      database.get({ TableName: table, Key: key, ConsistentRead: true, ...projection }),
  ): Promise<Result<PushedRequest, Refusal>> {
    const item = await read({ table, key: { id: pushedId(reference) }, projection });
    return item === undefined ? refuse({ reason: 'request_uri_unknown' }) : toPushed(item, clientId);
  },

  /**
   * Turns a request into the grant of a code, in one conditional write: of any number of attempts exactly one wins. False when the
   * request was completed before. The code names the item, which has the hash of the code instead of an id made from it.
   */
  async complete(grant: Grant & { codeHash: string }): Promise<boolean> {
    const { id, ...granted } = grant;
    const set = Object.entries({ ...granted, purgeAt: grant.expiresAt + purgeDelay }).filter(
      ([, value]) => value !== undefined,
    );
    const { won } = await database.updateOnce({
      TableName: table,
      Key: { id },
      UpdateExpression: `SET attempt = :attempt, ${set.map(([name]) => `#${name} = :${name}`).join(', ')} REMOVE #request`,
      ConditionExpression: '#state = :pushed AND pushedAt > :pushedAfter',
      ExpressionAttributeNames: {
        '#request': 'request',
        ...Object.fromEntries(set.map(([name]) => [`#${name}`, name])),
      },
      ExpressionAttributeValues: {
        ':attempt': generateSecret(),
        ':pushed': 'pushed',
        ':pushedAfter': grant.issuedAt - pushedLifetimes.toComplete,
        ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
      },
    });
    return won;
  },
});

function toPushed(item: Item, clientId: string): Result<PushedRequest, Refusal> {
  if (item['clientId'] !== clientId) return refuse({ reason: 'request_uri_of_another_client' });
  if (item['state'] !== 'pushed') return refuse({ reason: 'request_uri_used' });
  // They were counted when they were pushed; ours came on top.
  const parameters = parseParameters(item['request'] as string, Number.POSITIVE_INFINITY);
  if (!parameters.ok) throw new Error('a pushed request cannot be read');
  const { id, clientSince, pushedAt } = item as Pick<PushedRequest, 'id' | 'clientSince' | 'pushedAt'>;
  return ok({ id, clientId, clientSince, parameters: parameters.value, pushedAt });
}
