import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import type { Grant } from './grant.ts';

/*
 * The Grants table. Every state change is one conditional write on one item; `attempt` marks whose write it was
 * (see updateOnce), `purgeAt` only lets DynamoDB remove what nobody will ask for again.
 */

/** What the write that spends a code found. */
export type SpendOutcome =
  | { spent: true; grant: Grant }
  /** Nothing was written: the grant as it is, or undefined when there is none. */
  | { spent: false; grant: Grant | undefined };

export type GrantStore = ReturnType<typeof grantStore>;

/** A day after its last use a grant is rubbish. */
const purgeDelay = 86_400;

export function grantStore(database: Database, table: string) {
  return {
    /** Keeps a new grant until its code is redeemed or expires. Safe to repeat: nobody has the code yet. */
    async issue(grant: Grant): Promise<void> {
      await database.put({ TableName: table, Item: { ...grant, purgeAt: grant.expiresAt + purgeDelay } });
    },

    /**
     * Spends the code of grant `id` for `clientId`: one conditional write, so of any number of attempts exactly one wins.
     * The condition is: it exists, is this client's, unspent and unexpired at `now`. The grant then lives until
     * `tokensExpireAt`. A lost reply does not lose the win.
     */
    async spend(id: string, clientId: string, now: number, tokensExpireAt: number): Promise<SpendOutcome> {
      const outcome = await database.updateOnce({
        TableName: table,
        Key: { id },
        UpdateExpression: 'SET #state = :redeemed, redeemedAt = :now, purgeAt = :purgeAt, attempt = :attempt',
        ConditionExpression: 'clientId = :clientId AND #state = :issued AND expiresAt > :now',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: {
          ':redeemed': 'redeemed',
          ':issued': 'issued',
          ':clientId': clientId,
          ':now': now,
          ':purgeAt': tokensExpireAt + purgeDelay,
          ':attempt': randomBytes(16).toString('base64url'),
        },
      });
      if (outcome.won) return { spent: true, grant: toGrant(outcome.item) };
      return { spent: false, grant: outcome.item && toGrant(outcome.item) };
    },

    /** Ends a grant: its tokens stop working wherever the grant is checked. Revoking twice is the same as once. */
    async revoke(id: string, now: number): Promise<void> {
      try {
        await database.update({
          TableName: table,
          Key: { id },
          UpdateExpression: 'SET #state = :revoked, revokedAt = if_not_exists(revokedAt, :now)',
          ConditionExpression: 'attribute_exists(id)',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':revoked': 'revoked', ':now': now },
        });
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error; // already purged: nothing is left to revoke
      }
    },

    /** The grant as it is now, read consistently. */
    async find(id: string): Promise<Grant | undefined> {
      const item = await database.get({ TableName: table, Key: { id }, ConsistentRead: true });
      return item && toGrant(item);
    },
  };
}

const grantRecord = v.object({
  id: v.string(),
  state: v.picklist(['issued', 'redeemed', 'revoked']),
  clientId: v.string(),
  sub: v.string(),
  scope: v.array(v.string()),
  redirectUri: v.string(),
  redirectUriSent: v.boolean(),
  challenge: v.optional(v.object({ codeChallenge: v.string(), codeChallengeMethod: v.picklist(['S256', 'plain']) })),
  nonce: v.optional(v.string()),
  authTime: v.number(),
  issuedAt: v.number(),
  expiresAt: v.number(),
  redeemedAt: v.optional(v.number()),
  revokedAt: v.optional(v.number()),
});

const toGrant = (item: Item): Grant => v.parse(grantRecord, item);
