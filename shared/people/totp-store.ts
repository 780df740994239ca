import * as v from 'valibot';
import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import type { Home } from '../home.ts';
import type { KeyWrapper } from '../keys/signing-key.ts';
import { generateSecret } from '../secret.ts';
import type { Account } from './account.ts';
import { recoveryCodeHash } from './recovery-code.ts';
import { standsBy } from './still-valid.ts';
import { type TotpShape, type TotpStep, totpAlgorithms, usualShape } from './totp.ts';

/**
 * The authenticator app of an account. `lastStep` is the time step of the last used code, `drift` by how many steps it was off, and
 * `off` a code since then that was off by something else.
 */
export type Totp = {
  secret: Uint8Array;
  shape: TotpShape;
  lastStep: number;
  drift: number;
  off?: TotpStep | undefined;
  codesLeft: number;
};

/** Seconds to finish setting one up. */
const setUpWithin = 900;

export const totpPartition = (sub: string) => `totp#${sub}`;

/** Whose secret is being set up, and the session that is shown it, by its listed id. */
type ShownTo = { sub: string; sid: string };

export type TotpStore = ReturnType<typeof totpStore>;

const keyOf = (sub: string, sk: 'totp' | 'pending') => ({ pk: totpPartition(sub), sk });

/** What there is to know of an authenticator app without its secret. */
export type TotpReader = ReturnType<typeof totpReader>;

export const totpReader = (database: Database, table: string) => ({
  /**
   * Tells whether a code is required, how many recovery codes are left, and when the app was set up (epoch seconds): not for an
   * imported one, known by its `shape`, which was set up elsewhere. Decrypts nothing.
   */
  async look(
    account: Pick<Account, 'sub' | 'waysFrom'>,
  ): Promise<{ codesLeft: number; createdAt: number | undefined } | undefined> {
    const item = await database.get({ TableName: table, Key: keyOf(account.sub, 'totp'), ConsistentRead: true });
    if (item === undefined) return undefined;
    const app = v.parse(record, item);
    const createdAt = item['shape'] === undefined ? app.createdAt : undefined;
    return standsBy(account, { epoch: app.epoch }) ? { codesLeft: recoverySize(item), createdAt } : undefined;
  },
});

/**
 * One item per account in the People table: the secret, encrypted for this account only, the last code and the hashes of the
 * recovery codes. A conditional write on it spends what is valid only once. A secret being set up has a second item, which has no
 * effect. `home`: where this is, with several regions. Of two writes of the item in two of them the later one stays, whole, and with it a
 * recovery code that the other one has spent. So there, a spent one has an item of its own, which nobody writes again.
 */
