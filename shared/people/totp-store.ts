import * as v from 'valibot';
import { ConditionFailed, type Database, type Item } from '../aws/dynamodb.ts';
import type { KeyWrapper } from '../keys/signing-key.ts';
import { generateSecret } from '../secret.ts';
import { recoveryCodeHash } from './recovery-code.ts';

/** The authenticator app of an account. `lastStep` is the time step of the last code that was used. */
export type Totp = { secret: Uint8Array; lastStep: number; codesLeft: number };

/** Seconds to set one up. */
const setUpWithin = 900;

export const totpPartition = (sub: string) => `totp#${sub}`;

export type TotpStore = ReturnType<typeof totpStore>;

/**
 * One item per account in the People table: the secret, encrypted for this account alone, the last code and the hashes of the
 * recovery codes. What must be good once is one conditional write on it. A secret that is being set up is in a second item,
 * which counts for nothing.
 */
export function totpStore(database: Database, table: string, wrapper: Pick<KeyWrapper, 'wrap' | 'unwrap'>) {
  const keyOf = (sub: string, sk: 'totp' | 'pending') => ({ pk: totpPartition(sub), sk });
  const get = (sub: string, sk: 'totp' | 'pending') =>
    database.get({ TableName: table, Key: keyOf(sub, sk), ConsistentRead: true });

  /** One write on an authenticator app that is there, which every `condition` includes; true for the one that wins. */
  async function writeOnce(sub: string, expression: string, condition: string, values: Item): Promise<boolean> {
    const { won } = await database.updateOnce({
      TableName: table,
      Key: keyOf(sub, 'totp'),
      UpdateExpression: expression,
      ConditionExpression: condition,
      ExpressionAttributeValues: { ...values, ':attempt': generateSecret() },
    });
    return won;
  }

  return {
    /** Whether a code is asked for, and how many recovery codes are left. Decrypts nothing. */
    async look(sub: string): Promise<{ codesLeft: number } | undefined> {
      const item = await get(sub, 'totp');
      return item && { codesLeft: recoverySize(item) };
    },

    async find(sub: string): Promise<Totp | undefined> {
      const item = await get(sub, 'totp');
      if (item === undefined) return undefined;
      const { wrapped, lastStep } = v.parse(record, item);
      return { secret: await wrapper.unwrap(wrapped, contextOf(sub)), lastStep, codesLeft: recoverySize(item) };
    },

    /** Keeps a secret until a first code has shown that the app has it. Takes the place of the one before. */
    async begin(sub: string, secret: Uint8Array, now: number): Promise<void> {
      const wrapped = await wrapper.wrap(secret, contextOf(sub));
      const expiresAt = now + setUpWithin;
      await database.put({
        TableName: table,
        Item: { ...keyOf(sub, 'pending'), wrapped, expiresAt, purgeAt: expiresAt },
      });
    },

    /** The secret that is being set up, if it is not too late. */
    async findBegun(sub: string, now: number): Promise<Uint8Array | undefined> {
      const item = await get(sub, 'pending');
      if (item === undefined || now >= (item['expiresAt'] as number)) return undefined;
      return wrapper.unwrap(item['wrapped'] as Uint8Array, contextOf(sub));
    },

    /**
     * From now on a code is asked for. False when the account has an authenticator app already: of several attempts at once
     * one wins, and only its recovery codes count. What was being set up goes afterwards; left behind, it is of no use.
     */
    async turnOn(
      sub: string,
      secret: Uint8Array,
      step: number,
      codes: readonly string[],
      now: number,
    ): Promise<boolean> {
      const wrapped = await wrapper.wrap(secret, contextOf(sub));
      const attempt = generateSecret();
      const item = { wrapped, lastStep: step, recovery: hashes(sub, codes), createdAt: now, attempt };
      try {
        await database.put({
          TableName: table,
          Item: { ...keyOf(sub, 'totp'), ...item },
          ConditionExpression: 'attribute_not_exists(pk)',
        });
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        if ((await get(sub, 'totp'))?.['attempt'] !== attempt) return false;
      }
      await database.remove({ TableName: table, Key: keyOf(sub, 'pending') });
      return true;
    },

    /** Uses up the codes of this time step and of those before it. True for exactly one of those who try. */
    useStep: (sub: string, step: number): Promise<boolean> =>
      writeOnce(sub, 'SET lastStep = :step, attempt = :attempt', 'lastStep < :step', { ':step': step }),

    /** Uses up a recovery code. True for exactly one of those who try. */
    useRecoveryCode: (sub: string, code: string): Promise<boolean> =>
      writeOnce(sub, 'SET attempt = :attempt DELETE recovery :codes', 'contains(recovery, :code)', {
        ':codes': hashes(sub, [code]),
        ':code': recoveryCodeHash(sub, code),
      }),

    /** New recovery codes in the place of all others. False when there is no authenticator app. */
    replaceCodes: (sub: string, codes: readonly string[]): Promise<boolean> =>
      writeOnce(sub, 'SET recovery = :codes, attempt = :attempt', 'attribute_exists(pk)', {
        ':codes': hashes(sub, codes),
      }),

    /** No code is asked for any more, and no recovery code is good. */
    turnOff: (sub: string): Promise<void> => database.remove({ TableName: table, Key: keyOf(sub, 'totp') }),
  };
}

/** The ciphertext is good for this account alone; infra/ lets functions decrypt these and no signing keys. */
const contextOf = (sub: string): string => `totp:${sub}`;

const hashes = (sub: string, codes: readonly string[]): Set<string> =>
  new Set(codes.map((code) => recoveryCodeHash(sub, code)));

/** DynamoDB keeps no empty sets: the attribute goes with the last code. */
const recoverySize = (item: Item): number => (item['recovery'] as Set<string> | undefined)?.size ?? 0;

const record = v.object({ wrapped: v.instance(Uint8Array), lastStep: v.number() });
