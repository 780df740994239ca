import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { RefreshKey, RefreshKeys } from './refresh-token.ts';

/*
 * A code is 256 random bits and the subject, encrypted, so that whoever redeems it has the account read beside the write that spends
 * it. It is kept nowhere: a grant is found by the hash of the whole. Codes of the form before are the random bits alone.
 */

/** Lengths in bytes. The subject is what is left in between; it has at most 255 (OpenID Connect Core §2). */
const layout = { random: 32, tag: 16 };
const shape = /^[A-Za-z0-9_-]{65,404}$/;

/** Every code has a key of its own, made from its random bits, so the nonce may be the same for all. */
const keyOf = (key: RefreshKey, random: Buffer): Buffer =>
  createHmac('sha256', key).update('code').update(random).digest();
const nonce = Buffer.alloc(12);

/** A new code for a person: 64 base64url characters and four for every three bytes of the subject. */
export function newCode(sub: string, [key]: RefreshKeys): string {
  const random = randomBytes(layout.random);
  const cipher = createCipheriv('aes-256-gcm', keyOf(key, random), nonce);
  const subject = Buffer.concat([cipher.update(sub), cipher.final()]);
  return Buffer.concat([random, subject, cipher.getAuthTag()]).toString('base64url');
}

/** Whose code it is; undefined for one that names nobody, or was made with none of these keys. Proves nothing about its grant. */
export function subjectOfCode(code: string, keys: RefreshKeys): string | undefined {
  if (!shape.test(code)) return undefined;
  const bytes = Buffer.from(code, 'base64url');
  const random = bytes.subarray(0, layout.random);
  const subject = bytes.subarray(layout.random, -layout.tag);
  const tag = bytes.subarray(-layout.tag);
  for (const key of keys) {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(key, random), nonce, { authTagLength: layout.tag });
    decipher.setAuthTag(tag);
    const text = decipher.update(subject);
    try {
      decipher.final();
      return text.toString();
    } catch {
      // Not the key of this code.
    }
  }
  return undefined;
}
