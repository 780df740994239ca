import * as v from 'valibot';
import { ConditionFailed, type Database } from '../aws/dynamodb.ts';
import { randomId } from '../random-bytes.ts';
import { identityKey, type UpstreamIdentity } from './identity.ts';

/*
 * Which account an identity at a provider leads to: one item per pair of issuer and subject, written under a condition, so that a
 * pair never leads to two accounts. Another item per account lists its links. It is written first and counts only when the pair
 * agrees.
 */

/** `createdAt`: when the link was made (epoch seconds). `epoch`: of the account at that time. */
export type Link = { sub: string; createdAt: number; epoch: number };

/** A link as listed to its owner. `id` identifies it and is no secret. */
export type ListedLink = { id: string; provider: string; label?: string | undefined; createdAt: number; epoch: number };

type Pair = Pick<UpstreamIdentity, 'issuer' | 'subject'>;

/** What is stored besides the pair: the provider, the person's name there, and the epoch of their account (0 for a new one). */
export type LinkDetails = { provider: string; label?: string | undefined; epoch?: number };

/** The key of the item that says whose a pair is. */
export const pairKey = (pair: Pair) => linkKey(identityKey(pair));

const linkKey = (id: string) => ({ pk: `upstream#${id}`, sk: 'link' });
/** The partition with the links of a person. One that was broken off while it was made is in it, too. */
export const linksPartition = (sub: string): string => `links#${sub}`;

const listKey = (sub: string, id: string) => ({ pk: linksPartition(sub), sk: id });

export type LinkStore = ReturnType<typeof linkStore>;

export function linkStore(database: Database, table: string) {
  const TableName = table;

  async function findById(id: string): Promise<Link | undefined> {
    const item = await database.get({ TableName, Key: linkKey(id), ConsistentRead: true });
    return item && v.parse(record, item);
  }

  return {
    find: (pair: Pair): Promise<Link | undefined> => findById(identityKey(pair)),

    /**
     * Links the pair to an account. One of several concurrent claims wins; repeating a link succeeds, and makes it anew. `instead`
     * names a link that may be replaced.
     */
    async claim(
      pair: Pair,
      sub: string,
      { epoch = 0, ...details }: LinkDetails,
      now: number,
      instead?: Link,
    ): Promise<boolean> {
      const id = identityKey(pair);
      await database.put({ TableName, Item: { ...listKey(sub, id), ...details, at: now } });
      const { won } = await database.updateOnce({
        TableName,
        Key: linkKey(id),
        UpdateExpression: 'SET #sub = :sub, #at = :now, epoch = :epoch, attempt = :attempt',
        ConditionExpression: `attribute_not_exists(pk) OR #sub = :sub${instead ? ' OR (#sub = :replaced AND #at = :replacedAt)' : ''}`,
        ExpressionAttributeNames: { '#sub': 'sub', '#at': 'at' },
        ExpressionAttributeValues: {
          ':sub': sub,
          ':now': now,
          ':epoch': epoch,
          ':attempt': randomId(),
          ...(instead && { ':replaced': instead.sub, ':replacedAt': instead.createdAt }),
        },
      });
      if (won) return true;
      await database.remove({ TableName, Key: listKey(sub, id) });
      return false;
    },

    /** Lists the links of an account. */
    async list(sub: string): Promise<ListedLink[]> {
      const items = await database.query({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': linksPartition(sub) },
      });
      const listed = items.map((item) => ({ ...v.parse(listRecord, item), id: item['sk'] as string }));
      const links = await Promise.all(listed.map(({ id }) => findById(id)));
      return listed.flatMap((link, index) => {
        const pair = links[index];
        return pair?.sub === sub ? [{ ...link, epoch: pair.epoch, createdAt: pair.createdAt }] : [];
      });
    },

    /** Removes a link of this account, by its `id` in the list or by the pair. */
    async release(sub: string, which: string | Pair): Promise<void> {
      const id = typeof which === 'string' ? which : identityKey(which);
      try {
        await database.remove({
          TableName,
          Key: linkKey(id),
          ConditionExpression: '#sub = :sub',
          ExpressionAttributeNames: { '#sub': 'sub' },
          ExpressionAttributeValues: { ':sub': sub },
        });
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error; // another account's, or gone
      }
      await database.remove({ TableName, Key: listKey(sub, id) });
    },
  };
}

const record = v.pipe(
  v.object({ sub: v.string(), at: v.number(), epoch: v.optional(v.number(), 0) }),
  v.transform(({ at, ...link }) => ({ ...link, createdAt: at })),
);
const listRecord = v.object({ provider: v.string(), label: v.optional(v.string()) });