export function totpStore(
  database: Database,
  table: string,
  wrapper: Pick<KeyWrapper, 'wrap' | 'unwrap'>,
  home?: Home,
) {
  const get = (sub: string, sk: 'totp' | 'pending') =>
    database.get({ TableName: table, Key: keyOf(sub, sk), ConsistentRead: true });

  /** Updates an existing authenticator app, which every `condition` must require, in one write. Returns true to the winner. */
  async function writeOnce(
    sub: string,
    expression: string,
    condition: string,
    values: Item,
    names?: Record<string, string>,
  ): Promise<boolean> {
    const { won } = await database.updateOnce({
      TableName: table,
      Key: keyOf(sub, 'totp'),
      UpdateExpression: expression,
      ConditionExpression: condition,
      ...(names && { ExpressionAttributeNames: names }),
      ExpressionAttributeValues: { ...values, ':attempt': generateSecret() },
    });
    return won;
  }

  /** Returns true to exactly one caller. */
  async function noteSpent(sub: string, hash: string): Promise<boolean> {
    const { won } = await database.updateOnce({
      TableName: table,
      Key: { pk: totpPartition(sub), sk: `spent#${hash}` },
      UpdateExpression: 'SET attempt = :attempt',
      ConditionExpression: 'attribute_not_exists(pk)',
      ExpressionAttributeValues: { ':attempt': generateSecret() },
    });
    return won;
  }

  return {
    ...totpReader(database, table),

    async find(sub: string): Promise<Totp | undefined> {
      const item = await get(sub, 'totp');
      if (item === undefined) return undefined;
      const { wrapped, lastStep, drift, off, shape } = v.parse(record, item);
      const secret = await wrapper.unwrap(wrapped, contextOf(sub));
      return { secret, shape, lastStep, drift, off, codesLeft: recoverySize(item) };
    },

    /** Stores the secret that a session is shown, until a first code proves that the app has it. Replaces an earlier one. */
    async begin({ sub, sid }: ShownTo, secret: Uint8Array, now: number): Promise<void> {
      const wrapped = await wrapper.wrap(secret, contextOf(sub));
      const expiresAt = now + setUpWithin;
      await database.put({
        TableName: table,
        Item: { ...keyOf(sub, 'pending'), sid, wrapped, expiresAt, purgeAt: expiresAt },
      });
    },

    /** Returns the secret being set up, unless it is too late, or another session was shown it. */
    async findBegun({ sub, sid }: ShownTo, now: number): Promise<Uint8Array | undefined> {
      const item = await get(sub, 'pending');
      if (item === undefined || item['sid'] !== sid || now >= (item['expiresAt'] as number)) return undefined;
      return wrapper.unwrap(item['wrapped'] as Uint8Array, contextOf(sub));
    },

    /**
     * Starts requiring a code. Returns false when the account, as it was in the session that asks for it, already has an authenticator
     * app: of several concurrent attempts one wins, and only its recovery codes count. The item being set up is removed afterwards; left behind, it is useless.
     */
    async turnOn(
      { sub, epoch, waysFrom }: Pick<Account, 'sub' | 'epoch' | 'waysFrom'>,
      secret: Uint8Array,
      { step, drift }: TotpStep,
      codes: readonly string[],
      now: number,
    ): Promise<boolean> {
      const wrapped = await wrapper.wrap(secret, contextOf(sub));
      const attempt = generateSecret();
      const item = { wrapped, epoch, lastStep: step, drift, recovery: hashes(sub, codes), createdAt: now, attempt };
      try {
        await database.put({
          TableName: table,
          Item: { ...keyOf(sub, 'totp'), ...item },
          ...(waysFrom === 0 ? { ConditionExpression: 'attribute_not_exists(pk)' } : isOver(waysFrom)),
        });
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        if ((await get(sub, 'totp'))?.['attempt'] !== attempt) return false;
      }
      await database.remove({ TableName: table, Key: keyOf(sub, 'pending') });
      return true;
    },

    /** Spends the codes of this time step and of all earlier ones, and remembers the drift. Returns true to exactly one caller. */
    useStep: (sub: string, { step, drift }: TotpStep): Promise<boolean> =>
      writeOnce(
        sub,
        'SET lastStep = :step, drift = :drift, attempt = :attempt REMOVE #off',
        'lastStep < :step',
        { ':step': step, ':drift': drift },
        { '#off': 'off' },
      ),

    /** Notes a code that was off by another drift than the remembered one, and is not spent. The same code again changes nothing. */
    noteOff: (sub: string, off: TotpStep): Promise<boolean> =>
      writeOnce(
        sub,
        'SET #off = :off, attempt = :attempt',
        'lastStep < :step AND (attribute_not_exists(#off) OR #off.#step < :step)',
        { ':off': off, ':step': off.step },
        { '#off': 'off', '#step': 'step' },
      ),

    /** Spends a recovery code. Returns true to exactly one caller. */
    async useRecoveryCode(sub: string, code: string): Promise<boolean> {
      const hash = recoveryCodeHash(sub, code);
      const isOne = await writeOnce(sub, 'SET attempt = :attempt DELETE recovery :codes', 'contains(recovery, :code)', {
        ':codes': new Set([hash]),
        ':code': hash,
      });
      return isOne && (home === undefined || (await noteSpent(sub, hash)));
    },

    /** Replaces all recovery codes. Returns false when there is no authenticator app. */
    replaceCodes: (sub: string, codes: readonly string[]): Promise<boolean> =>
      writeOnce(sub, 'SET recovery = :codes, attempt = :attempt', 'attribute_exists(pk)', {
        ':codes': hashes(sub, codes),
      }),

    /** Whether these are the recovery codes, and none of them is used. */
    async hasCodes(sub: string, codes: readonly string[]): Promise<boolean> {
      const recovery = (await get(sub, 'totp'))?.['recovery'];
      if (!(recovery instanceof Set) || recovery.size !== codes.length) return false;
      return [...hashes(sub, codes)].every((hash) => recovery.has(hash));
    },

    /** Deletes an authenticator app that the account does not stand by any more. */
    async clearAway({ sub, waysFrom }: Pick<Account, 'sub' | 'waysFrom'>): Promise<void> {
      if (waysFrom === 0) return;
      try {
        await database.remove({ TableName: table, Key: keyOf(sub, 'totp'), ...isOver(waysFrom) });
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error; // it is one of now
      }
    },

    /** Stops requiring a code and voids the recovery codes. */
    turnOff: (sub: string): Promise<void> => database.remove({ TableName: table, Key: keyOf(sub, 'totp') }),
  };
}

/** The item of an authenticator app that comes with a new account. It has no recovery codes yet. */
export async function importedTotpItem(
  sub: string,
  { secret, shape }: Pick<Totp, 'secret' | 'shape'>,
  wrapper: Pick<KeyWrapper, 'wrap'>,
  now: number,
): Promise<Item> {
  const wrapped = await wrapper.wrap(secret, contextOf(sub));
  const key = { pk: totpPartition(sub), sk: 'totp' };
  return { ...key, wrapped, shape, epoch: 0, lastStep: 0, drift: 0, createdAt: now, attempt: generateSecret() };
}

/** Binds the ciphertext to this account; infra/ lets functions decrypt these but no signing keys. */
const contextOf = (sub: string): string => `totp:${sub}`;

const hashes = (sub: string, codes: readonly string[]): Set<string> =>
  new Set(codes.map((code) => recoveryCodeHash(sub, code)));

/** The condition that there is no authenticator app, or one of before everything was removed. */
const isOver = (waysFrom: number) => ({
  ConditionExpression: 'attribute_not_exists(epoch) OR epoch < :from',
  ExpressionAttributeValues: { ':from': waysFrom },
});

/** DynamoDB stores no empty sets: the attribute disappears with the last code. */
const recoverySize = (item: Item): number => (item['recovery'] as Set<string> | undefined)?.size ?? 0;

const record = v.object({
  wrapped: v.instance(Uint8Array),
  lastStep: v.number(),
  drift: v.optional(v.number(), 0),
  off: v.optional(v.object({ step: v.number(), drift: v.number() })),
  epoch: v.optional(v.number(), 0),
  createdAt: v.optional(v.number()),
  shape: v.optional(
    v.object({ algorithm: v.picklist(totpAlgorithms), digits: v.picklist([6, 8]), period: v.number() }),
    usualShape,
  ),
});
