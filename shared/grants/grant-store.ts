import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import { tableDefinitions } from '../aws/tables.ts';
import { randomId } from '../random-bytes.ts';
import type { FirstRefreshState, Grant } from './grant.ts';
import { grantIn, rotationTimes, toGrant } from './grant-record.ts';
import { containment, isTooWideToWrite, isWithin, type Within } from './within.ts';

/*
 * The Grants table. Every state change is one conditional write on one item. `attempt` identifies the writer (see updateOnce);
 * `purgeAt` only lets DynamoDB remove grants that are no longer needed.
 */

/** The outcome of a conditional write: it won, or the grant as it is (undefined when there is none). */
export type WriteOutcome = { won: true; grant: Grant } | { won: false; grant: Grant | undefined };

export type GrantStore = ReturnType<typeof grantStore>;

const byPerson = 'byPerson' satisfies keyof (typeof tableDefinitions)['grants']['indexes'];
const heldBy = tableDefinitions.grants.indexes.byPerson.partitionKey;

/** Seconds after its last use until a grant may be purged. */
const purgeDelay = 86_400;

const shiftRotationTimes = rotationTimes
  .map((name, index) => {
    const newer = rotationTimes[index - 1];
    return `refresh.${name} = ${newer === undefined ? 'if_not_exists(refresh.usedAt, :now)' : `if_not_exists(refresh.${newer}, :none)`}`;
  })
  .join(', ');

/** Finds the grants with refresh tokens of a person, to one client or to all. */
export const heldQuery = (TableName: string, sub: string, clientId?: string) => ({
  TableName,
  IndexName: byPerson,
  KeyConditionExpression: `${heldBy} = :sub${clientId === undefined ? '' : ' AND clientId = :clientId'}`,
  ExpressionAttributeValues: { ':sub': sub, ...(clientId !== undefined && { ':clientId': clientId }) },
});

/** `condition` and its values are for grants that may not be meant. */
export async function revokeGrant(
  database: Database,
  table: string,
  id: string,
  now: number,
  condition?: string,
  values: Item = {},
): Promise<void> {
  try {
    await database.update({
      TableName: table,
      Key: { id },
      UpdateExpression: `SET #state = :revoked, revokedAt = if_not_exists(revokedAt, :now) REMOVE ${heldBy}`,
      ConditionExpression: ['attribute_exists(id)', ...(condition ? [condition] : [])].join(' AND '),
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ...values, ':revoked': 'revoked', ':now': now },
    });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error; // already purged, or not meant: nothing is left to revoke
  }
}

