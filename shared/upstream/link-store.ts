import * as v from 'valibot';
import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import { randomId } from '../random-bytes.ts';
import { identityKey, type UpstreamIdentity } from './identity.ts';

/*
 * Which account an identity at a provider leads to: one item per pair of issuer and subject, written under a condition, so that a
 * pair never leads to two accounts. Another item per account lists its links. It is written first and counts only when the pair
 * agrees. Both say which attempt has written them, and whoever takes one back takes back those of that attempt: a link that is made while
 * one is removed would otherwise stay, and be in no list.
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

  /** Removes what an attempt has written, if no other one has written it since. Items of before may have no attempt. */
  async function removeOf(attempt: string | undefined, Key: Item): Promise<void> {
    try {
      await database.remove({
        TableName,
        Key,
        ConditionExpression: `attribute_not_exists(attempt)${attempt === undefined ? '' : ' OR attempt = :attempt'}`,
        ...(attempt !== undefined && { ExpressionAttributeValues: { ':attempt': attempt } }),
      });
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }

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
      const attempt = randomId();
      const listed = { ...listKey(sub, id), ...details, at: now, attempt };
      await database.put({ TableName, Item: listed });
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
          ':attempt': attempt,
          ...(instead && { ':replaced': instead.sub, ':replacedAt': instead.createdAt }),
        },
      });
      if (won) {
        // Another attempt of this person, which was removed meanwhile, may have taken the entry along.
        await database.put({ TableName, Item: listed });
        return true;
      }
      await removeOf(attempt, listKey(sub, id));
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
      const item = await database.get({ TableName, Key: linkKey(id), ConsistentRead: true });
      const pair = item && v.parse(record, item);
      if (pair?.sub !== sub) return; // another account's, or gone
      const attempt = item?.['attempt'] as string | undefined;
      await removeOf(attempt, linkKey(id));
      await removeOf(attempt, listKey(sub, id));
    },
  };
}

const record = v.pipe(
  v.object({ sub: v.string(), at: v.number(), epoch: v.optional(v.number(), 0) }),
  v.transform(({ at, ...link }) => ({ ...link, createdAt: at })),
);
const listRecord = v.object({ provider: v.string(), label: v.optional(v.string()) });
