import { createHmac, type KeyObject } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, errors } from 'jose';
import * as v from 'valibot';

/*
 * What the console keeps about a browser is in cookies that only the server can read and change (JWE, AES-256-GCM): the table knows
 * nothing of them, and whoever reads the browser's files gets no token.
 */

/** Seals and opens one kind of values. A value of another kind, of another key, or that was changed, does not open. */
export type Sealing<Value> = {
  seal(value: Value): Promise<string>;
  open(sealed: string | undefined): Promise<Value | undefined>;
};

/** Longer cookies are not ours. */
const longest = 6_000;

/** `key`: a key of the server, from which another one is derived for each `kind`. */
export function sealing<Value>(
  kind: string,
  schema: v.GenericSchema<unknown, Value>,
  key: () => Promise<KeyObject>,
): Sealing<Value> {
  const own = async () => derive(await key(), kind);
  return {
    async seal(value) {
      const text = new TextEncoder().encode(JSON.stringify(value));
      return new CompactEncrypt(text).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(await own());
    },

    async open(sealed) {
      if (sealed === undefined || sealed === '' || sealed.length > longest) return undefined;
      try {
        const algorithms = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
        const { plaintext } = await compactDecrypt(sealed, await own(), algorithms);
        const parsed = v.safeParse(schema, JSON.parse(new TextDecoder().decode(plaintext)));
        return parsed.success ? parsed.output : undefined;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}

/** 32 bytes for one purpose, from a key of the server. */
const derive = (key: KeyObject, purpose: string): Buffer =>
  createHmac('sha256', key).update(`console ${purpose}`).digest();