export function grantStore(database: Database, table: string) {
  async function writeOnce(
    id: string,
    set: string,
    condition: string,
    values: Item,
    asked: Within,
  ): Promise<WriteOutcome> {
    let within = asked;
    if (isTooWideToWrite(asked)) {
      // What was granted never changes, so it can also be compared before the write.
      const grant = await find(id);
      if (!grant || !isWithin(asked, grant)) return { won: false, grant };
      within = {};
    }
    const limits = containment(within);
    const outcome = await database.updateOnce({
      TableName: table,
      Key: { id },
      UpdateExpression: `SET attempt = :attempt, ${set}`,
      ConditionExpression: [condition, ...limits.conditions].join(' AND '),
      ExpressionAttributeNames: {
        '#state': 'state',
        ...(condition.includes('#hash') && { '#hash': 'hash' }),
        ...(set.includes('#sub') && { '#sub': 'sub' }),
        ...limits.names,
      },
      ExpressionAttributeValues: { ...values, ...limits.values, ':attempt': randomId() },
    });
    if (outcome.won) return { won: true, grant: toGrant(outcome.item) };
    return { won: false, grant: grantIn(outcome.item) };
  }

  async function find(id: string): Promise<Grant | undefined> {
    const item = await database.get({ TableName: table, Key: { id }, ConsistentRead: true });
    return grantIn(item);
  }

  return {
    /** Stores a new grant until its code is redeemed or expires. Safe to repeat, since nobody has the code yet. */
    async issue(grant: Grant): Promise<void> {
      await database.put({ TableName: table, Item: { ...grant, purgeAt: grant.expiresAt + purgeDelay } });
    },

    /**
     * Spends the code of grant `id` for `clientId` in one conditional write, so exactly one of any number of attempts wins. The
     * grant must exist, belong to this client, and be unspent and unexpired at `now`. The same write sets up refresh tokens if
     * `refresh` is given. The grant then lives until `tokensExpireAt`. A lost reply does not lose the win.
     */
    spend: (
      id: string,
      clientId: string,
      { now, tokensExpireAt, refresh, maxUses, codeHash, within = {} }: Redemption,
    ): Promise<WriteOutcome> =>
      writeOnce(
        id,
        `#state = :redeemed, redeemedAt = :now, purgeAt = :purgeAt${refresh ? `, refresh = :refresh, ${heldBy} = #sub` : ''}${maxUses === undefined ? '' : ', maxUses = :maxUses'}`,
        `clientId = :clientId AND #state = :issued AND expiresAt > :now AND ${codeHash === undefined ? 'attribute_not_exists(codeHash)' : 'codeHash = :codeHash'}`,
        {
          ':redeemed': 'redeemed',
          ':issued': 'issued',
          ':clientId': clientId,
          ':now': now,
          ':purgeAt': Math.max(tokensExpireAt, refresh?.idleUntil ?? 0) + purgeDelay,
          ...(refresh && { ':refresh': refresh }),
          ...(maxUses !== undefined && { ':maxUses': maxUses }),
          ...(codeHash !== undefined && { ':codeHash': codeHash }),
        },
        within,
      ),

    /**
     * Moves a grant from the refresh token with hash `presented` to the one with hash `next` in one conditional write, so a token
     * has one successor however often it is sent. The grant must be redeemed, not revoked, `clientId`'s, at this very token, and
     * neither idle for too long nor at its end.
     */
    rotate: (id: string, clientId: string, { next, within = {}, ...use }: RotationStep): Promise<WriteOutcome> =>
      writeOnce(
        id,
        `refresh.#hash = :next, refresh.generation = :generation, ${shiftRotationTimes}, ${usedOnceMore}${use.proof?.binds ? ', refresh.jkt = :jkt' : ''} REMOVE refresh.usedAt`,
        isCurrentToken(use),
        {
          ...currentToken(clientId, use),
          ':next': next.hash,
          ':generation': next.generation,
        },
        within,
      ),

    /** Records a use of the refresh token with hash `presented` without replacing it. The same condition as {@link rotate}. */
    keepUsing: (id: string, clientId: string, { within = {}, ...use }: RefreshUse): Promise<WriteOutcome> =>
      writeOnce(
        id,
        `refresh.usedAt = if_not_exists(refresh.usedAt, :now), ${usedOnceMore}`,
        isCurrentToken(use),
        currentToken(clientId, use),
        within,
      ),

    /** Counts one more answer to a refresh token that was replaced already, for a grant with a budget. Lost when that is used up. */
    countUse: (id: string, clientId: string): Promise<WriteOutcome> =>
      writeOnce(
        id,
        `uses = ${oneMoreUse}`,
        `clientId = :clientId AND #state = :redeemed AND ${withinBudget}`,
        { ':clientId': clientId, ':redeemed': 'redeemed', ':none': 0, ':one': 1 },
        {},
      ),

    /** Revokes a grant: its tokens stop working wherever the grant is checked. Idempotent. */
    revoke: (id: string, now: number): Promise<void> => revokeGrant(database, table, id, now),

    /**
     * Deletes the oldest grants with refresh tokens that a person gave to one client, once there are more than `most`, so that `keep`
     * are left. It looks at three hundred at most; calling it again goes on. May miss one made just now. `spared` is the grant whose
     * code is being redeemed: many may be of the same second.
     */
    async endOldest(
      sub: string,
      clientId: string,
      { most, keep, spared }: { most: number; keep: number; spared: string },
    ): Promise<void> {
      const { items } = await database.queryPage({ ...heldQuery(table, sub, clientId), Limit: 300 });
      if (items.length <= most) return;
      const keys = items.map(({ id }) => ({ id }));
      const found: Item[] = [];
      for (let start = 0; start < keys.length; start += 100) {
        const some = await database.getAll(table, keys.slice(start, start + 100), {
          projection: { ProjectionExpression: 'id, issuedAt' },
          isConsistent: false,
        });
        found.push(...some.filter((item) => item !== undefined));
      }
      const since = ({ id, issuedAt }: Item) => (id === spared ? Infinity : Number(issuedAt));
      const oldestFirst = found.toSorted((a, b) => since(a) - since(b));
      await database.removeAll(
        table,
        oldestFirst.slice(0, -keep).map(({ id }) => ({ id })),
      );
    },

    /** Returns the grant, read consistently. */
    find,
  };
}

/** What the write that spends a code also sets: times in epoch seconds, and the state of refresh tokens if there are to be any. */
export type Redemption = {
  now: number;
  tokensExpireAt: number;
  refresh?: FirstRefreshState | undefined;
  /** How often the grant can be used after that. Default: as long as it lasts. */
  maxUses?: number | undefined;
  /** What the grant of a pushed request must have: its id is not made from the code. */
  codeHash?: string | undefined;
  within?: Within;
};

/** A use of the refresh token with this hash. Times are in epoch seconds. */
export type RefreshUse = {
  presented: string;
  now: number;
  idleUntil: number;
  within?: Within;
  proof?: RefreshKeyProof;
};

/** The key that a refresh proved to have, by its thumbprint, and whether the token is bound to it from now on. */
export type RefreshKeyProof = { jkt?: string | undefined; binds?: boolean };

/** One step from a refresh token to the next. */
export type RotationStep = RefreshUse & { next: { hash: string; generation: number } };

/** Part of every write by which somebody gets tokens of a grant again: its condition, and how it counts. Takes `:none` and `:one`. */
export const oneMoreUse = 'if_not_exists(uses, :none) + :one';
export const withinBudget = '(attribute_not_exists(maxUses) OR attribute_not_exists(uses) OR uses < maxUses)';
const isCurrentToken = ({ proof }: Pick<RefreshUse, 'proof'>) =>
  `clientId = :clientId AND #state = :redeemed AND refresh.#hash = :presented AND refresh.idleUntil > :now AND refresh.endsAt > :now AND ${withinBudget} AND ${proof?.jkt === undefined ? 'attribute_not_exists(refresh.jkt)' : '(attribute_not_exists(refresh.jkt) OR refresh.jkt = :jkt)'}`;
const usedOnceMore = `refresh.idleUntil = :idleUntil, purgeAt = :purgeAt, uses = ${oneMoreUse}`;

const currentToken = (clientId: string, { presented, now, idleUntil, proof }: RefreshUse): Item => ({
  ...(proof?.jkt !== undefined && { ':jkt': proof.jkt }),
  ':redeemed': 'redeemed',
  ':clientId': clientId,
  ':presented': presented,
  ':now': now,
  ':idleUntil': idleUntil,
  ':purgeAt': idleUntil + purgeDelay,
  ':none': 0,
  ':one': 1,
});
