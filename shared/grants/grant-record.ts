import * as v from 'valibot';
import type { Item } from '../aws/dynamodb.ts';
import type { Grant } from './grant.ts';

/**
 * When the last replaced tokens were first used, newest first. Each has an attribute of its own, so that one write can add a time and
 * shift the others. 0 stands for none.
 */
export const rotationTimes = ['rotatedAt', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7'] as const;
const states = ['issued', 'redeemed', 'revoked'] as const;

const grantRecord = v.object({
  id: v.string(),
  codeHash: v.optional(v.string()),
  state: v.picklist(states),
  clientId: v.string(),
  clientSince: v.optional(v.string()),
  sub: v.string(),
  subject: v.optional(v.string()),
  epoch: v.optional(v.number(), 0),
  clientEpoch: v.optional(v.number(), 0),
  scope: v.array(v.string()),
  details: v.optional(v.array(v.string())),
  resources: v.array(v.string()),
  redirectUri: v.string(),
  redirectUriSent: v.boolean(),
  challenge: v.optional(v.object({ codeChallenge: v.string(), codeChallengeMethod: v.picklist(['S256', 'plain']) })),
  dpopJkt: v.optional(v.string()),
  nonce: v.optional(v.string()),
  userinfoClaims: v.optional(v.array(v.string())),
  idTokenClaims: v.optional(v.record(v.string(), v.unknown())),
  authTime: v.number(),
  sid: v.optional(v.string()),
  amr: v.array(v.string()),
  acr: v.string(),
  issuedAt: v.number(),
  expiresAt: v.number(),
  redeemedAt: v.optional(v.number()),
  revokedAt: v.optional(v.number()),
  maxUses: v.optional(v.number()),
  uses: v.optional(v.number()),
  refresh: v.optional(
    v.pipe(
      v.object({
        hash: v.string(),
        generation: v.number(),
        jkt: v.optional(v.string()),
        ...v.entriesFromList(rotationTimes, v.optional(v.number(), 0)),
        usedAt: v.optional(v.number()),
        idleUntil: v.number(),
        endsAt: v.number(),
      }),
      v.transform(({ hash, generation, jkt, usedAt, idleUntil, endsAt, ...times }) => ({
        hash,
        generation,
        jkt,
        rotations: rotationTimes.map((name) => times[name]),
        usedAt,
        idleUntil,
        endsAt,
      })),
    ),
  ),
});

/** Reads a stored grant. Throws when the item is none. */
export const toGrant = (item: Item): Grant => v.parse(grantRecord, item);

/** Reads a stored grant. Undefined for nothing, and for a request that somebody has not decided yet: it is in the place of its grant. */
export const grantIn = (item: Item | undefined): Grant | undefined =>
  item && states.some((state) => state === item['state']) ? toGrant(item) : undefined;
